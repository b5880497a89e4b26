"""The targets of a session: found before anything is collected, a parameter of every check; the sandbox started."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from ops_tests.errors import SandboxFailed, UsageProblem
from ops_tests.plugin.naming import named_run
from ops_tests.plugin.options import is_target_given, settings, suite
from ops_tests.plugin.reaching import checks_in_play, is_listing
from ops_tests.plugin.state import RUN, Run, is_worker, run_of
from ops_tests.plugin.travelling import environ_of, shared_environ
from ops_tests.target import Target, dotenv_complaints
from ops_tests.target_file import load_target, packaged_targets
from ops_tests.target_parts import SHOPIFY_ENDPOINTS, Endpoint, Page

if TYPE_CHECKING:
    from ops_tests.sandbox.embedded import Starting


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> Generator[None, None, None]:
    """Find the targets and start the sandbox, before pytest or a worker says or does anything."""
    config = session.config
    if is_worker(config):
        _join(config)
    elif checks_in_play(config):
        _begin(config)
    elif is_target_given(config) and not is_listing(config):
        where = config.invocation_params.dir
        raise pytest.UsageError(
            f"no check is reached from {where}, so --target looks at nothing; type it in the folder with pytest.ini, "
            f"or name the checks: pytest --pyargs ops_tests.checks -m {suite(config)} --target ..."
        )
    yield


def _begin(config: pytest.Config) -> None:
    try:
        run = named_run(config)
        run.sandboxes = _sandboxes(run)
    except UsageProblem as error:
        raise pytest.UsageError(str(error)) from None
    run.complaints += dotenv_complaints(config.rootpath)
    config.stash[RUN] = run
    for sandbox in run.sandboxes.values():
        sandbox.begin()  # only now that whoever ends the session finds it


def _sandboxes(run: Run) -> dict[str, Starting]:
    """The embedded targets, each with the faults that no other of them knows."""
    embedded = [one.name for one in run.targets.values() if one.sandbox]
    if not embedded:
        return {}
    from ops_tests.sandbox.embedded import Starting
    from ops_tests.sandbox.faults import SYSTEMS

    others = {name: {fault for one in embedded if one != name for fault in SYSTEMS[one].faults} for name in embedded}
    return {name: Starting([one for one in run.settings.faults if one not in others[name]], name) for name in embedded}


def _put_sandbox_in_place(run: Run) -> None:
    """Wait for the sandboxes and put their real addresses and secrets in place of the packaged files'."""
    for name, starting in run.sandboxes.items():
        try:
            sandbox = starting.ready()
        except SandboxFailed as error:
            raise pytest.exit.Exception(str(error), returncode=pytest.ExitCode.INTERNAL_ERROR) from None
        target = run.targets[name]
        run.targets[name] = load_target(target.file, {**target.environment, **sandbox.environment}, sandbox.place)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config) -> None:
    """Have the sandbox in place before anybody asks whether its variables are set."""
    run = run_of(config)
    if run is not None:
        _put_sandbox_in_place(run)


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a starting xdist worker everything it needs: workers parse the command line anew and start no sandbox."""
    run = run_of(node.config)
    if run is None:
        return
    _put_sandbox_in_place(run)
    node.workerinput["ops"] = {
        "run_id": run.run_id,
        "started_at": run.started_at.isoformat(),
        "environ": (shared := shared_environ(run.targets.values())),
        "targets": [[str(one.file), _place(run, one), environ_of(one, shared)] for one in run.targets.values()],
    }


def _place(run: Run, target: Target) -> dict[str, Any]:
    """What of a target is not as its file says: where the sandbox is."""
    return run.sandboxes[target.name].ready().place if target.name in run.sandboxes else {}


def _join(config: pytest.Config) -> None:
    """Take over, in an xdist worker, what the controller found."""
    from datetime import datetime
    from pathlib import Path

    told = getattr(config, "workerinput", {}).get("ops")
    if told is None:
        return
    shared = told["environ"]
    targets = [load_target(Path(file), shared | own if own else shared, place) for file, place, own in told["targets"]]
    started_at = datetime.fromisoformat(told["started_at"])
    config.stash[RUN] = Run(settings(config), {one.name: one for one in targets}, told["run_id"], started_at)


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Ask each check of each target, and each webhook check of each of its endpoints, each page check of its pages."""
    if metafunc.definition.get_closest_marker("runbook") is None or "target" not in metafunc.fixturenames:
        return
    run = run_of(metafunc.config)
    targets = run.targets if run else _targets_listed()
    many = len(targets) > 1
    parameter = next((name for name in _SUBJECTS if name in metafunc.fixturenames), "")
    pairs = [(name, one) for name, target in targets.items() for one in _subjects(parameter, target)]
    if many and _is_left_out(metafunc):
        pairs = list({one: (name, one) for name, one in reversed(pairs)}.values())
    if not parameter:
        ids = [name for name, _ in pairs] if many else [pytest.HIDDEN_PARAM]
        metafunc.parametrize("target", [name for name, _ in pairs], indirect=True, scope="session", ids=ids)
        return
    told = [(f"{name}-{one}" if one else name) if many else one or pytest.HIDDEN_PARAM for name, one in pairs]
    metafunc.parametrize(("target", parameter), pairs, indirect=True, ids=told)


@cache
def _targets_listed() -> dict[str, Target]:
    """What checks are listed for, where no target is asked for: the sandbox, which has every part."""
    return {"sandbox": load_target(packaged_targets()["sandbox"], {})}


def _subjects(parameter: str, target: Target) -> list[str]:
    """What a check is asked of at a target: each endpoint, each page, or the target as such ("")."""
    of = _SUBJECTS.get(parameter)
    return (list(of({target.name: target})) if of else []) or [""]


def _is_left_out(metafunc: pytest.Metafunc) -> bool:
    """Whether ``-m`` with the name of a suite will leave the check out, so that one target suffices to say so."""
    wanted = suite(metafunc.config)
    return metafunc.config.getoption("markexpr") == wanted and metafunc.definition.get_closest_marker(wanted) is None


def endpoints_of(targets: Mapping[str, Target]) -> dict[str, Endpoint]:
    """Every endpoint of any target by id; for a target without webhooks Shopify's six, listed as not applicable."""
    found = [one.webhooks.endpoints if one.webhooks else SHOPIFY_ENDPOINTS for one in targets.values()]
    return {endpoint.id: endpoint for endpoints in found for endpoint in endpoints}


def pages_of(targets: Mapping[str, Target]) -> dict[str, Page]:
    """Every page of any target by path."""
    return {page.path: page for one in targets.values() for page in one.pages or ()}


_SUBJECTS: Mapping[str, Callable[[Mapping[str, Target]], Mapping[str, object]]] = {
    "endpoint": endpoints_of,
    "page": pages_of,
}
"""What a target has several of, by the fixture that a check asks for."""


@pytest.fixture(scope="session")
def target(request: pytest.FixtureRequest) -> Target:
    """The target under check, as its file describes it."""
    run = run_of(request.config)
    if run is None:
        pytest.exit("a check was collected although the arguments name none; please report this", returncode=3)
    return run.targets[request.param]


@pytest.fixture
def endpoint(request: pytest.FixtureRequest, target: Target) -> Endpoint:
    """The webhook endpoint under check."""
    return endpoints_of({target.name: target})[request.param]


@pytest.fixture
def page(request: pytest.FixtureRequest, target: Target) -> Page:
    """The page under check."""
    return pages_of({target.name: target})[request.param]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop every sandbox, whatever happened."""
    run = run_of(config)
    for sandbox in run.sandboxes.values() if run else ():
        sandbox.stop()
