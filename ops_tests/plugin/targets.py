"""The targets of a session: found before anything is collected, a parameter of every check; the sandbox started."""

from __future__ import annotations

import shlex
from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from ops_tests.errors import SandboxFailed, UsageProblem
from ops_tests.plugin.options import checks_in_play, is_listing, refuse_misdirected, settings, suite
from ops_tests.plugin.state import RUN, Run, is_worker, run_of
from ops_tests.target import Target, dotenv_complaints, read_environ
from ops_tests.target_file import find_target, load_target, packaged_targets
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
    elif config.getoption("ops_targets") and not is_listing(config):
        where = config.invocation_params.dir
        message = (
            f"no check is reached from {where}, so --target looks at nothing; type it in the folder with pytest.ini, "
            f"or name the checks: pytest --pyargs ops_tests.checks -m {suite(config)} --target ..."
        )
        raise pytest.UsageError(message)
    yield


def _begin(config: pytest.Config) -> None:
    try:
        wanted = settings(config)
        targets = _load(config, wanted.targets)
        run = Run(wanted, targets)
        refuse_misdirected(wanted, targets)
        run.sandboxes = _sandboxes(run)
    except UsageProblem as error:
        raise pytest.UsageError(str(error)) from None
    run.complaints += dotenv_complaints(config.rootpath)
    config.stash[RUN] = run
    for sandbox in run.sandboxes.values():
        sandbox.begin()  # only now that whoever ends the session finds it


def _load(config: pytest.Config, names: tuple[str, ...]) -> dict[str, Target]:
    environ = read_environ(config.rootpath)
    loaded: dict[str, Target] = {}
    for name in names:
        target = load_target(find_target(name, config.invocation_params.dir), environ)
        if target.name in loaded:
            message = (
                f"two targets are called {target.name!r}: {loaded[target.name].file} and {target.file}; rename one"
            )
            raise UsageProblem(message)
        loaded[target.name] = target
    return loaded


def argument(run: Run, target: Target) -> str:
    """What follows ``--target`` on a command line that looks at the target once more; the sandbox keeps its faults."""
    given = dict(zip(run.targets, run.settings.targets, strict=True))[target.name]
    faults = run.sandboxes[target.name].faults if target.name in run.sandboxes else ()
    return " ".join([shlex.quote(given), *(f"--fault {name}" for name in faults)])


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
        "targets": [[str(one.file), _place(run, one), dict(one.environment)] for one in run.targets.values()],
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
    targets = [load_target(Path(file), environ, place) for file, place, environ in told["targets"]]
    started_at = datetime.fromisoformat(told["started_at"])
    config.stash[RUN] = Run(settings(config), {one.name: one for one in targets}, told["run_id"], started_at)


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Ask each check of each target, and each webhook check of each endpoint."""
    run = run_of(metafunc.config)
    targets = run.targets if run else {"sandbox": load_target(packaged_targets()["sandbox"], {})}
    if metafunc.definition.get_closest_marker("runbook") is None:
        return
    if "target" in metafunc.fixturenames:
        ids = list(targets) if len(targets) > 1 else [pytest.HIDDEN_PARAM]
        metafunc.parametrize("target", list(targets), indirect=True, scope="session", ids=ids)
    if "endpoint" in metafunc.fixturenames:
        paths = list(endpoints_of(targets))
        metafunc.parametrize("endpoint", paths, indirect=True)
    if "page" in metafunc.fixturenames and (pages := list(pages_of(targets))):
        metafunc.parametrize("page", pages, indirect=True)


def endpoints_of(targets: Mapping[str, Target]) -> dict[str, Endpoint]:
    """Every endpoint of any target by id; for a target without webhooks Shopify's six, listed as not applicable."""
    found = [one.webhooks.endpoints if one.webhooks else SHOPIFY_ENDPOINTS for one in targets.values()]
    return {endpoint.id: endpoint for endpoints in found for endpoint in endpoints}


def pages_of(targets: Mapping[str, Target]) -> dict[str, Page]:
    """Every page of any target by path."""
    return {page.path: page for one in targets.values() for page in one.pages or ()}


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
