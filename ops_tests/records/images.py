"""What the registry says about an image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ops_tests.records.platform import Image


@dataclass(frozen=True)
class ImageSize:
    """An image and its layers as the registry stores them, which is compressed.

    Attributes:
        image: The image.
        layers: Bytes of each layer.
    """

    image: Image
    layers: tuple[int, ...]

    @property
    def megabytes(self) -> float:
        """The sum of the layers in MB (10^6 bytes)."""
        return sum(self.layers) / 1e6
