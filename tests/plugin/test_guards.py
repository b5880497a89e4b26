"""Nothing acts unless it was permitted by name and by file, in one process, and alone."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator

import pytest

from ops_tests.plugin import locks
from ops_tests.plugin.locks import TargetLock
from tests.plugin.conftest import IN_BOTH_WAYS, SECONDS, Project

ACT = """
@pytest.mark.acts
def test_act(target, permit):
    open("acted", "a").write(permit.target + "\\n")
"""
FORGETFUL = {
    "without asking": '@pytest.mark.acts\ndef test_act(target):\n    open("acted", "a").write("x")\n',
    "without the mark": 'def test_act(target, permit):\n    open("acted", "a").write("x")\n',
}
OPEN = "def test_open(target):\n    pass\n"
ALLOWED = "acts = true"


def acted(project: Project) -> list[str]:
    """The targets that were acted on."""
    file = project.folder / "acted"
    return file.read_text(encoding="utf-8").split() if file.exists() else []


def told(result: pytest.RunResult) -> str:
    """Everything that was printed."""
    return result.stdout.str() + result.stderr.str()


@pytest.fixture
def lock(project: Project) -> Iterator[TargetLock]:
    """The lock of ``shop``, as another run would hold it."""
    with TargetLock(project.reports / ".shop.lock") as opened:
        yield opened


@pytest.mark.parametrize("more", [(), ("--noconftest",), ("-n", "0")], ids=["plain", "noconftest", "no workers"])
def test_what_is_permitted_by_name_and_by_file_acts(project: Project, more: tuple[str, ...]) -> None:
    project.checks(ACT + OPEN)
    assert project.run_here("--target", project.target(more=ALLOWED), "--permit", "shop", *more).ret == 0
    assert acted(project) == ["shop"]


@pytest.mark.parametrize(
    ("file", "arguments", "remedy"),
    [
        (ALLOWED, (), "no --permit was given. To permit it: type --permit shop"),
        (ALLOWED, ("--noconftest",), "type --permit shop"),
        (ALLOWED, ("--permit", "shopp"), "--permit names shopp, which is no target of this run; expected shop"),
        ("", ("--permit", "shop"), "shop.toml does not say acts = true. To permit it: write acts = true into"),
        ("acts = false", (), "shop.toml, and type --permit shop"),
    ],
)
def test_a_refusal_says_what_would_permit_it(
    project: Project, file: str, arguments: tuple[str, ...], remedy: str
) -> None:
    project.checks(ACT)
    result = project.run_here("--target", project.target(more=file), *arguments)
    assert (result.ret, acted(project)) == (4, [])
    assert remedy in told(result)


@pytest.mark.parametrize("workers", ["1", pytest.param("2", marks=pytest.mark.long)])
def test_under_xdist_nothing_acts(project: Project, workers: str) -> None:
    project.checks(ACT)
    result = project.run("--target", project.target(more=ALLOWED), "--permit", "shop", "-n", workers)
    assert (result.ret, acted(project)) == (4, [])
    assert "nothing may act on shop: xdist runs checks side by side. To permit it: type -n 0" in told(result)


@IN_BOTH_WAYS
def test_beside_observing_checks_a_refused_one_is_blind_and_the_rest_runs(project: Project, workers: str) -> None:
    project.checks(ACT + OPEN)
    assert project.run_on_shop("-n", workers).ret == 10
    assert project.outcomes() == {"shop/act": "blind", "shop/open": "ok"}
    assert "type --permit shop" in project.check("shop/act").sentence
    assert acted(project) == []


@pytest.mark.parametrize("way", FORGETFUL)
def test_a_check_that_forgot_half_is_refused_as_well(project: Project, way: str) -> None:
    project.checks(FORGETFUL[way])
    assert (project.run_on_shop().ret, acted(project)) == (4, [])


def test_of_two_targets_only_the_permitted_one_is_acted_on(project: Project) -> None:
    project.checks(ACT)
    targets = [f"--target={project.target(name, more=ALLOWED)}" for name in ("a", "b")]
    assert project.run_here(*targets, "--permit", "b").ret == 10
    assert acted(project) == ["b"]


def test_a_permit_for_no_target_of_the_run_is_refused_though_nothing_acts(project: Project) -> None:
    project.checks(OPEN)
    result = project.run_on_shop("--permit", "shop", "--permit", "shpo")
    assert result.ret == 4
    assert "--permit names shpo, which is no target of this run; expected shop" in told(result)


def test_the_embedded_sandbox_needs_neither(project: Project) -> None:
    project.checks(ACT)
    assert project.run("--target", "sandbox").ret == 0
    assert acted(project) == ["sandbox"]


def test_without_the_guards_there_is_no_permit(project: Project) -> None:
    project.checks(ACT)
    arguments = ("--target", project.target(more=ALLOWED), "--permit", "shop", "-p", "no:ops_tests.plugin.guards")
    assert (project.run(*arguments).ret, acted(project)) == (10, [])


def test_a_permit_cannot_be_changed(project: Project) -> None:
    project.checks("def test_act(target, permit):\n    permit.target = 'other'\n")
    result = project.run_here("--target", project.target(more=ALLOWED), "--permit", "shop")
    assert result.ret == 10
    assert "FrozenInstanceError" in project.check("shop/act").sentence


def test_an_empty_permit_from_an_unset_variable_is_refused(project: Project) -> None:
    assert project.run("--permit=").ret == 4


def test_while_one_run_acts_another_is_refused_and_told_who(project: Project, lock: TargetLock) -> None:
    assert lock.taken(alone=True)
    project.checks(ACT)
    result = project.run_here("--target", project.target(more=ALLOWED), "--permit", "shop")
    assert (result.ret, acted(project)) == (4, [])
    assert f"nothing may act on shop now: the run of pid {os.getpid()} since 20" in told(result)


def test_an_observing_run_waits_for_the_one_that_acts(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    other, asked = TargetLock(project.reports / ".shop.lock"), threading.Event()
    assert other.taken(alone=True)
    project.checks(OPEN)

    def acting(lock: TargetLock, asks: Callable[[TargetLock], str] = TargetLock.acting) -> str:
        holder = asks(lock)
        asked.set()
        return holder

    monkeypatch.setattr(TargetLock, "acting", acting)

    def end() -> None:
        asked.wait(SECONDS)
        other.__exit__(None, None, None)

    ending = threading.Thread(target=end)
    ending.start()
    result = project.run_on_shop()
    ending.join()
    assert result.ret == 0
    assert f"waiting for the run of pid {os.getpid()} since " in told(result)
    assert "what is seen may be its doing" not in told(result)


def test_an_observing_run_that_waited_in_vain_looks_and_says_so(
    project: Project, lock: TargetLock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lock.taken(alone=True)
    monkeypatch.setattr(locks, "WAIT_SECONDS", 0.1)
    project.checks(OPEN)
    result = project.run_on_shop()
    assert result.ret == 0
    assert "acts on it (shop): what is seen may be its doing" in told(result)


def test_what_acts_waits_for_runs_that_observe_and_is_refused_in_the_end(
    project: Project, lock: TargetLock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lock.taken(alone=False)
    monkeypatch.setattr(locks, "WAIT_SECONDS", 0.1)
    project.checks(ACT)
    result = project.run_here("--target", project.target(more=ALLOWED), "--permit", "shop")
    assert (result.ret, acted(project)) == (4, [])
    assert "waiting for runs that observe on shop" in told(result)
    assert "runs that observe do not end" in told(result)


def test_runs_that_observe_share(project: Project, lock: TargetLock) -> None:
    assert lock.taken(alone=False)
    project.checks(OPEN)
    result = project.run_on_shop()
    assert (result.ret, "waiting for" in told(result)) == (0, False)


def test_a_run_that_was_killed_while_it_acted_holds_nothing(project: Project) -> None:
    project.reports.mkdir()
    left = project.write("reports/.shop.lock", "pid 1 since 2026-01-01 00:00:00 UTC")
    project.checks(OPEN)
    result = project.run_on_shop()
    assert (result.ret, "waiting for" in told(result), left.read_text(encoding="utf-8")) == (0, False, "")
