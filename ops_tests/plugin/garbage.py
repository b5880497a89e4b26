"""Garbage is looked for seldom: what a run loads stays to its end, and a look through it costs as much as a check."""

from __future__ import annotations

import gc

import pytest

SELDOM = 50_000
"""Objects made and not yet gone before Python looks; its own 700 have it look a hundred times while modules load."""
MORE = 1.25
"""Of the objects that the first run left out. Each further run of the process adds to them."""
_LEFT_OUT = [0]
"""How many those were, of the first run of this process or of the first since all were looked through; 0 before."""


def look_seldom(config: pytest.Config) -> None:
    """Look for garbage seldom, until this run of pytest ends.

    What earlier runs in this process left is looked for first, whenever it has come to be a quarter of what is there.
    """
    if 0 < MORE * _LEFT_OUT[0] < gc.get_freeze_count():
        # Not at that one's end: a process that ends with it would look through all that it is about to leave.
        gc.unfreeze()
        gc.collect()
        _LEFT_OUT[0] = 0
    youngest, *older = gc.get_threshold()
    config.add_cleanup(lambda: gc.set_threshold(youngest, *older))
    gc.set_threshold(SELDOM, *older)


def leave_out_what_is_here() -> None:
    """Leave what is there now out of every later look: pytest takes five at its end, and Python one more."""
    gc.freeze()
    _LEFT_OUT[0] = _LEFT_OUT[0] or gc.get_freeze_count()


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Leave out what was collected."""
    leave_out_what_is_here()
