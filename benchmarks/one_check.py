"""One check, as a whole process: what a run costs beside the look itself."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks import environments
from benchmarks.figure import Claim, Figure
from benchmarks.side_by_side import HEADER, interleaved, process

if TYPE_CHECKING:
    from tests.launched import Took

HTTP_CLIENT = """from http.client import HTTPConnection


def test_health_answers_200():
    connection = HTTPConnection("127.0.0.1", {port}, timeout=10)
    connection.request("GET", "/health")
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 200
"""
REQUESTS = """import requests


def test_health_answers_200():
    assert requests.get("http://127.0.0.1:{port}/health", timeout=10).status_code == 200
"""
TESTINFRA = """def test_health_answers_200(host):
    assert host.check_output("curl -s -o /dev/null -w '%{{http_code}}' http://127.0.0.1:{port}/health") == "200"
"""
TAVERN = """test_name: health answers 200
stages:
  - name: health
    request: {{url: "http://127.0.0.1:{port}/health", method: GET}}
    response: {{status_code: 200}}
"""
TARGET = """name = "shop"
base_url = "http://127.0.0.1:{port}"
"""
CHECKS = environments.ROOT / "ops_tests" / "checks"
CHECK = f"{CHECKS / 'test_availability.py'}::test_health_answers_200"
BARE, PACKAGES = "bare pytest, http.client", "pytest and our packages, requests, html"
OURS, CHOSEN = "ours", "ours, chosen by -k from all"
UNREACHED = (
    "up to the second row it is pytest with the packages that are given, a check with requests and pytest-html's file, "
    "which alone are above the goal. Counted in thousand millions of instructions (cachegrind): bare 0.76, packages "
    "1.33, ours 2.14; of the 0.81 between them 0.30 import pydantic, 0.36 our own modules (46 models a third of that, "
    "35 dataclasses two fifths), and 0.15 are plugins, page, history and files"
)


def figure() -> Figure:
    """Measure one check beside its peers, all against one server.

    Raises:
        RuntimeError: One of them did not pass.
    """
    with TemporaryDirectory() as folder, _served(Path(folder)) as port:
        measured = interleaved(_ways(Path(folder), port))
    bare, packages, ours = measured[BARE], measured[PACKAGES], measured[OURS]
    return Figure(
        title="One check, whole process",
        about=(
            "One GET of /health on a local server, from the start of the process to its end. Ours judges, records, "
            "scrubs, remembers and reports it: page, JSON, JUnit, Prometheus text, history. Ratios are to bare pytest."
        ),
        header=HEADER,
        rows=[one.row(name, bare) for name, one in measured.items()],
        claims=[
            Claim("ours / bare pytest, least", ours.least / bare.least, at_most=1.35, unreached=UNREACHED),
            Claim("ours / bare pytest, CPU, median", ours.cpu / bare.cpu, at_most=1.35, unreached="as above"),
        ],
        notes=[
            f"Ours / the same packages: {ours.least / packages.least:.2f} x; CPU {ours.cpu / packages.cpu:.2f} x.",
            "testinfra asks with curl, as it has no HTTP of its own; its report and Tavern's are the terminal's.",
        ],
    )


def _ways(folder: Path, port: int) -> Mapping[str, Callable[[], Took]]:
    ours, bare = environments.ours().command("pytest"), environments.bare().command("pytest")
    tavern = environments.tavern().command("pytest")
    target = _written(folder / "ours" / "target.toml", TARGET, port)
    run = [ours, "-q", "-c", str(environments.ROOT / "pytest.ini"), "--rootdir", str(target.parent)]
    run.append(f"--target={target}")
    html = ["--html", "report.html", "--self-contained-html"]
    alone = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    ways: dict[str, Callable[[], Took]] = {
        BARE: _pytest([bare, "-q"], folder / "bare", HTTP_CLIENT, port),
        PACKAGES: _pytest([ours, "-q", "-p", "no:ops_tests.plugin", *html], folder / "packages", REQUESTS, port),
        OURS: partial(process, [*run, CHECK], target.parent),
        CHOSEN: partial(process, [*run, str(CHECKS), "-k", "health_answers_200"], target.parent),
        "pytest without plugins, requests": _pytest([ours, "-q"], folder / "requests", REQUESTS, port, alone),
        "Tavern": _pytest(
            [tavern, "-q"],
            folder / "tavern",
            TAVERN,
            port,
            name="test_one.tavern.yaml",
        ),
    }
    return {**ways, **_asked_by_tools(folder, port)}


def _asked_by_tools(folder: Path, port: int) -> Mapping[str, Callable[[], Took]]:
    """What needs commands that a machine may not have."""
    ways: dict[str, Callable[[], Took]] = {}
    if curl := shutil.which("curl"):
        command = environments.testinfra().command("pytest")
        ways["testinfra"] = _pytest([command, "-q"], folder / "testinfra", TESTINFRA, port)
        ways["curl"] = partial(process, [curl, "-fsS", f"http://127.0.0.1:{port}/health"], folder)
    if check_http := shutil.which("check_http", path=f"{os.environ['PATH']}:/usr/lib/nagios/plugins"):
        ways["check_http"] = partial(process, [check_http, "-I", "127.0.0.1", "-p", str(port), "-u", "/health"], folder)
    return ways


def _pytest(
    command: Sequence[str],
    folder: Path,
    text: str,
    port: int,
    environ: Mapping[str, str] | None = None,
    name: str = "test_one.py",
) -> Callable[[], Took]:
    """A run of one test in a folder of its own."""
    return partial(process, command, _written(folder / name, text, port).parent, environ)


def _written(file: Path, text: str, port: int) -> Path:
    file.parent.mkdir()
    file.write_text(text.format(port=port))
    return file


@contextmanager
def _served(folder: Path) -> Iterator[int]:
    """A server process with a health path, at a free port, while the context lasts."""
    (folder / "served").mkdir()
    (folder / "served" / "health").write_text('{"status": "ok"}')
    command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", "served"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None
            said = re.search(r"port (\d+)", server.stdout.readline())
            assert said, "http.server says at which port it listens"
            yield int(said[1])
        finally:
            server.kill()
