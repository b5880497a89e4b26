"""What travels between an xdist worker and the controller, in few values: the variables, and the reports of checks.

xdist's channel writes and reads each string in Python, which of a report takes longer than most checks.
"""

from __future__ import annotations

import marshal
from collections.abc import Generator, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from ops_tests.plugin.state import is_worker, run_of
from ops_tests.records.run import CheckRecord

if TYPE_CHECKING:
    from ops_tests.target import Target

_PACKED = "ops_packed"
_RECORD = "ops_record"


def shared_environ(targets: Iterable[Target]) -> dict[str, str]:
    """The variables that all have alike: told once a target, they would be most of what a worker is told."""
    return dict(set.intersection(*(set(one.environment.items()) for one in targets)))


def environ_of(target: Target, shared: Mapping[str, str]) -> dict[str, str]:
    """The variables that a target has beyond those, or otherwise."""
    return {name: value for name, value in target.environment.items() if shared.get(name) != value}


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """In a worker: pack what is sent."""
    if is_worker(config):
        config.pluginmanager.register(Packing(config), "ops_tests.packing")


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, dict[str, Any] | None, dict[str, Any] | None]:
    """Have a finished record travel as plain data: xdist knows nothing else, nor do writers of report logs."""
    data = yield
    if data is not None and _RECORD in data:
        data[_RECORD] = data[_RECORD].model_dump(mode="json")
    return data


class Packing:
    """Packs reports while they are sent, and only then: redaction wants to see the same form unpacked."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._sending = False

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_logreport(self) -> Generator[None, None, None]:
        """Note that what is now made of a report is what is sent."""
        self._sending = True
        try:
            return (yield)
        finally:
            self._sending = False

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_report_to_serializable(self) -> Generator[None, dict[str, Any], dict[str, Any]]:
        """Pack it; it holds nothing but what the channel and marshal both know."""
        data = yield
        return {_PACKED: marshal.dumps(data)} if self._sending and run_of(self._config) else data


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_report_from_serializable(data: dict[str, Any]) -> Generator[None, Any, Any]:
    """Unpack what was packed, beside what xdist has laid there, and make a record again of one that has travelled."""
    packed = data.pop(_PACKED, None)
    if packed is not None:
        data |= marshal.loads(packed) | data  # noqa: S302  # from our own worker
    report = yield
    told = getattr(report, _RECORD, None)
    if told is not None:
        setattr(report, _RECORD, CheckRecord.model_validate(told))
    return report
