"""Several questions together end in time, and say which was not asked."""

from __future__ import annotations

import pytest

from ops_tests.clients.budget import Budget
from ops_tests.errors import NoAnswerInTime


def test_a_question_begins_while_there_is_time() -> None:
    Budget(60).demand("the registry")


def test_a_question_that_comes_too_late_is_not_asked() -> None:
    with pytest.raises(NoAnswerInTime, match=r"^the registry was not asked: what was asked before it took over 0 s"):
        Budget(0).demand("the registry")
