"""Folders for one call: gone afterwards, and swept when a killed run left them."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from ops_tests.clients.scratch import PREFIX, scratch


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files that is the test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_folder_is_gone_afterwards_with_all_that_is_in_it(temporary: Path) -> None:
    with scratch() as folder:
        (folder / "config.yml").touch()
    assert not list(temporary.iterdir())


def test_what_a_killed_run_left_is_swept(temporary: Path) -> None:
    (temporary / f"{PREFIX}left" / "empty").mkdir(parents=True)
    with scratch() as folder:
        assert list(temporary.iterdir()) == [folder]


def test_a_folder_in_use_and_a_stranger_are_left_alone(temporary: Path) -> None:
    (temporary / "stranger").mkdir()
    with scratch() as first, scratch() as second:
        assert set(temporary.iterdir()) == {first, second, temporary / "stranger"}
