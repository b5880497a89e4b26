"""The suite ``post_deploy`` on a far target, beside the same checks as the runbook's commands, one after the other."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.figure import Claim, Figure
from benchmarks.project import new_project
from benchmarks.side_by_side import HEADER, interleaved, process
from benchmarks.split import Split, observed_process
from ops_tests.sandbox.embedded import Sandbox, write_files

if TYPE_CHECKING:
    from tests.launched import Took

ROUNDS = 5
FAULT = "seen-by-a-pipeline"
SCRIPT = Path(__file__).with_name("post_deploy.sh")
OURS, SHELL, KEEPING = "pytest -m post_deploy", "shell, one after the other", "the same, keeping the log"


def figure() -> Figure:
    """Measure both, each run against a sandbox of its own that has just started."""
    splits: list[Split] = []

    def ours() -> Took:
        with _target() as (folder, environ):
            once, split = observed_process(["-m", "post_deploy", "--target", "target.toml"], folder, environ)
        splits.append(split)
        return once

    def shell(**known: str) -> Took:
        with _target() as (folder, environ):
            return process(["sh", str(SCRIPT)], folder, environ | _place(folder) | known)

    found = interleaved({OURS: ours, SHELL: shell, KEEPING: lambda: shell(KEEP="1")}, ROUNDS)
    around = sorted(splits[1:], key=lambda split: split.around)
    return Figure(
        "After a deployment",
        "41 checks of an application that has just been deployed: round trips of 80 ms, 0.8 s for each call of fly, "
        f"3 s for each page of the log. {ROUNDS} times each, against a sandbox of its own. The script asks for each "
        "check what the runbook has for it; where it keeps the log it reads that once for six endpoints.",
        HEADER,
        [measured.row(name, found[OURS]) for name, measured in found.items()],
        [
            Claim("shell, one after the other / ours, least", found[SHELL].least / found[OURS].least, at_least=5),
            Claim(
                "ours beside its slowest observation, least", around[0].around, " s", at_most=0.6, unreached=UNREACHED
            ),
        ],
        [f"Of our fastest run: {around[0]}; median beside it {median(one.around for one in around):.2f} s.", CHAIN],
    )


UNREACHED = "starting alone takes most of it, see the split: importing pytest, its plugins and ours, as in `one-check`"
CHAIN = (
    "The slowest observation is a chain, and shorter only for less proof: health alone (0.3 s, lest its time be "
    "that of our own threads), the log before the first delivery (3 s, since our own lines must not be in it), "
    "six deliveries over one connection (0.8 s), and the log after them (3 s)."
)


@contextmanager
def _target() -> Iterator[tuple[Path, dict[str, str]]]:
    """A fresh sandbox, a project's folder with its target file, and the environment for it."""
    with TemporaryDirectory() as name:
        sandbox = Sandbox.start([FAULT])
        try:
            folder = new_project(Path(name))
            write_files(sandbox, folder)
            yield folder, {**os.environ, **sandbox.environment}
        finally:
            sandbox.stop()


def _place(folder: Path) -> dict[str, str]:
    """What the script must know of the target beside its secrets."""
    target = (folder / "target.toml").read_text(encoding="utf-8")
    keys = {"BASE": "base_url", "CACERT": "authority", "APP": "app"}
    found = {name: re.search(rf'^{key} = "(.*)"$', target, flags=re.MULTILINE) for name, key in keys.items()}
    return {name: match[1] for name, match in found.items() if match}
