"""Asking again, at the other side's pace, when it says that we ask too often; and for how long at most."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from ops_tests.errors import RateLimited

if TYPE_CHECKING:
    from ops_tests.clients.remarks import Remark

PAUSES = (1.2, 2.4)
"""Seconds before the second and the third try: Fly.io's APIs allow one request a second for each app."""

T = TypeVar("T")


def at_their_pace(read: Callable[[float], T], what: str, remark: Remark, seconds: float) -> T:
    """Read, and read again at most twice while the other side limits our rate.

    Args:
        read: The read; it is told how many seconds are left.
        what: Its name, for the remark.
        remark: Told of each repetition.
        seconds: For all tries and the pauses between them: none begins later.

    Raises:
        RateLimited: The third try was limited too, or there was no time for another.
    """
    ends_at, left = time.monotonic() + seconds, seconds
    for pause in PAUSES:
        try:
            return read(left)
        except RateLimited:
            left = ends_at - time.monotonic() - pause
            if left <= 0:
                raise
            time.sleep(pause)
            remark(f"{what} was rate limited; asked again after {pause:g} s")
    return read(left)
