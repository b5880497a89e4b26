"""The smoke suite once more, in a process of its own: what a drill begins with, and what it must end with.

It tells nobody and leaves nothing: reports and history lie in a folder that goes with it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from ops_tests.errors import Unparsable
from ops_tests.plugin.options import CHECKS
from ops_tests.records.run import RunRecord

if TYPE_CHECKING:
    from ops_tests.plugin.state import Run
    from ops_tests.target import Target

PATIENCE_SECONDS = 60.0
"""For each observation."""
RUN_SECONDS = 180.0
WITHOUT = ("OPS_HISTORY_URL", "OPS_TARGET")
"""The history is the drill's own run's."""


def smoke_again(config: pytest.Config, run: Run, target: Target) -> RunRecord:
    """Run the smoke suite on a target as it is now.

    Raises:
        Unparsable: It came to no record; with the last line of what it said.
        Blind: It did not end in time.
    """
    from ops_tests.clients import command
    from ops_tests.sandbox.embedded import write_files

    checks = [str(CHECKS), *map(str, config.getini("ops_checks"))]
    inifile = ["-c", str(config.inipath)] if config.inipath else []
    with TemporaryDirectory(prefix="ops-tests-smoke-") as folder:
        file = target.file
        if target.name in run.sandboxes:
            write_files(run.sandboxes[target.name].ready(), Path(folder))
            file = Path(folder) / "target.toml"
        words = [sys.executable, "-m", __name__, *inifile, "--rootdir", folder, f"--target={file}", *checks]
        environ = {name: value for name, value in target.environment.items() if name not in WITHOUT}
        environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(CHECKS.parents[1]), environ.get("PYTHONPATH"))))
        ended = command.run(words, environ=environ, timeout_seconds=RUN_SECONDS, cwd=Path(folder))
    last = ended.stdout.strip().rpartition("\n")[2]
    if not last.startswith("{"):
        said = (ended.stderr or ended.stdout).strip().rpartition("\n")[2] or "nothing"
        raise Unparsable(f"the smoke suite came to no record and said: {said}; type pytest -m smoke to see why")
    return RunRecord.model_validate_json(last)


def main() -> None:
    """Run it and print its record on one line."""
    from ops_tests.plugin.in_process import run_quietly

    record = run_quietly("smoke", *sys.argv[1:], patience_seconds=PATIENCE_SECONDS).record
    if record is not None:
        sys.stdout.write(record.model_dump_json() + "\n")


if __name__ == "__main__":
    main()
