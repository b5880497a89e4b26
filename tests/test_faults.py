"""Every fault turns exactly the checks it names, with the word and the level it names, against the real sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops_tests.sandbox.fault import Fault
from ops_tests.sandbox.faults import FAULTS
from ops_tests.target import SHOPIFY_ENDPOINTS
from tests.running import run_suite


def expected(fault: Fault) -> dict[str, tuple[str, str | None]]:
    """What the fault declares, with ``[*]`` spelled out for every endpoint."""
    return {
        turn.check.replace("[*]", f"[{endpoint.id}]"): (turn.outcome, turn.level)
        for turn in fault.turns
        for endpoint in SHOPIFY_ENDPOINTS
    }


SLICE = (
    "health-500",
    "webhooks-swallow",
    "dead-letters",
    "error-in-log",
    "secret-missing",
    "fly-logged-out",
    "database-refused",
)
"""One fault of each kind, for ``make test``; ``make fault-matrix`` runs all."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in SLICE else pytest.mark.long) for name in FAULTS]
)
def test_a_fault_turns_exactly_what_it_names(name: str, tmp_path: Path) -> None:
    finished = run_suite(tmp_path, "--target", "sandbox", "--fault", name)
    assert finished.turned() == expected(FAULTS[name]), finished.output[-3000:]
    words = {outcome for outcome, _ in expected(FAULTS[name]).values()}
    assert finished.status == (1 if "finding" in words else 10)


def test_a_healthy_sandbox_turns_nothing(tmp_path: Path) -> None:
    finished = run_suite(tmp_path, "--target", "sandbox")
    assert (finished.status, finished.turned()) == (0, {}), finished.output


def test_every_check_is_turned_by_a_fault(tmp_path: Path) -> None:
    finished = run_suite(tmp_path, "--target", "sandbox", "--expect-release", "1")
    turned = {check for fault in FAULTS.values() for check in expected(fault)}
    assert {one.check for one in finished.checks()} - turned == {"platform/expected_version_is_live"}
    assert finished.turned() == {"platform/expected_version_is_live": ("finding", "L1")}
