"""Twenty checks that each wait 50 ms for an answer of their own."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, ClassVar

from benchmarks import environments
from benchmarks.figure import Claim, Figure
from benchmarks.project import new_project
from benchmarks.side_by_side import HEADER, ROUNDS, interleaved, process
from benchmarks.split import Split, observed_process

if TYPE_CHECKING:
    from tests.launched import Took

CHECKS = 20
WAIT_SECONDS = 0.05
OURS, ONE_BY_ONE = "ours", "pytest, one after the other"
TAVERN, VENOM, XARGS = "Tavern", "Venom", "xargs -P20 check_http"
PLUGINS = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/lib/nagios/plugins"))
"""Where check_http is found: PATH, and where Debian's monitoring-plugins-basic puts it."""

_TARGET = 'name = "waiting"\nbase_url = "{url}"\n'
_HEAD = '''"""Is every part up?"""

import pytest

from ops_tests.plugin.gather import observation
from ops_tests.plugin.look import Look
from ops_tests.records.web import Answer
'''
_CHECK = '''

@observation()
def part_{number}(look: Look) -> Answer:
    """What part {number} answers."""
    return look.web.get("/part/{number}")


@pytest.mark.daily
@pytest.mark.runbook("parts.md#part-{number}-is-up")
def test_part_{number}_is_up(part_{number}: Answer) -> None:
    """Part {number} answers 200."""
    assert part_{number}.status == 200, f"part {number} answered {{part_{number}.status}}; expected 200"
'''
_RUNBOOK = "\n## Part {number} is up\n\n**What it means.** Part {number} did not answer 200.\n"
_PYTEST = """
import pytest
import requests


@pytest.mark.parametrize("number", range({checks}))
def test_part_is_up(number):
    assert requests.get(f"{url}/part/{{number}}", timeout=10).status_code == 200
"""
_TAVERN = """test_name: Part {number} is up
stages:
  - name: ask
    request: {{url: "{url}/part/{number}"}}
    response: {{status_code: 200}}
"""
_VENOM = """name: parts
testcases:
{cases}"""
_CASE = """  - name: part {number} is up
    steps:
      - type: http
        url: {url}/part/{number}
        assertions: [result.statuscode ShouldEqual 200]
"""


class _Slow(BaseHTTPRequestHandler):
    """Answers each request after its time."""

    protocol_version = "HTTP/1.1"
    headers_only: ClassVar[bytes] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

    def do_GET(self) -> None:
        time.sleep(WAIT_SECONDS)
        self.wfile.write(self.headers_only)

    do_HEAD = do_GET  # noqa: N815  # the name http.server looks for

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    request_queue_size = 4 * CHECKS
    daemon_threads = True


UNREACHED = (
    "it is not the waiting, which is done at once, but the start of a run, see the split: pytest and the packages that "
    "are given need most of it before a line of ours is loaded, as the second row of `one-check` shows; then come "
    "pydantic and a hundred modules of ours"
)


def figure() -> Figure:
    """Measure all that there is here."""
    splits: list[Split] = []
    with TemporaryDirectory() as name, _serving() as url:
        folder = Path(name)
        _write(folder, url)

        def ours() -> Took:
            once, split = observed_process(["--target", "target.toml"], folder / "ours", os.environ)
            splits.append(split)
            return once

        peers = {name: partial(process, command, folder) for name, command in _peers(folder, url).items()}
        found = interleaved({OURS: ours, **peers}, ROUNDS)
    split = min(splits[1:], key=lambda one: one.slowest)
    missing = [name for name in (TAVERN, VENOM, XARGS) if name not in found]
    return Figure(
        "Waiting",
        f"{CHECKS} checks, each of a request of its own to a server that answers after 50 ms. {ROUNDS} times each. "
        "Ours are twenty observations with a check each, as the how-to has it.",
        HEADER,
        [measured.row(name, found[ONE_BY_ONE]) for name, measured in found.items()],
        [
            Claim(
                "ours / pytest, one after the other, least",
                found[OURS].least / found[ONE_BY_ONE].least,
                at_most=0.32,
                unreached=UNREACHED,
            ),
            Claim("all twenty observations, least", 1000 * split.slowest, " ms", at_most=100),
        ],
        [
            f"Of our run: {split}.",
            *(f"{name} is left out: it is not installed here." for name in missing),
        ],
    )


def _write(folder: Path, url: str) -> None:
    """Write the same checks for everybody."""
    (folder / "ours").mkdir()
    ours = new_project(folder / "ours", "checks")
    (ours / "target.toml").write_text(_TARGET.format(url=url))
    (ours / "checks" / "test_parts.py").write_text(_HEAD + "".join(_CHECK.format(number=n) for n in range(CHECKS)))
    (ours / "checks" / "runbook").mkdir()
    sections = "".join(_RUNBOOK.format(number=n) for n in range(CHECKS))
    (ours / "checks" / "runbook" / "parts.md").write_text(f"# Parts\n{sections}")
    (folder / "test_parts.py").write_text(_PYTEST.format(checks=CHECKS, url=url))
    stages = [_TAVERN.format(number=n, url=url) for n in range(CHECKS)]
    (folder / "test_parts.tavern.yaml").write_text("---\n".join(stages))
    (folder / "parts.venom.yml").write_text(
        _VENOM.format(cases="".join(_CASE.format(number=n, url=url) for n in range(CHECKS)))
    )


def _peers(folder: Path, url: str) -> dict[str, Sequence[str]]:
    """The command of each peer that is installed."""
    plain = [environments.ours().command("python"), "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    unplugged = [
        word for name in ("ops_tests.plugin", "html", "metadata", "xdist", "timeout") for word in ("-p", f"no:{name}")
    ]
    found: dict[str, Sequence[str]] = {ONE_BY_ONE: [*plain, *unplugged, str(folder / "test_parts.py")]}
    tavern = environments.tavern().command("pytest")
    found[TAVERN] = [tavern, "-q", "-p", "no:cacheprovider", str(folder / "test_parts.tavern.yaml")]
    if venom := shutil.which("venom"):
        found[VENOM] = [venom, "run", "--stop-on-failure", "parts.venom.yml"]
    host = url.removeprefix("http://").split(":")
    if check_http := shutil.which("check_http", path=PLUGINS):
        asked = f"{check_http} -I {host[0]} -p {host[1]} -u /part/{{}}"
        found[XARGS] = ["sh", "-c", f"seq {CHECKS} | xargs -P{CHECKS} -I{{}} {asked}"]
    return found


@contextmanager
def _serving() -> Iterator[str]:
    server = _Server(("127.0.0.1", 0), _Slow)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
