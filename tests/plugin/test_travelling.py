"""A report arrives from a worker as it was; a worker that is told most variables once has those of each target."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from _pytest.reports import pytest_report_from_serializable, pytest_report_to_serializable

from ops_tests.plugin import travelling
from ops_tests.plugin.state import RUN, Run
from ops_tests.plugin.travelling import environ_of, shared_environ
from ops_tests.target import Target


class _Config:
    """As much of pytest's configuration as a worker's reports need."""

    def __init__(self) -> None:
        self.stash = pytest.Stash()
        self.stash[RUN] = Run(None, {})  # type: ignore[arg-type]  # no settings are asked for here
        self.hook = self

    @staticmethod
    def pytest_report_from_serializable(config: Any, data: dict[str, Any]) -> Any:
        assert config.hook is config
        return pytest_report_from_serializable(data)


def _report() -> pytest.TestReport:
    report = pytest.TestReport(
        "test_shop.py::test_open[a]", ("test_shop.py", 3, "test_open[a]"), {"test_open": 1}, "skipped",
        ("test_shop.py", 4, "waived"), "call", sections=[("Captured log", "line")], user_properties=[("ops", "waived")],
    )  # fmt: skip
    report.__dict__["ops_record"] = {"check": "shop/open", "measurements": [{"value": 1.5}], "level": None}
    return report


def _packed(config: Any, report: pytest.TestReport, *, sending: bool) -> dict[str, Any]:
    packing = travelling.Packing(config)
    whole_sending = packing.pytest_runtest_logreport()
    if sending:
        next(whole_sending)
    wrapped = packing.pytest_report_to_serializable()
    next(wrapped)
    try:
        wrapped.send(pytest_report_to_serializable(report) or {})
    except StopIteration as ended:
        return dict(ended.value)
    raise AssertionError


def test_a_report_arrives_as_it_was_with_what_xdist_lays_beside_it() -> None:
    config, report = _Config(), _report()
    sent = _packed(config, report, sending=True) | {"worker_id": "gw1"}
    assert len(sent) == 2
    arrived = travelling.pytest_report_from_serializable(config, sent)  # type: ignore[arg-type]  # enough of it
    assert vars(arrived) == vars(report) | {"worker_id": "gw1", "$report_type": "TestReport"}
    assert isinstance(arrived.longrepr, tuple)


def test_what_redaction_asks_for_is_not_packed() -> None:
    config, report = _Config(), _report()
    data = _packed(config, report, sending=False)
    assert data["nodeid"] == report.nodeid
    assert travelling.pytest_report_from_serializable(config, data) is None  # type: ignore[arg-type]  # enough of it


def test_variables_are_told_once_and_each_target_keeps_its_own() -> None:
    environs = [{"PATH": "/bin", "TOKEN": "a"}, {"PATH": "/bin", "TOKEN": "b"}, {"PATH": "/bin"}]
    targets = [
        Target(name=f"shop-{number}", base_url="https://shop.example").placed(Path("shop.toml"), environ)
        for number, environ in enumerate(environs)
    ]
    shared = shared_environ(targets)
    assert shared == {"PATH": "/bin"}
    assert [{**shared, **environ_of(target, shared)} for target in targets] == environs
