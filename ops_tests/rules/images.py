"""Judging the size of images."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ops_tests.limits import Limit
from ops_tests.rules.wording import listed

if TYPE_CHECKING:
    from ops_tests.records.images import ImageSize
    from ops_tests.target_parts import FlyPlatform

_ROOM = 1.2
"""What a proposed limit leaves for growth: a fifth."""


def largest(sizes: Sequence[ImageSize]) -> float:
    """The size of the largest image in MB."""
    return max(size.megabytes for size in sizes)


def size_limit(part: FlyPlatform, sizes: Sequence[ImageSize]) -> Limit:
    """The configured limit; without one what would be proposed, so that a first reading holds and says its number."""
    value = part.image_mb if part.image_mb is not None else _proposed(sizes)
    return Limit(value=value, unit="MB", key="platform.image_mb")


def proposal(part: FlyPlatform, sizes: Sequence[ImageSize]) -> list[str]:
    """The line to write into the target file while no limit stands there."""
    if part.image_mb is not None:
        return []
    line = f"image_mb = {_proposed(sizes):g}"
    return [f"the image takes {largest(sizes):.0f} MB and no limit is configured; write under [platform]: {line}"]


def _proposed(sizes: Sequence[ImageSize]) -> float:
    return float(math.ceil(largest(sizes) * _ROOM / 10) * 10)


def too_big(sizes: Sequence[ImageSize], limit: Limit) -> list[str]:
    """Images over the limit, one phrase each, with their largest layer."""
    return [told([size]) for size in sizes if size.megabytes > limit.value]


def told(sizes: Sequence[ImageSize]) -> str:
    """Each image with its size, as evidence."""
    return listed(
        f"{size.image.tag or size.image.digest} takes {size.megabytes:.0f} MB in {len(size.layers)} layers, "
        f"the largest {max(size.layers) / 1e6:.0f} MB"
        for size in sizes
    )
