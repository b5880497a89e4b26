"""The stand-in acts: machines really stop and start, and the application is really away meanwhile."""

from __future__ import annotations

import http.client
import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from ops_tests.sandbox.embedded import Sandbox
from ops_tests.sandbox.fly import keeping
from tests.sandbox.conftest import connection_to

APP, ONE, TWO = "timedify-sandbox", "d8d4017a6e3278", "e286065f969386"
CURRENT = f"registry.fly.io/{APP}:deployment-01KQ4TEYWW64FHWVDNCRW0H1EW"
OLDER = f"registry.fly.io/{APP}:deployment-01KPN8Z3M5C2VQ0Y7T4B9XJRAD"
Eventually = Callable[[Callable[[], bool]], bool]


class World:
    """A sandbox whose platform is as it was at the start, and its fly."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox, self.file = sandbox, str(sandbox.folder / "fly.json")

    def change(self, edit: Callable[[dict[str, Any]], object]) -> None:
        """Change what the platform is."""
        keeping.change(self.file, edit)

    def start(self, *words: str, token: str = "FLY_ACTS_TOKEN") -> subprocess.Popen[str]:
        """Start fly with a token."""
        given = {"FLY_API_TOKEN": self.sandbox.environment[token], "PATH": self.sandbox.environment["PATH"]}
        pipe = subprocess.PIPE
        return subprocess.Popen(["fly", *words], env=given, cwd="/", stdout=pipe, stderr=pipe, text=True)

    def fly(self, *words: str, token: str = "FLY_ACTS_TOKEN") -> tuple[int, str, str]:
        """Run fly with a token: its exit status and its streams."""
        process = self.start(*words, token=token)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    def machines(self) -> dict[str, Any]:
        """The machines as ``machine list`` tells them, by id."""
        return {one["id"]: one for one in json.loads(self.fly("m", "list", "-a", APP, "--json")[1])}

    def releases(self) -> list[dict[str, Any]]:
        """The releases as ``releases`` tells them."""
        found: list[dict[str, Any]] = json.loads(self.fly("releases", "-a", APP, "--json")[1])
        return found

    @contextmanager
    def probed(self) -> Iterator[list[int]]:
        """Ask health again and again meanwhile; the statuses it answers."""
        seen, over = list[int](), threading.Event()
        prober = threading.Thread(target=self._probe, args=(seen, over))
        prober.start()
        yield seen
        over.set()
        prober.join()

    def _probe(self, seen: list[int], over: threading.Event) -> None:
        with closing(connection_to(self.sandbox.base_url)) as connection:
            while not over.wait(0.02):
                seen.append(health(connection))


def health(connection: http.client.HTTPConnection) -> int:
    connection.request("GET", "/health")
    with connection.getresponse() as response:
        response.read()
        return response.status


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Sandbox, dict[str, Any]]]:
    """A sandbox of this file alone, and its platform at the start."""
    sandbox = Sandbox.start()
    yield sandbox, keeping.read(str(sandbox.folder / "fly.json"))
    sandbox.stop()


@pytest.fixture
def world(running: tuple[Sandbox, dict[str, Any]]) -> World:
    """The sandbox as it was at its start."""
    sandbox, beginning = running
    world = World(sandbox)
    world.change(lambda state: state.update(json.loads(json.dumps(beginning))))
    return world


def alone(world: World) -> None:
    """Leave one machine."""
    world.change(lambda state: state.update(machines=state["machines"][:1]))


def test_a_restart_is_told_as_fly_tells_it(world: World) -> None:
    status, out, err = world.fly("machine", "restart", ONE, "-a", APP)
    assert (status, out) == (0, f"Restarting machine {ONE}\nMachine {ONE} restarted successfully!\n")
    assert err == "".join(f"  Waiting for {ONE} to become healthy (started, {good}/1)\n" for good in (0, 1))


def test_a_restart_ends_and_starts_the_machine_and_makes_no_release(world: World) -> None:
    before, releases = world.machines()[ONE], world.releases()
    world.fly("m", "restart", ONE, "-a", APP)
    after = world.machines()[ONE]
    assert after["state"] == "started"
    assert [(one["type"], one["status"]) for one in after["events"][:2]] == [("start", "started"), ("exit", "stopped")]
    assert after["events"][1]["request"]["exit_event"]["requested_stop"] is True
    assert after["events"][2:] == before["events"]
    assert world.releases() == releases


def test_while_the_only_machine_restarts_nobody_answers(world: World) -> None:
    alone(world)
    with world.probed() as seen:
        assert world.fly("machine", "restart", ONE, "-a", APP)[0] == 0
    assert {200, 503} == set(seen)
    assert seen[-1] == 200


def test_while_one_of_two_machines_restarts_the_other_answers(world: World) -> None:
    with world.probed() as seen:
        assert world.fly("machine", "restart", ONE, TWO, "-a", APP)[0] == 0
    assert set(seen) == {200}


def test_a_restart_goes_on_without_the_fly_that_asked_for_it(world: World, eventually: Eventually) -> None:
    process = world.start("machine", "restart", ONE, "-a", APP)
    assert eventually(lambda: keeping.read(world.file)["machines"][0]["state"] == "stopped")
    process.kill()
    process.communicate()
    assert eventually(lambda: keeping.read(world.file)["machines"][0]["state"] == "started")
    assert eventually(lambda: world.machines()[ONE]["checks"][0]["status"] == "passing")


def test_two_at_once_restart_a_machine_one_after_the_other(world: World) -> None:
    first, second = (world.start("machine", "restart", ONE, "-a", APP) for _ in range(2))
    for process in (first, second):
        process.communicate(timeout=60)
    assert (first.returncode, second.returncode) == (0, 0)
    kinds = [one["type"] for one in world.machines()[ONE]["events"][:4]]
    assert kinds == ["start", "exit", "start", "exit"]


def test_two_at_once_on_two_machines_lose_nothing(world: World) -> None:
    both = [world.start("machine", "restart", one, "-a", APP) for one in (ONE, TWO)]
    for process in both:
        process.communicate(timeout=60)
    assert [one["events"][1]["type"] for one in world.machines().values()] == ["exit", "exit"]


def test_memory_is_scaled_on_every_machine(world: World) -> None:
    status, out, _ = world.fly("scale", "memory", "2gb", "-a", APP)
    assert (status, out) == (0, "Scaled VM Type to 'shared-cpu-1x'\n      CPU Cores: 1\n         Memory: 2048 MB\n")
    assert {one["config"]["guest"]["memory_mb"] for one in world.machines().values()} == {2048}
    assert {one["events"][0]["type"] for one in world.machines().values()} == {"start"}


def test_a_deployment_makes_a_release_of_the_image_and_every_machine_runs_it(world: World) -> None:
    before = {one["image_ref"]["digest"] for one in world.machines().values()}
    status, out, _ = world.fly("deploy", "-a", APP, "--image", OLDER, "-y")
    assert (status, out.splitlines()[-1]) == (0, f"Visit your newly deployed app at https://{APP}.fly.dev/")
    newest = world.releases()[0]
    assert (newest["Version"], newest["Status"], newest["ImageRef"]) == (43, "complete", OLDER)
    machines = world.machines().values()
    assert {one["image_ref"]["tag"] for one in machines} == {OLDER.rpartition(":")[2]}
    assert {one["config"]["metadata"]["fly_release_version"] for one in machines} == {"43"}
    assert len({one["image_ref"]["digest"] for one in machines} | before) == 2


def test_a_machine_at_rest_gets_the_image_and_rests_on(world: World) -> None:
    world.change(lambda state: state["machines"][1].update(state="stopped"))
    assert world.fly("deploy", "-a", APP, "--image", OLDER)[0] == 0
    resting = world.machines()[TWO]
    assert (resting["state"], resting["image_ref"]["tag"]) == ("stopped", OLDER.rpartition(":")[2])


def test_a_deployment_that_is_ended_leaves_an_interrupted_release(world: World, eventually: Eventually) -> None:
    process = world.start("deploy", "-a", APP, "--image", OLDER)
    assert eventually(lambda: keeping.read(world.file)["machines"][0]["state"] == "stopped")
    process.terminate()
    process.communicate(timeout=60)
    assert process.returncode == 127
    assert world.releases()[0]["Status"] == "interrupted"
    assert world.machines()[TWO]["image_ref"]["tag"] in CURRENT


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("machine", "restart", "-a", APP), "a machine ID must be specified when not running interactively"),
        (("machine", "restart", "91859d1c6e0683", "-a", APP), f"machine 91859d1c6e0683 was not found in app '{APP}'"),
        (("machine", "restart", ONE, "-a", "shop"), "failed to list VMs: app not found (Request ID"),
        (("scale", "memory", "-a", APP), "accepts 1 arg(s), received 0"),
        (("scale", "memory", "512", "-g", "worker", "-a", APP), "No active machines in process group 'worker'"),
        (("scale", "memory", "much", "-a", APP), "invalid memory size: much"),
        (("deploy", "-a", APP, "--image", f"registry.fly.io/{APP}:gone"), "could not find image"),
    ],
)
def test_what_cannot_be_done_is_refused_and_changes_nothing(world: World, words: tuple[str, ...], said: str) -> None:
    before = keeping.read(world.file)
    status, _, err = world.fly(*words)
    assert (status, said in err) == (1, True), err
    assert keeping.read(world.file) == before


@pytest.mark.parametrize("words", [("machine", "restart", ONE), ("scale", "memory", "512"), ("deploy", "-i", OLDER)])
def test_a_token_that_reads_may_not_act(world: World, words: tuple[str, ...]) -> None:
    before = keeping.read(world.file)
    status, _, err = world.fly(*words, "-a", APP, token="FLY_API_TOKEN")
    assert (status, "unauthorized" in err) == (1, True)
    assert keeping.read(world.file) == before


def test_a_machine_that_does_not_become_healthy_fails_restart_and_deployment(world: World) -> None:
    world.change(lambda state: state["acting"].update(habit="unhealthy"))
    alone(world)
    status, _, err = world.fly("machine", "restart", ONE, "-a", APP)
    assert (status, err.splitlines()[-1].startswith("Error: failed to wait for health checks to pass")) == (1, True)
    assert world.fly("deploy", "-a", APP, "--image", OLDER)[0] == 1
    assert world.releases()[0]["Status"] == "failed"


def test_a_deployment_may_lie(world: World) -> None:
    world.change(lambda state: state["acting"].update(habit="lies"))
    assert world.fly("deploy", "-a", APP, "--image", OLDER)[0] == 0
    assert {one["image_ref"]["tag"] for one in world.machines().values()} == {CURRENT.rpartition(":")[2]}


def test_for_releases_image_takes_no_value(world: World) -> None:
    status, out, _ = world.fly("releases", "--image", "-a", APP)
    assert (status, "DOCKER IMAGE" in out) == (0, True)


def test_changes_at_once_are_all_kept(tmp_path: Path) -> None:
    file = tmp_path / "fly.json"
    file.write_text('{"coming": [], "count": 0}', encoding="utf-8")

    def count() -> None:
        for _ in range(50):
            keeping.change(str(file), lambda state: state.update(count=state["count"] + 1))

    counting = [threading.Thread(target=count) for _ in range(4)]
    for one in counting:
        one.start()
    for one in counting:
        one.join()
    assert keeping.read(str(file))["count"] == 200
