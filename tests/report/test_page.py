"""What stands on the page when something is missing: the history, or the page itself."""

from __future__ import annotations

import re

from ops_tests.plugin.report.page import page
from ops_tests.plugin.report.past import Earlier, Past
from ops_tests.plugin.report.phrases import breakable
from ops_tests.records.history import PastRun
from ops_tests.records.run import CheckRecord, Level, Measurement, RunRecord, TargetRecord
from tests.history.conftest import NOON


def record(*checks: CheckRecord) -> RunRecord:
    names = dict.fromkeys(one.target for one in checks)
    return RunRecord(
        run_id="run", suite="daily", targets=tuple(TargetRecord(name=one, base_url="", sandbox=False) for one in names),
        faults=(), started_at=NOON, finished_at=NOON, exit_status=1, verdict="FINDING L1: said", level=Level.L1,
        environment={}, checks=checks,
    )  # fmt: skip


def finding(target: str = "shop") -> CheckRecord:
    return CheckRecord(
        target=target, check="shop/open", subject="shop", claim="It is open.", suites=(), anchor="",
        outcome="finding", level=Level.L1, sentence="<b>shut</b>; expected open",
    )  # fmt: skip


def test_a_history_that_cannot_be_read_is_said_where_it_is_missed() -> None:
    text = page(record(finding()), {"shop": Past(problem="it is locked")})
    assert "What changed cannot be told: it is locked" in text
    assert "since when cannot be told: the history could not be read" in text


def test_a_check_without_a_runbook_section_has_no_place_there() -> None:
    text = page(record(finding()), {"shop": Past()})
    assert "ops-runbook-1" not in text
    assert "<b>shut</b>" not in text


def test_the_same_check_of_two_targets_is_told_apart() -> None:
    text = page(record(finding("north"), finding("south")), {"north": Past(), "south": Past()})
    assert "open on north" in text
    assert "open on south" in text
    assert "The history knows no earlier run of daily on south." in text


def test_what_many_checks_in_a_row_say_is_said_once() -> None:
    several = [finding().model_copy(update={"check": f"shop/open[{number}]"}) for number in range(9)]
    text = page(record(*several), {"shop": Past()})
    assert text.count('<p class="ops-claim">It is open.</p>') == 1
    assert text.count(">as above</p>") == 8


def test_a_long_list_of_changes_names_four_and_holds_the_others_back() -> None:
    several = [finding().model_copy(update={"check": f"shop/open[{number}]"}) for number in range(9)]
    earlier = PastRun("old", "shop", "daily", NOON, NOON, 0, "ok", None, "", "", "")
    text = page(record(*several), {"shop": Past(previous=Earlier(earlier, ()))})
    assert "<b>9 checks:</b>" in text
    assert "<summary>and 5 more</summary>" in text


def test_it_says_what_the_time_of_a_check_leaves_out() -> None:
    assert "Took is the check's own time" in page(record(finding()), {"shop": Past()})


def test_a_name_is_kept_together_with_the_mark_behind_it_and_copied_unchanged() -> None:
    told = str(breakable("shop/open_late[a/b], http://127.0.0.1:9/health (limits.open_late)"))
    assert re.findall(r'<span class="ops-name">(.*?)</span>', told.replace("<wbr>", "")) == [
        "shop/open_late", "[a/b],", "(limits.open_late)"
    ]  # fmt: skip
    assert re.sub("<[^>]*>", "", told) == "shop/open_late[a/b], http://127.0.0.1:9/health (limits.open_late)"


def test_limits_of_the_claim_itself_bear_their_unit() -> None:
    up = Measurement(value=99.18, unit="%", limit=99.9, key="", level=Level.L1)
    text = page(record(finding().model_copy(update={"measurements": (up,)})), {"shop": Past()})
    assert (">99.18 %<" in text, ">99.9 %<" in text) == (True, True)


def test_a_first_run_draws_no_line_of_one_run() -> None:
    assert 'class="trend"' not in page(record(finding()), {"shop": Past()})


def test_what_is_to_be_known_of_the_schedule_stands_below_the_verdict() -> None:
    late = record(finding()).model_copy(update={"remarks": ("the run came <2 h late>",)})
    text = page(late, {"shop": Past()})
    assert text.index("</header>") < text.index("the run came &lt;2 h late&gt;") < text.index('id="ops-causes"')
