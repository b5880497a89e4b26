"""``sandbox --write``: what cannot be written is told in a sentence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import environment


@pytest.mark.parametrize("place", ["file/nope", "taken"])
def test_a_place_that_cannot_be_written_ends_it_with_4_and_a_sentence(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "taken" / "target.toml").mkdir(parents=True)
    command = [sys.executable, "-m", "ops_tests", "sandbox", "--write", str(tmp_path / place)]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 4
    assert done.stderr.startswith(f"sandbox: {tmp_path / place} cannot be written (")
    assert done.stderr.endswith("expected a folder of yours\n")
    assert done.stderr.count("\n") == 1
