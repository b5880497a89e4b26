"""Every fault turns exactly the checks it names, with the word and the level it names, against the real sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops_tests.sandbox.checks_by_need import BACK, RESTORABLE
from ops_tests.sandbox.evolution_hub.checks_by_need import API, WORKERS, WWW
from ops_tests.sandbox.fault import Fault
from ops_tests.sandbox.faults import EVOLUTION_HUB, FAULTS, SYSTEMS
from ops_tests.sandbox.wrangler_state import version_id
from ops_tests.target_parts import SHOPIFY_ENDPOINTS
from tests.fault_table import Tried, Turned
from tests.patience import calm_drill, calm_run, held_up, seen
from tests.sandbox.test_faults import BY_HISTORY, NOTES_ONLY

SLICE = (
    "health-500",
    "health-cold-start",
    "certificate-expired",
    "page-to-login",
    "webhooks-swallow",
    "dead-letters",
    "error-in-log",
    "logs-look-alikes",
    "secret-missing",
    "fly-logged-out",
    "database-refused",
)
"""One fault of each kind, for ``make test``; ``make fault-matrix`` runs all."""
HUB_SLICE = (
    "hub-health-degraded",
    "deployment-gradual",
    "invocations-throw",
    "tail-not-ours",
    "wrangler-logged-out",
    "analytics-errors-high",
)
DRILL = "drill/"


def all_drilled(fault: Fault) -> bool:
    """Whether it shows in a drill alone."""
    return bool(fault.turns) and all(turn.check.startswith(DRILL) for turn in fault.turns)


DRILLED = [
    name
    for name, fault in FAULTS.items()
    if any(turn.check.startswith(DRILL) and turn.check != RESTORABLE for turn in fault.turns)
]
"""What shows in a drill, which a run of all suites does not make; backups are tried in `tests/backups/`."""
OBSERVED = [name for name, fault in FAULTS.items() if not all_drilled(fault)]


def expected(fault: Fault, *, drilled: bool = False) -> dict[str, tuple[str, str | None]]:
    """What the fault declares for a run of all suites, or for a drill, with ``[*]`` spelled out for every endpoint."""
    return {
        turn.check.replace("[*]", f"[{endpoint.id}]"): (turn.outcome, turn.level)
        for turn in fault.turns
        for endpoint in SHOPIFY_ENDPOINTS
        if turn.check.startswith(DRILL) == drilled
    }


def status(turned: Turned) -> int:
    """The exit status of a run that turned this."""
    words = {outcome for outcome, _ in turned.values()}
    return 1 if "finding" in words else 10 if "blind" in words else 0


HUB = SYSTEMS[EVOLUTION_HUB].faults
ONLY_HUB = {*WORKERS, WWW, API}
"""Not applicable to the first system."""


@pytest.mark.long
@pytest.mark.parametrize("name", DRILLED)
def test_a_fault_turns_exactly_what_it_names_in_a_drill(name: str, tmp_path: Path, tried: Tried) -> None:
    wanted = expected(FAULTS[name], drilled=True)
    named = ("--drill", "rollback") if BACK in wanted else ()
    finished, runs = calm_drill(tmp_path, *named, "--fault", name)
    tried(f"{name}, in a drill", wanted, seen(finished), runs)
    assert seen(finished) == wanted, finished.output[-3000:]
    assert finished.status == status(wanted)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in SLICE else pytest.mark.long) for name in OBSERVED]
)
def test_a_fault_turns_exactly_what_it_names(name: str, tmp_path: Path, tried: Tried) -> None:
    finished, runs = calm_run(tmp_path, "--fault", name, wanted=expected(FAULTS[name]))
    turned = seen(finished)
    tried(name, expected(FAULTS[name]), turned, runs)
    assert turned == expected(FAULTS[name]), finished.output[-3000:]
    assert finished.status == status(turned)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in HUB_SLICE else pytest.mark.long) for name in HUB]
)
def test_a_fault_of_the_second_system_turns_exactly_what_it_names(name: str, tmp_path: Path, tried: Tried) -> None:
    wanted = expected(HUB[name])
    finished, runs = calm_run(tmp_path, "--fault", name, wanted=wanted, system=EVOLUTION_HUB)
    tried(name, wanted, seen(finished), runs)
    assert seen(finished) == wanted, finished.output[-3000:]
    assert finished.status == status(wanted)


def test_a_drill_on_the_healthy_sandbox_turns_nothing(tmp_path: Path) -> None:
    finished, _ = calm_drill(tmp_path, "--drill", "rollback")
    assert (finished.status, seen(finished)) == (0, {}), finished.output
    drilled = [one for one in finished.checks() if one.outcome != "not applicable"]
    assert {one.check.partition("/")[0] for one in drilled} == {"drill"}


def test_a_run_is_repeated_for_response_times_alone() -> None:
    in_time = "availability/health_answers_in_time"
    red = {in_time: ("finding", "L1")}
    assert held_up(red, {})
    assert held_up({}, red)
    assert held_up({in_time: ("finding", "L2")}, red)
    assert not held_up(red, red)
    assert not held_up(red | {"logs/recent_logs_show_no_errors": ("finding", "L1")}, {})


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_healthy_sandbox_turns_nothing(tmp_path: Path, system: str) -> None:
    finished, _ = calm_run(tmp_path, system=system)
    assert (finished.status, seen(finished)) == (0, {}), finished.output


def test_every_check_is_turned_red_by_a_fault(tmp_path: Path) -> None:
    unexpected = {"platform/expected_version_is_live": ("finding", "L1")}
    finished, _ = calm_run(tmp_path, "--expect-release", "1", wanted=unexpected)
    declared = [expected(fault, drilled=drilled) for fault in FAULTS.values() for drilled in (False, True)]
    turned = {(check, word) for one in declared for check, (word, _) in one.items()}
    red, noted = ({check for check, word in turned if word == wanted} for wanted in ("finding", "note"))
    assert {one.check for one in finished.checks() if one.check not in ONLY_HUB} - red == {
        "platform/expected_version_is_live",
        *NOTES_ONLY,
        *BY_HISTORY,
    }
    assert noted >= NOTES_ONLY
    assert finished.turned() == unexpected


def test_every_check_of_the_second_system_alone_is_turned_red_by_a_fault(tmp_path: Path) -> None:
    finished, _ = calm_run(tmp_path, system=EVOLUTION_HUB)
    red = {turn.check for fault in (*FAULTS.values(), *HUB.values()) for turn in fault.turns if turn.level}
    asked = {one.check for one in finished.checks() if one.outcome != "not applicable"}
    assert asked <= {*red, "availability/plain_http_redirects_to_https", "availability/other_pages_answer[/]"}


def test_the_expected_version_of_a_worker_is_told_by_its_id(tmp_path: Path) -> None:
    finished, _ = calm_run(tmp_path, "-m", "post_deploy", "--expect-image", version_id(41), system=EVOLUTION_HUB)
    assert finished.status == 0, finished.output
    (tmp_path / "other").mkdir()
    other, _ = calm_run(tmp_path / "other", "-m", "post_deploy", "--expect-release", "40", system=EVOLUTION_HUB)
    assert other.turned() == {"platform/expected_version_is_live": ("finding", "L1")}


def test_a_fault_that_turns_nothing_is_declared_so() -> None:
    known = [fault for system in SYSTEMS.values() for fault in system.faults.values()]
    assert all(bool(fault.turns) != fault.turns_nothing for fault in known)
