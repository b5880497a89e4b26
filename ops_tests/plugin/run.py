"""The end of a run: the status is decided, the record composed, and every rendering written from it."""

from __future__ import annotations

import platform
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest

from ops_tests import __version__
from ops_tests.plugin import files, html, objectives
from ops_tests.plugin.deploying import look_for_deploys
from ops_tests.plugin.exit_status import INTERRUPTED, tally_of
from ops_tests.plugin.history import writing
from ops_tests.plugin.known_secrets import redactor_of
from ops_tests.plugin.live_version import live_versions
from ops_tests.plugin.naming import argument
from ops_tests.plugin.options import SUITES
from ops_tests.plugin.schedule import remarks
from ops_tests.plugin.spreading import scope_of
from ops_tests.plugin.state import Run, is_worker, run_of
from ops_tests.plugin.waivers import with_unneeded
from ops_tests.records.run import CheckRecord, Drill, RunRecord, TargetRecord
from ops_tests.rules import verdict
from ops_tests.rules.levels import worst

if TYPE_CHECKING:
    from ops_tests.plugin.redaction import Redactor
    from ops_tests.target import Target

PACKAGES = ("pytest", "pytest-html", "pytest-timeout", "pytest-xdist", "requests", "psycopg2-binary", "pydantic")


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, None, None]:
    """Decide, compose, write. pytest-html writes its file after this, with our summary in it.

    Where another plugin breaks on the way, the files say so: an older green report must not stay the latest.
    """
    run = run_of(session.config)
    if run is None or is_worker(session.config):
        return (yield)
    # Whoever ends a run wants it ended: it asks nobody and tells nobody, and what waits is the next run's.
    ended_early = tally_of(session.config).status(session) == INTERRUPTED
    tells = not ended_early and run.patience_seconds is None
    look_for_deploys(run, ask=tells)
    alerts = tells and any(target.alerting for target in run.targets.values())
    if alerts:
        from ops_tests.plugin.alerts import concluding

        _unshaken(concluding.deliver_what_waited, session.config, run)
    _conclude(session, run)
    if run.final is not None:
        writing.store(session.config.rootpath, run.final, run.complaints.append)
    if alerts:
        _unshaken(concluding.tell, session.config, run)
    try:
        yield
    except Exception as error:  # noqa: BLE001  # told in the verdict and in the exit status
        run.broken = f"it could not be finished: {type(error).__name__}: {error}"
        _conclude(session, run)
        html.write_page_alone(session.config, run)


def _unshaken(work: Callable[[pytest.Config, Run], None], config: pytest.Config, run: Run) -> None:
    """Do what concerns alerts; whatever breaks there is said, and the run's verdict stands."""
    try:
        work(config, run)
    except Exception as error:  # noqa: BLE001  # told, not swallowed
        said = redactor_of(config, run).text(f"{type(error).__name__}: {error}")
        run.complaints.append(f"alerts broke, so nobody may have been told: {said}; please report this")


def _conclude(session: pytest.Session, run: Run) -> None:
    session.exitstatus = tally_of(session.config).status(session)
    run.final = compose(session.config, run, int(session.exitstatus))
    files.write(session.config, run)


def compose(config: pytest.Config, run: Run, status: int) -> RunRecord:
    """The run record from the finished checks, by subject, with the verdict in one sentence."""
    clean, live, now = redactor_of(config, run), live_versions(run), datetime.now(UTC)
    crashed = [_crashed(run, nodeid) for nodeid in tally_of(config).crashed]
    found = with_unneeded(run, [*run.records, *run.own, *crashed, *run.not_applicable])
    scrubbed = set(map(id, run.records))  # with their reports
    cleaned = [check if id(check) in scrubbed else _clean(check, clean) for check in found]
    checks = sorted(cleaned, key=verdict.report_order)
    return RunRecord(
        run_id=run.run_id,
        suite=run.settings.suite,
        targets=tuple(_target_record(run, one, *live.get(one.name, ("", ""))) for one in run.targets.values()),
        faults=run.settings.faults,
        started_at=run.started_at,
        finished_at=now,
        exit_status=status,
        verdict=clean.text(_verdict(run, checks, status)),
        level=worst(check.level for check in checks),
        environment=_environment(),
        samples=tuple(run.samples),
        drills=tuple(Drill.model_validate(clean.deep(one.model_dump())) for one in run.drills),
        remarks=remarks(config.rootpath, run),
        checks=tuple(checks),
        objectives=tuple(objectives.of_run(config.rootpath, run, checks, now)),
        deliveries=tuple(
            one.model_copy(update={"path": clean.text(one.path), "shop": clean.text(one.shop)})
            for one in sorted(run.deliveries, key=lambda one: one.sent_at)
        ),
    )


def _clean(check: CheckRecord, redactor: Redactor) -> CheckRecord:
    return check if redactor.spares(check) else CheckRecord.model_validate(redactor.deep(check.model_dump()))


def _verdict(run: Run, checks: list[CheckRecord], status: int) -> str:
    called = {name: target.severity_words for name, target in run.targets.items()}
    said = verdict.sentence(checks, status, tuple(run.targets), run.broken or _misspelt(run, status), called)
    several = len(run.targets) > 1
    deploys = (f"{phrase}{f' on {name}' if several else ''}: alerts are held" for name, phrase in run.deploying.items())
    return "; ".join([said, *deploys])


def _misspelt(run: Run, status: int) -> str:
    """Why nothing ran, when the mark expression names no suite there is."""
    if status != int(pytest.ExitCode.NO_TESTS_COLLECTED) or run.settings.suite in {"all", *SUITES}:
        return ""
    return f"no check is selected by -m {run.settings.suite!r}; the suites are {', '.join(SUITES)}"


def _target_record(run: Run, target: Target, release: str, image: str) -> TargetRecord:
    return TargetRecord(
        name=target.name,
        base_url=target.base_url,
        sandbox=target.sandbox,
        argument=argument(run, target),
        authority=str(target.authority or ""),
        app=target.fly.app if target.fly else "",
        health_path=target.health.path,
        examples=_examples(target),
        release=release,
        image=image,
    )


def _examples(target: Target) -> dict[str, str]:
    """What the runbook's sections about Cloudflare call by the names of Evolution Hub."""
    worker = target.cloudflare
    named = {
        "evolution-hub-production": worker and worker.worker,
        "evolution-hub-staging": worker and worker.staging,
        "evolution-hub-main": target.d1 and target.d1.database,
        '"ACCOUNT"': worker and worker.account and f'"{worker.account}"',
    }
    return {example: real for example, real in named.items() if real}


def _crashed(run: Run, nodeid: str) -> CheckRecord:
    """The record of a check whose worker died under it: blind."""
    path, _, name = nodeid.partition("::")
    subject = path.rpartition("/")[2].removeprefix("test_").removesuffix(".py")
    return CheckRecord(
        target=scope_of(nodeid, run.targets) or next(iter(run.targets)),
        check=f"{subject}/{name.removeprefix('test_')}",
        subject=subject,
        claim="",
        suites=(),
        anchor="",
        outcome="blind",
        sentence="the worker process died while it ran this check; run it alone with -n 0",
    )


def _environment() -> dict[str, str]:
    packages = {name: version(name) for name in PACKAGES}
    return {"ops-tests": __version__, "python": platform.python_version(), "platform": platform.platform(), **packages}
