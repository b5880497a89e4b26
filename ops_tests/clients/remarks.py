"""How a client says that it had to look twice."""

from __future__ import annotations

from collections.abc import Callable

Remark = Callable[[str], None]


def unheard(_sentence: str) -> None:
    """Drop the sentence: the default for a caller who does not listen."""
