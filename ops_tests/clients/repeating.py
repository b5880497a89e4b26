"""Asking again, at the other side's pace, when it says that we ask too often."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from ops_tests.clients.remarks import Remark
from ops_tests.errors import RateLimited

PAUSES = (1.2, 2.4)
"""Seconds before the second and the third try: Fly.io's APIs allow one request a second for each app."""

T = TypeVar("T")


def at_their_pace(read: Callable[[], T], what: str, remark: Remark) -> T:
    """Read, and read again at most twice while the other side limits our rate.

    Args:
        read: The read.
        what: Its name, for the remark.
        remark: Told of each repetition.

    Raises:
        RateLimited: The third try was limited too.
    """
    for pause in PAUSES:
        try:
            return read()
        except RateLimited:
            time.sleep(pause)
            remark(f"{what} was rate limited; asked again after {pause:g} s")
    return read()
