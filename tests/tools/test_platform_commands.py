"""``releases``, ``restart``, ``scale-memory`` and ``rollback`` on a real sandbox: shown, done, refused, failed."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ops_tests.clients.acting.fly import ActingFly
from ops_tests.errors import NotPermitted
from ops_tests.permit import grant
from ops_tests.sandbox.embedded import Sandbox, write_files
from ops_tests.sandbox.fly import keeping
from ops_tests.target import Target
from ops_tests.target_file import load_target
from ops_tests.tools import cli, rollback

APP, ONE, TWO = "timedify-sandbox", "d8d4017a6e3278", "e286065f969386"
CURRENT, OLDER, OLDEST = (
    f"deployment-{name}"
    for name in ("01KQ4TEYWW64FHWVDNCRW0H1EW", "01KPN8Z3M5C2VQ0Y7T4B9XJRAD", "01KNZ5R9T2E7A4D8G1J3M6PQSV")
)
ALONE = "while it restarts nothing answers: no other machine is started"
DO = ("--yes", "--permit", "sandbox-live")
State = dict[str, Any]


@dataclass
class Said:
    """What a command came to."""

    status: int
    lines: list[str]
    error: str


class Live:
    """A sandbox that is kept up, and a terminal beside it."""

    def __init__(self, sandbox: Sandbox, folder: Path, patch: pytest.MonkeyPatch, read: Callable[[], Any]) -> None:
        self.state, self.file = str(sandbox.folder / "fly.json"), folder / "target.toml"
        self.sandbox, self._patch, self._read = sandbox, patch, read

    def type(self, *words: str) -> Said:
        """Type a command about this target."""
        self._patch.setattr(sys, "argv", ["ops-tests", *words, "--target", str(self.file)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = self._read()
        return Said(int(ended.value.code or 0), out.splitlines(), err.strip())

    def change(self, edit: Callable[[State], object]) -> None:
        """Change what the platform is."""
        keeping.change(self.state, edit)

    def machines(self) -> dict[str, State]:
        """The machines, by id."""
        return {one["id"]: one for one in keeping.read(self.state)["machines"]}

    def rewrite(self, pattern: str, text: str) -> None:
        """Change the target file."""
        before = self.file.read_text(encoding="utf-8")
        self.file.write_text(re.sub(pattern, text, before, flags=re.MULTILINE | re.DOTALL), encoding="utf-8")
        assert before != self.file.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Sandbox, State]]:
    """A sandbox of this file alone, and its platform at the start."""
    sandbox = Sandbox.start()
    yield sandbox, keeping.read(str(sandbox.folder / "fly.json"))
    sandbox.stop()


@pytest.fixture
def live(
    running: tuple[Sandbox, State],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Live:
    """The sandbox as it was at its start."""
    sandbox, beginning = running
    monkeypatch.chdir(tmp_path)
    for name, value in sandbox.environment.items():
        monkeypatch.setenv(name, value)
    write_files(sandbox, tmp_path)
    live = Live(sandbox, tmp_path, monkeypatch, capfd.readouterr)
    live.change(lambda state: state.update(json.loads(json.dumps(beginning))))
    return live


@pytest.fixture
def unchanged(live: Live) -> Iterator[None]:
    """Nothing is changed on the platform."""
    before = keeping.read(live.state)
    yield
    assert keeping.read(live.state) == before


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], bool]:
    """Whether something comes true within a generous time."""

    def eventually(condition: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + 20
        while not condition() and time.monotonic() < deadline:
            time.sleep(0.02)
        return condition()

    return eventually


def alone(state: State) -> None:
    """Leave one machine."""
    state["machines"] = state["machines"][:1]


def no_database(live: Live) -> None:
    """Let the target file have no database."""
    live.rewrite(r"^\[database\].*?^\[retention\]\n", "")
    live.rewrite("^synthetic = true$", "synthetic = false")


# Looking


def test_releases_are_listed_newest_first_without_a_permit(live: Live) -> None:
    said = live.type("releases", "--last", "2")
    assert [line.split()[:2] for line in said.lines] == [["v42", "complete"], ["v41", "failed"]]
    assert said.lines[0].endswith(f"registry.fly.io/{APP}:{CURRENT}")


def test_releases_as_json_are_a_document_a_line(live: Live) -> None:
    found = [json.loads(line) for line in live.type("releases", "--json").lines]
    assert [one["version"] for one in found] == [42, 41, 40, 39]
    assert found[2]["image"] == f"registry.fly.io/{APP}:{OLDER}"


# Shown and not done


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("words", "typed"),
    [
        (("restart",), [f"fly machine restart {ONE} -a {APP}", f"fly machine restart {TWO} -a {APP}"]),
        (("restart", TWO), [f"fly machine restart {TWO} -a {APP}"]),
        (("scale-memory", "2048"), [f"fly scale memory 2048 -a {APP}"]),
        (("scale-memory", "512", "--down"), [f"fly scale memory 512 -a {APP}"]),
        (("rollback",), [f"fly deploy -a {APP} --image registry.fly.io/{APP}:{OLDER} -y"]),
        (("rollback", "--to", "v39"), [f"fly deploy -a {APP} --image registry.fly.io/{APP}:{OLDEST} -y"]),
    ],
    ids=" ".join,
)
def test_a_dry_run_shows_what_is_now_and_what_would_be_typed(
    live: Live, words: tuple[str, ...], typed: list[str]
) -> None:
    said = live.type(*words)
    assert (said.status, said.lines[0], said.error) == (0, "now:", "")
    assert said.lines[1] == f"  {ONE} started in fra, 1 of 1 checks passing, 1024 MB"
    place = said.lines.index("would be typed, with the token in FLY_ACTS_TOKEN:")
    assert said.lines[place + 1 : -1] == [f"  {line}" for line in typed]
    assert said.lines[-1] == "nothing was changed; to do it, type it again with --yes --permit sandbox-live"


def test_a_dry_run_says_when_nothing_else_answers(live: Live) -> None:
    assert ALONE not in live.type("restart", ONE).lines
    live.change(alone)
    assert ALONE in live.type("restart", ONE).lines


def test_a_size_that_is_there_is_nothing_to_do(live: Live) -> None:
    assert live.type("scale-memory", "1024").lines[-1] == "every machine has 1024 MB; there is nothing to do"
    assert live.type("scale-memory", "1024", *DO).lines == ["every machine has 1024 MB; nothing was done"]


# Done


def test_all_started_machines_are_restarted_one_by_one(live: Live) -> None:
    said = live.type("restart", *DO)
    assert said.status == 0, said
    told = [re.fullmatch(r"(\w+): restarted and healthy after [\d.]+ s", line) for line in said.lines[:2]]
    assert [one and one[1] for one in told] == [ONE, TWO]
    assert said.lines[2] == "now:"
    assert said.lines[-1] == f"next: pytest -m post_deploy --target {live.file}"
    begun = [one["events"][0]["timestamp"] for one in live.machines().values()]
    ended = [one["events"][1]["timestamp"] for one in live.machines().values()]
    assert begun[0] < ended[1]


def test_a_named_machine_alone_is_restarted_even_one_at_rest(live: Live) -> None:
    live.change(lambda state: state["machines"][1].update(state="stopped"))
    assert live.type("restart", TWO, TWO, *DO).lines[0].startswith(f"{TWO}: restarted and healthy after ")
    assert [one["state"] for one in live.machines().values()] == ["started", "started"]
    assert [one["events"][1]["type"] for one in live.machines().values()] == ["launch", "exit"]


def test_memory_is_given_to_every_machine(live: Live) -> None:
    said = live.type("scale-memory", "2048", *DO)
    assert (said.status, said.lines[0].startswith("2 machines have 2048 MB and are healthy after ")) == (0, True)
    assert {one["config"]["guest"]["memory_mb"] for one in live.machines().values()} == {2048}


def test_less_memory_is_given_when_that_is_meant(live: Live) -> None:
    live.change(alone)
    assert live.type("scale-memory", "512", "--down", *DO).status == 0
    assert live.machines()[ONE]["config"]["guest"]["memory_mb"] == 512


def test_a_rollback_deploys_the_image_before_and_looks_at_machines_and_health(live: Live) -> None:
    said = live.type("rollback", *DO)
    assert said.status == 0, said
    assert said.lines[0].startswith("every machine runs the image of v40 after ")
    assert said.lines[1].startswith("health answers 200 after ")
    assert {one["image_ref"]["tag"] for one in live.machines().values()} == {OLDER}
    assert live.type("releases", "--last", "1").lines[0].startswith("v43 complete")
    assert any(line.startswith("back to: v39 ") for line in live.type("rollback").lines)


def test_without_a_variable_for_it_the_own_login_acts(
    live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.change(alone)
    monkeypatch.delenv("FLY_ACTS_TOKEN")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert "would be typed, with your own fly login (FLY_ACTS_TOKEN is not set):" in live.type("restart").lines
    said = live.type("restart", *DO)
    assert (said.status, "expected your own fly login to be allowed to" in said.error) == (3, True)
    login = live.sandbox.environment["FLY_ACTS_TOKEN"].removeprefix("FlyV1 ")
    (tmp_path / ".fly").mkdir()
    (tmp_path / ".fly" / "config.yml").write_text(f"access_token: {login}\n", encoding="utf-8")
    assert live.type("restart", *DO).status == 0


# Refused


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


# Failed


def test_a_machine_that_stays_ill_ends_the_restart_before_the_next(live: Live) -> None:
    live.change(lambda state: state["acting"].update(habit="unhealthy"))
    said = live.type("restart", *DO)
    assert (said.status, f"fly machine restart {ONE}" in said.error) == (1, True), said
    assert "failed to wait for health checks to pass" in said.error
    assert said.lines[1] == f"  {ONE} started in fra, 0 of 1 checks passing, 1024 MB"
    assert said.lines[-1].startswith(f"next: fly logs -a {APP} --no-tail")
    assert live.machines()[TWO]["events"][1]["type"] == "launch"


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("words", [("restart",), ("scale-memory", "2048"), ("rollback",)], ids=" ".join)
def test_a_token_that_may_not_act_is_told_with_the_one_that_may(
    live: Live, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("FLY_ACTS_TOKEN", live.sandbox.environment["FLY_API_TOKEN"])
    said = live.type(*words, *DO)
    assert said.status == 3, said
    assert "expected the token in FLY_ACTS_TOKEN to be allowed to" in said.error
    assert f"Next: fly tokens create deploy -a {APP}" in said.error


def test_a_deployment_that_lies_is_found_out(live: Live) -> None:
    live.change(lambda state: state["acting"].update(habit="lies"))
    said = live.type("rollback", *DO)
    assert said.status == 1, said
    assert "fly called it a success (exit 0); seen: " in said.error
    assert f"machine {ONE} runs registry.fly.io/{APP}:{CURRENT}" in said.error


def test_a_deployment_that_fails_is_told_with_what_runs_now(live: Live) -> None:
    live.change(lambda state: state["acting"].update(habit="unhealthy"))
    said = live.type("rollback", *DO)
    assert said.status == 1, said
    assert "failed to wait for health checks to pass" in said.error
    assert "release v43 is failed" in said.error
    assert f"machine {TWO} runs registry.fly.io/{APP}:{CURRENT}" in said.error


def test_an_interrupted_rollback_says_what_is_there(
    live: Live, eventually: Callable[[Callable[[], bool]], bool]
) -> None:
    argv = [sys.executable, "-m", "ops_tests", "rollback", "--target", str(live.file), *DO]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert eventually(lambda: keeping.read(live.state)["machines"][0]["state"] == "stopped")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out.splitlines()[:2]) == (1, ["interrupted; what was begun may go on", "now:"]), err
    assert "Traceback" not in err
    assert keeping.read(live.state)["releases"][0]["Status"] == "interrupted"
    assert live.machines()[TWO]["image_ref"]["tag"] == CURRENT


def test_health_that_does_not_come_back_after_a_rollback_is_told(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollback, "HEALTH_SECONDS", 0.1)
    live.rewrite(r'^path = "/health"$', 'path = "/nowhere"')
    said = live.type("rollback", *DO)
    assert (said.status, "/nowhere: 404; expected 200" in said.error) == (1, True), said


def test_a_permit_for_another_target_opens_nothing(live: Live) -> None:
    ours = load_target(live.file, live.sandbox.environment)
    other = Target.model_validate({"name": "other", "base_url": "http://127.0.0.1:9", "acts": True})
    permit = grant(other.placed(Path("other.toml"), {}), ["other"], "run")
    with pytest.raises(NotPermitted, match="the permit is for other, not for sandbox-live"):
        ActingFly(ours, permit)
