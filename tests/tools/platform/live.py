"""A sandbox that is kept up, and a terminal beside it in which commands are typed."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ops_tests.sandbox.embedded import Sandbox
from ops_tests.sandbox.fly import keeping
from ops_tests.tools import cli

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


def alone(state: State) -> None:
    """Leave one machine."""
    state["machines"] = state["machines"][:1]
