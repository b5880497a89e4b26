"""A stand-in's state file: one JSON document, read whole, and changed by one process at a time."""

from __future__ import annotations

import os

from ops_tests.sandbox import json_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    State = dict[str, Any]
else:
    State = dict  # typing takes a quarter of a call to import, collections a tenth


def read(file: str) -> State:
    """What the file holds."""
    with open(file, encoding="utf-8") as text:  # noqa: PTH123 - pathlib is slow to import
        held: State = json_text.loads(text.read())
    return held


def change(file: str, edit: Callable[[State], object], reading: Callable[[str], State] = read) -> State:
    """Change the state; others wait meanwhile, and a reader sees it as it was before or as it is afterwards.

    Args:
        file: The state file.
        edit: Changes the state it is given.
        reading: Reads the file.
    """
    import fcntl

    lock = os.open(f"{file}.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        state = reading(file)
        edit(state)
        fresh = os.open(f"{file}.new", os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(fresh, "w", encoding="utf-8") as text:
            text.write(json_text.dumps(state))
        os.replace(f"{file}.new", file)  # noqa: PTH105 - pathlib is slow to import
    finally:
        os.close(lock)
    return state
