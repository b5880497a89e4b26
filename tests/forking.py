"""``python -m tests.forking``: a process that imports what every run does, and forks a run for each order it reads.

An order is a line of JSON with the arguments of pytest, the folder, the environment and the file for what is printed;
the answer is a line with the exit status. It ends with its input, and leaves nothing behind.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from typing import Any, NoReturn

import pytest

IMPORTED = ("pytest_html", "pydantic", "requests", "psycopg2", "jinja2", "markdown_it", "sqlite3")
"""None of it is ours, since pytest rewrites the asserts of our modules while it imports them; nor xdist, which keeps
the sys.path it is imported with for its workers."""


def main() -> None:
    """Carry out orders until the input ends."""
    for name in IMPORTED:
        importlib.import_module(name)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _be_pytest(json.loads(line))
        _, ended = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(ended)}\n")
        sys.stdout.flush()


def _be_pytest(order: dict[str, Any]) -> NoReturn:
    """Be ``python -m pytest`` in that folder and environment."""
    written = os.open(order["output"], os.O_WRONLY | os.O_APPEND)
    for stream, descriptor in enumerate((os.open(os.devnull, os.O_RDONLY), written, written)):
        os.dup2(descriptor, stream)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environ"])
    sys.path[:0] = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    sys.argv = [pytest.__file__, *order["arguments"]]
    sys.exit(pytest.main(order["arguments"]))


if __name__ == "__main__":
    main()
