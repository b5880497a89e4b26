"""``sandbox --write``: what is kept up can be looked at; what cannot be written or is not known is told."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import environment

LISTED = "python -m ops_tests faults lists them all"


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


def test_an_unknown_system_or_a_fault_of_another_one_ends_it_with_4_and_a_sentence(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ops_tests", "sandbox", "--write", str(tmp_path / "live")]
    for words, told in (
        (("--target", "hub"), "sandbox: --target names 'hub'; expected sandbox or sandbox-evolution-hub\n"),
        (("--fault", "d1-slow"), f"fault 'd1-slow' is one of sandbox-evolution-hub, not of sandbox; {LISTED}\n"),
    ):
        done = subprocess.run(
            [*command, *words], env=environment(), capture_output=True, text=True, timeout=90, check=False
        )
        assert (done.returncode, done.stderr) == (4, told)
        assert not (tmp_path / "live").exists()


def test_the_second_system_is_kept_up_until_it_is_ended(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "ops_tests",
        "sandbox",
        "--target",
        "sandbox-evolution-hub",
        "--write",
        str(tmp_path),
    ]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True) as kept:
        assert kept.stdout is not None
        assert kept.stdout.readline().startswith("sandbox: up at https://127.0.0.1:")
        assert 'name = "sandbox-evolution-hub-live"' in (tmp_path / "target.toml").read_text(encoding="utf-8")
        kept.send_signal(signal.SIGINT)
        assert kept.stdout.read().endswith("sandbox: stopped, nothing left behind\n")
    assert kept.returncode == 0
