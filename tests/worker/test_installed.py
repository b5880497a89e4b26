"""Which wrangler is installed, and what is said where there is none."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.worker import installed


def programs(folder: Path, node: str, npm: str = "exit 0") -> None:
    """A Node of this version and an npm that does this, alone on PATH."""
    for name, text in {"node": f"echo {node}", "npm": npm}.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH, and an environment's folder of the test's own."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    return tmp_path / "bin"


@pytest.mark.parametrize(
    ("node", "version"), [("v20.3.0", "4.86.0"), ("v20.20.2", "4.86.0"), ("v22.0.0", "4.155.0"), ("v24.1.0", "4.155.0")]
)
def test_the_newest_that_runs_on_the_node_is_installed_once(alone: Path, node: str, version: str) -> None:
    programs(alone, node, 'test ! -e "$0.asked" && : > "$0.asked"')
    places = {installed.program() for _ in range(2)}
    assert places == {alone.parent / "ops-tests" / f"wrangler-{version}" / "node_modules" / ".bin"}


def test_without_node_or_npm_there_is_none(alone: Path) -> None:
    with pytest.raises(installed.NotThere, match="node is not on PATH"):
        installed.program()
    programs(alone, "v20.20.2")
    (alone / "npm").unlink()
    with pytest.raises(installed.NotThere, match="npm is not on PATH"):
        installed.program()


def test_an_old_node_is_told_what_it_lacks(alone: Path) -> None:
    programs(alone, "v18.20.0")
    with pytest.raises(installed.NotThere, match=r"Node 18\.20\.0 is too old; the oldest that serves is 20\.3\.0"):
        installed.program()


def test_a_registry_that_does_not_answer_leaves_nothing_behind(alone: Path) -> None:
    programs(alone, "v20.20.2", "echo npm error code ECONNREFUSED >&2; exit 1")
    with pytest.raises(installed.NotThere, match=r"could not install wrangler-4\.86\.0: npm error code ECONNREFUSED"):
        installed.program()
    assert [path.name for path in (alone.parent / "ops-tests").iterdir()] == ["wrangler.lock"]
