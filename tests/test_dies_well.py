"""A run may end at any moment: nothing of it is left, what it wrote is whole, and the next run is fine.

What is promised of SIGKILL: every process is gone after a bounded time, and the sandbox's folder with them, by its
guard. The folder of a call of fly, or of a report that was being written, stays, and so does that of a sandbox which
had no guard yet; the next run that comes to make its own sweeps it. Of SIGINT and SIGTERM: nothing is left when the run
has ended.
"""

from __future__ import annotations

import os
import random
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.kill_count import Told
from tests.killed_run import GONE_SECONDS, Begun, Place

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
LANES = 2 * (os.cpu_count() or 1)
END_SECONDS = 60.0
"""By then a run that got a signal has ended by itself: a sandbox that is being started is waited for."""
ONE = ("-m", "daily", "--target", "sandbox")
TWO = (*ONE, "--target", "shop.toml", "-n", "2")


@dataclass(frozen=True)
class Plan:
    """How one run is to be ended."""

    name: str
    arguments: tuple[str, ...]
    number: signal.Signals
    to_group: bool
    moment: float
    """As a part of an undisturbed run's length."""
    again_after: float | None
    """Seconds from the first signal to a second one of its kind, if there is one."""


@dataclass
class Ended:
    """What a run left behind when it had been ended."""

    plan: Plan
    status: int
    orphans: list[str]
    half_written: list[str]
    unreadable_histories: list[str]
    others: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> list[str]:
        """Everything that should not be."""
        found = [*self.orphans, *self.half_written, *self.unreadable_histories, *self.others]
        return [f"{self.plan}: {one}" for one in found]


@dataclass
class Lane:
    """Runs that are ended one after the other in one folder."""

    place: Place
    plans: Sequence[Plan]
    ended: list[Ended] = field(default_factory=list)
    after: list[str] = field(default_factory=list)

    def drive(self) -> None:
        """End every run at its moment, then let one run as it likes."""
        lengths = {arguments: self._undisturbed(arguments) for arguments in {plan.arguments for plan in self.plans}}
        for plan in self.plans:
            self.ended.append(self._end(plan, *lengths[plan.arguments]))
        last = self.place.begin("last", *ONE)
        if (status := last.process.wait(END_SECONDS)) != 0:
            self.after.append(f"the next run ended with {status}: {last.output[-800:]}")
        self.after += [*last.orphans(), *self.place.left_over()]
        self.after += [*self.place.half_written(), *self.place.unreadable_histories()]

    def _undisturbed(self, arguments: tuple[str, ...]) -> tuple[float, int]:
        """Seconds that a run takes beside the other lanes, and how many checks it judges."""
        began = time.monotonic()
        run = self.place.begin("undisturbed", *arguments)
        assert run.process.wait(2 * END_SECONDS) == 0, run.output
        record = run.record()
        assert record is not None, run.output
        return time.monotonic() - began, len(record.checks)

    def _end(self, plan: Plan, seconds: float, checks: int) -> Ended:
        before = self.place.left_over()
        run = self.place.begin(plan.name, *plan.arguments)
        try:
            run.process.wait(plan.moment * seconds)
        except subprocess.TimeoutExpired:
            run.send(plan.number, plan.to_group)
        if plan.again_after is not None:
            time.sleep(plan.again_after)
            run.send(plan.number, plan.to_group)
        try:
            status = run.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(run.process.pid, signal.SIGKILL)
            status = run.process.wait()
        seen = Ended(plan, status, run.orphans(), self.place.half_written(), self.place.unreadable_histories())
        seen.others += [f"{lock} is held" for lock in self.place.held_locks()]
        seen.others += _untrue(run, plan.number, checks)
        if plan.number != signal.SIGKILL:
            seen.others += self.place.left_over() - before
        return seen


def _untrue(run: Begun, number: signal.Signals, checks: int) -> list[str]:
    """What is not true of a run's exit status."""
    status, record = run.process.returncode, run.record()
    said = f"exit status {status}, record {record and record.exit_status}: {run.output[-1500:]}"
    if status == -number:
        return [] if number == signal.SIGKILL or run.concluded or not run.began else [said]
    if record is None:
        # In the first hundredth of a second it is not pytest that answers, but Python, which cannot start.
        return [] if status == 2 or (status == 1 and "Fatal Python error" in run.output) else [said]
    finished = status == 0 and len(record.checks) == checks
    return [] if record.exit_status == status and (finished or status == 2) else [said]


def plans(count: int, seed: int) -> list[Plan]:
    """Runs to be ended: by the three signals evenly, at random moments up to a little beyond their end."""
    rolled = random.Random(seed)
    made = []
    for place in range(count):
        number, two = SIGNALS[place % 3], place % 5 == 4
        again = rolled.uniform(0, 0.3) if number == signal.SIGINT and rolled.random() < 0.4 else None
        name, moment = f"run-{seed}-{place}", rolled.uniform(0, 1.1)
        made.append(Plan(name, TWO if two else ONE, number, rolled.random() < 0.5, moment, again))
    return made


def summary(ended: Sequence[Ended], after: Sequence[str]) -> str:
    """One line: how many runs were ended by what, and what was wrong with what they left."""
    by = ", ".join(f"{sum(one.plan.number == number for one in ended)} by {number.name}" for number in SIGNALS)
    left = {
        "orphans": sum(len(one.orphans) for one in ended),
        "half-written reports": sum(len(one.half_written) for one in ended),
        "unreadable histories": sum(len(one.unreadable_histories) for one in ended),
    }
    counted = ", ".join(f"{number} {what}" for what, number in left.items())
    return f"{len(ended)} runs ended: {by}; {counted}; the next run was {'NOT ' if after else ''}fine"


class _Healthy(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b'{"status": "ok"}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def shop() -> Iterator[str]:
    """The address of a target that is no sandbox, so that runs on it take its lock."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Healthy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose parents everybody may enter: PostgreSQL runs as nobody when the tests run as root."""
    made = Path(tempfile.mkdtemp(prefix="killed-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="processes are found by their environment in /proc")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("count", [3, pytest.param(50, marks=pytest.mark.long)])
def test_a_run_may_end_at_any_moment(count: int, folder: Path, shop: str, kills_told: Told) -> None:
    seed = int(os.environ.get("SEED") or secrets.randbelow(10**6))
    planned, lanes = plans(count, seed), []
    for number in range(min(LANES, count)):
        place = Place(folder / str(number))
        (place.folder / "shop.toml").write_text(f'name = "shop"\nbase_url = "{shop}"\n', encoding="utf-8")
        lanes.append(Lane(place, planned[number :: min(LANES, count)]))
    with ThreadPoolExecutor(len(lanes)) as pool:
        for driven in [pool.submit(lane.drive) for lane in lanes]:
            driven.result()
    ended = [one for lane in lanes for one in lane.ended]
    after = [one for lane in lanes for one in lane.after]
    kills_told(summary(ended, after))
    wrong = [line for one in ended for line in one.wrong] + after
    assert not wrong, f"SEED={seed}; processes were given {GONE_SECONDS:g} s to end\n" + "\n".join(wrong)
