"""``python -m tests.forking``: a process that has loaded what every run does, and forks a run for each order it reads.

An order is a line of JSON with the arguments of pytest, the folder, the environment and the file for what is printed;
the answer is a line with the exit status. It ends with its input, and leaves nothing behind.
"""

from __future__ import annotations

import atexit
import email
import functools
import gc
import importlib
import io
import json
import os
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, NoReturn

import pytest

from ops_tests.sandbox import embedded
from tests.forked_sandbox import ForkedSandbox
from tests.loaded import load_package

THIRD_PARTY = (
    *("requests", "psycopg2.sql", "markdown_it", "sqlite3", "apprise", "execnet", "_strptime", "encodings.ascii"),
    "cryptography.hazmat.backends.openssl",
)
"""What runs import when they need it."""
PLUGIN = ["--markers", *(f"-pno:{name}" for name in ("cacheprovider", "hypothesispytest", "xdist", "xdist.looponfail"))]
"""Has pytest load our plugin, and do no more. Without xdist, which keeps the sys.path it is imported with for its
workers."""
_ended_with: list[int] = []


def main() -> None:
    """Carry out orders until the input ends."""
    atexit.register(_leave)  # before what is loaded registers anything, so that it comes last
    _load()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _be_pytest(json.loads(line))
        _, ended = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(ended)}\n")
        sys.stdout.flush()


def _load() -> None:
    # In it lies what a package says of itself: pytest and its plugins read two dozen of them, in each run.
    email.message_from_string = functools.cache(email.message_from_string)  # type: ignore[assignment]
    for name in THIRD_PARTY:
        importlib.import_module(name)
    with redirect_stdout(io.StringIO()):
        pytest.main(PLUGIN)
    load_package()
    importlib.import_module("ops_tests.plugin.run")._environment()  # versions and the platform's name are kept
    html = importlib.import_module("pytest_html.plugin")  # it compiles its one template in each run
    template = html._read_template([Path(str(html.__file__)).with_name("resources")])
    html._read_template = lambda _paths: template  # type: ignore[attr-defined]
    environment = importlib.import_module("ops_tests.plugin.report.page").templates()
    for name in environment.list_templates(["j2"]):
        environment.get_template(name)
    gc.freeze()  # else the collections with which pytest ends would look through all of it, in each run
    gc.unfreeze = lambda: None  # a run may take back in what earlier ones of its process left out
    gc.disable()  # a run ends before those in between are worth their time


def _be_pytest(order: dict[str, Any]) -> NoReturn:
    """Be ``python -m pytest`` in that folder and environment."""
    written = os.open(order["output"], os.O_WRONLY | os.O_APPEND)
    for stream, descriptor in enumerate((os.open(os.devnull, os.O_RDONLY), written, written)):
        os.dup2(descriptor, stream)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environ"])
    sys.path[:0] = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    embedded._process = ForkedSandbox().process  # type: ignore[assignment]
    sys.argv = [pytest.__file__, *order["arguments"]]
    _ended_with.append(pytest.main(order["arguments"]))
    sys.exit(_ended_with[0])


def _leave() -> None:
    """End a run when all is done but taking apart what is loaded, which takes longest."""
    if _ended_with:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(_ended_with[0])


if __name__ == "__main__":
    main()
