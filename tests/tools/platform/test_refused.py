"""What the commands about the platform refuse: bad input, no permit, nothing to look at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ops_tests.sandbox.fly import keeping
from tests.tools.platform.live import DO, ONE, TWO, Live, State


def no_database(live: Live) -> None:
    """Let the target file have no database."""
    live.rewrite(r"^\[database\].*?^\[retention\]\n", "")
    live.rewrite("^synthetic = true$", "synthetic = false")


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("restart", "d8d4017a6e3279"), f"there is no machine 'd8d4017a6e3279'; did you mean {ONE}?"),
        (("restart", "x"), f"there is no machine 'x'; there are {ONE}, {TWO}"),
        (("scale-memory", "512mb"), "'512mb' is no number of MB; type one like 1024"),
        (("scale-memory", "0"), "'0' is no number of MB; type one like 1024"),
        (("scale-memory", "512"), "512 MB are less than the 1024 MB there are; if that is meant, add --down"),
        (("rollback", "--to", "41"), "'41' is no complete release of an image other than the one that runs; there are"),
        (("rollback", "--to", "42"), "'42' is no complete release of an image other than the one that runs; there are"),
        (("rollback", "--to", "newest"), "'newest' is no complete release"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("how", [(), DO], ids=["shown", "to be done"])
def test_bad_input_is_a_sentence_and_status_4(
    live: Live, words: tuple[str, ...], why: str, how: tuple[str, ...]
) -> None:
    said = live.type(*words, *how)
    assert (said.status, why in said.error) == (4, True), said


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("words", [("restart",), ("scale-memory", "2048"), ("rollback",)], ids=" ".join)
@pytest.mark.parametrize(
    ("permits", "why"),
    [((), "no --permit was given"), (("--permit", "timedify"), "--permit names timedify")],
    ids=["no permit", "another target's"],
)
def test_without_its_permit_nothing_is_done(
    live: Live, words: tuple[str, ...], permits: tuple[str, ...], why: str
) -> None:
    said = live.type(*words, "--yes", *permits)
    assert (said.status, said.lines, why in said.error) == (4, [], True), said


@pytest.mark.parametrize("words", [("releases",), ("restart",), ("scale-memory", "512"), ("rollback",)], ids=" ".join)
def test_a_target_without_platform_is_told(live: Live, words: tuple[str, ...]) -> None:
    live.file.write_text('name = "sandbox-live"\nbase_url = "http://127.0.0.1:9"\nacts = true\n', encoding="utf-8")
    for how in ((), DO) if words != ("releases",) else ((),):
        said = live.type(*words, *how)
        assert (said.status, "has no [platform]" in said.error) == (4, True), said


def test_where_no_machine_is_started_one_must_be_named(live: Live) -> None:
    live.change(lambda state: [one.update(state="stopped") for one in state["machines"]])
    said = live.type("restart", *DO)
    assert (said.status, "no machine is started" in said.error) == (4, True)


def test_machines_of_several_groups_are_left_to_whoever_knows_which(live: Live) -> None:
    live.change(lambda state: state["machines"][1]["config"]["metadata"].update(fly_process_group="worker"))
    said = live.type("scale-memory", "2048", *DO)
    assert (said.status, "there are machines of app, worker" in said.error) == (4, True)


def test_a_size_that_nobody_knows_is_not_changed(live: Live) -> None:
    live.change(lambda state: state["machines"][1]["config"]["guest"].pop("memory_mb"))
    said = live.type("scale-memory", "2048", *DO)
    assert (said.status, f"how much memory machine {TWO} has" in said.error) == (3, True)


def test_without_a_release_to_go_to_nothing_is_rolled_back(live: Live) -> None:
    live.change(lambda state: state.update(releases=state["releases"][:2]))
    said = live.type("rollback", *DO)
    assert (said.status, "nothing to roll back to: no complete release is older" in said.error) == (4, True)


def migrated_since_v40(state: State) -> None:
    """Let v40 be older than the newest migration of the database."""
    state["releases"][2]["CreatedAt"] = f"{datetime.now(UTC) - timedelta(days=200):%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize("how", [(), DO], ids=["shown", "to be done"])
def test_over_a_migration_nothing_is_rolled_back(live: Live, how: tuple[str, ...]) -> None:
    live.change(migrated_since_v40)
    said = live.type("rollback", *how)
    assert (said.status, "no rollback to v40: 20260518073055_dead_letters finished" in said.error) == (4, True), said
    assert len(keeping.read(live.state)["releases"]) == 4


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("how", [(), DO], ids=["shown", "to be done"])
def test_a_database_that_cannot_be_asked_stands_in_the_way(
    live: Live, monkeypatch: pytest.MonkeyPatch, how: tuple[str, ...]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://ops_reader:x@127.0.0.1:9/app")
    said = live.type("rollback", *how)
    assert (said.status, "nobody can say whether a migration finished since v40" in said.error) == (3, True), said


def test_without_a_database_nobody_looked_and_that_is_said(live: Live) -> None:
    no_database(live)
    said = live.type("rollback")
    assert f"migrations: nobody looked, since {live.file} has no [database]; was there one since v40?" in said.lines, (
        said
    )
