"""Which version was live during the run, from what the checks observed anyway; history tells releases by it."""

from __future__ import annotations

from typing import Any

import pytest

from ops_tests.plugin.state import Run, is_worker, run_of

_SEEN = "ops_live_versions"


def live_versions(run: Run) -> dict[str, tuple[str, str]]:
    """Release and image by target, as far as this process or its workers looked; "" where nobody did."""
    return run.live | {name: _live_version(run, name) for name in run.targets if run.gatherer and name not in run.live}


def _live_version(run: Run, target: str) -> tuple[str, str]:
    assert run.gatherer is not None  # noqa: S101  # the caller has looked
    releases, running, machines = (run.gatherer.known(target, name) for name in ("releases", "running", "machines"))
    if not (releases or running or machines):
        return "", ""
    from ops_tests.rules import machines as machine_rules
    from ops_tests.rules import releases as rules

    return rules.live_release(releases or ()), rules.serving_image(running or machine_rules.running(machines or ()))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In a worker: hand over what was seen here."""
    run = run_of(session.config)
    if run is not None and is_worker(session.config):
        session.config.workeroutput[_SEEN] = live_versions(run)  # type: ignore[attr-defined]  # xdist's own channel


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a worker saw of the targets that it looked at."""
    run = run_of(node.config)
    if run is not None:
        told = getattr(node, "workeroutput", {}).get(_SEEN, {})
        run.live |= {name: (release, image) for name, (release, image) in told.items() if release or image}
