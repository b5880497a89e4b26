"""A report arrives from a worker as it was; a worker that is told most variables once has those of each target."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from _pytest import reports

from ops_tests.plugin import travelling
from ops_tests.plugin.state import RUN, Run
from ops_tests.plugin.travelling import environ_of, shared_environ
from ops_tests.records.run import CheckRecord, Measurement
from ops_tests.target import Target

RECORD = CheckRecord(
    target="shop", check="shop/open", subject="shop", claim="It is open.", suites=("daily",), anchor="shop.md#open",
    outcome="waived", measurements=(Measurement(value=1.5, unit="s", limit=1, key="", level=None),),
    started_at=datetime(2026, 11, 20, tzinfo=UTC),
)  # fmt: skip


class _Config:
    """As much of pytest's configuration as a report that travels needs; its hooks are pytest's own."""

    def __init__(self) -> None:
        self.stash = pytest.Stash()
        self.stash[RUN] = Run(None, {})  # type: ignore[arg-type]  # no settings are asked for here
        manager = pytest.PytestPluginManager()
        manager.register(reports)
        manager.register(travelling)
        self.packing = travelling.Packing(self)  # type: ignore[arg-type]  # enough of it
        manager.register(self.packing)
        self.hook = manager.hook

    def sent(self, report: pytest.TestReport, *, sending: bool = True) -> dict[str, Any]:
        """What the channel is given."""
        whole_sending = self.packing.pytest_runtest_logreport()
        if sending:
            next(whole_sending)
        return dict(self.hook.pytest_report_to_serializable(config=self, report=report))

    def arrived(self, data: dict[str, Any]) -> pytest.TestReport:
        """What is made of it."""
        report: pytest.TestReport = self.hook.pytest_report_from_serializable(config=self, data=data)
        return report


def _report() -> pytest.TestReport:
    report = pytest.TestReport(
        "test_shop.py::test_open[a]", ("test_shop.py", 3, "test_open[a]"), {"test_open": 1}, "skipped",
        ("test_shop.py", 4, "waived"), "call", sections=[("Captured log", "line")], user_properties=[("ops", "waived")],
    )  # fmt: skip
    report.__dict__["ops_record"] = RECORD
    return report


def test_a_report_arrives_as_it_was_with_what_xdist_lays_beside_it() -> None:
    config, report = _Config(), _report()
    sent = config.sent(report) | {"worker_id": "gw1"}
    assert len(sent) == 2
    arrived = config.arrived(sent)
    assert vars(arrived) == vars(report) | {"worker_id": "gw1", "$report_type": "TestReport"}
    assert isinstance(arrived.longrepr, tuple)


def test_what_redaction_asks_for_is_not_packed_and_holds_no_object() -> None:
    config, report = _Config(), _report()
    data = config.sent(report, sending=False)
    assert data["nodeid"] == report.nodeid
    assert json.loads(json.dumps(data))["ops_record"]["check"] == RECORD.check
    assert vars(config.arrived(data))["ops_record"] == RECORD


def test_variables_are_told_once_and_each_target_keeps_its_own() -> None:
    environs = [{"PATH": "/bin", "TOKEN": "a"}, {"PATH": "/bin", "TOKEN": "b"}, {"PATH": "/bin"}]
    targets = [
        Target(name=f"shop-{number}", base_url="https://shop.example").placed(Path("shop.toml"), environ)
        for number, environ in enumerate(environs)
    ]
    shared = shared_environ(targets)
    assert shared == {"PATH": "/bin"}
    assert [{**shared, **environ_of(target, shared)} for target in targets] == environs
