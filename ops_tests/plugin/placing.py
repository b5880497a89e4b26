"""Where the files of a run lie, and how they get there: made in a hidden folder, scrubbed there, put in place whole.

``reports/<UTC stamp>-<suite>.html/.json/.xml/.prom``, and the same as ``latest`` and as ``latest-<suite>``: a smoke run
every five minutes must not hide what the daily round found. The hidden folder is locked while its run lives. One that
nobody holds is of a run that was killed while it wrote, and the next run removes it.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ops_tests.plugin.known_secrets import redactor_of
from ops_tests.plugin.options import SUITES, suite
from ops_tests.plugin.reaching import checks_in_play
from ops_tests.plugin.state import is_worker, run_of
from ops_tests.plugin.sweeping import sweep

ENDINGS = (".html", ".json", ".xml", ".prom")
SCRATCH = ".making-"
_STEM = pytest.StashKey[Path | None]()
_HELD = pytest.StashKey[int]()


def stem_of(config: pytest.Config) -> Path | None:
    """The run's files without their ending, decided at the first call; None where nothing is or can be written."""
    if _STEM not in config.stash:
        wanted = not is_worker(config) and checks_in_play(config)
        config.stash[_STEM] = _writable_stem(config) if wanted else None
    return config.stash[_STEM]


def _writable_stem(config: pytest.Config) -> Path | None:
    reports = config.rootpath / "reports"
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    stem = reports / f"{stamp}-{_in_a_name(suite(config))}"
    try:
        reports.mkdir(exist_ok=True)
        with _locked(reports):
            _sweep(reports)
            _scratch(stem).mkdir()
            _scratch(stem).rmdir()
    except OSError:
        return None
    return stem


def _in_a_name(expression: str) -> str:
    return re.sub(r"[^a-z0-9_]+", "-", expression)


def _scratch(stem: Path) -> Path:
    return stem.with_name(SCRATCH + stem.name)


@contextmanager
def _locked(folder: Path, way: int = fcntl.LOCK_EX) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, way)
        yield
    finally:
        os.close(descriptor)


def _sweep(reports: Path) -> None:
    for folder in reports.glob(f"{SCRATCH}*"):
        with suppress(OSError), _locked(folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
            shutil.rmtree(folder, ignore_errors=True)


def being_made(config: pytest.Config, ending: str) -> Path:
    """Where a file of the run is written before it is put in place.

    Raises:
        OSError: The hidden folder cannot be made.
    """
    stem = stem_of(config)
    assert stem is not None, "only a run that can write its files makes any"  # noqa: S101  # the callers have asked
    folder = _scratch(stem)
    if _HELD not in config.stash:
        with _locked(folder.parent):  # nobody sweeps while it stands there unlocked
            folder.mkdir()
            config.stash[_HELD] = os.open(folder, os.O_RDONLY)
            fcntl.flock(config.stash[_HELD], fcntl.LOCK_EX)
    return folder / (stem.name + ending)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, None, None]:
    """When all files are written: scrub them, put them in place, as ``latest`` and its like too, and sweep old ones."""
    yield
    run, stem = run_of(session.config), stem_of(session.config)
    if run is None or stem is None or is_worker(session.config):
        return
    asked = suite(session.config)
    names = (stem.name, "latest", *([f"latest-{asked}"] if asked in {"all", *SUITES} else []))
    for ending in ENDINGS:
        try:
            made = being_made(session.config, ending)
            redactor_of(session.config, run).file(made)
            for name in names:
                copy = made.with_name(name + ".copy")
                shutil.copyfile(made, copy)
                copy.replace(stem.with_name(name + ending))
        except OSError as error:
            run.complaints.append(f"{stem.name}{ending} is not in latest{ending}: {error}")
    try:
        sweep(stem.parent)
    except OSError as error:
        run.complaints.append(f"old reports could not be deleted: {error}")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the hidden folder."""
    stem = stem_of(config) if _HELD in config.stash else None
    if stem is not None:
        shutil.rmtree(_scratch(stem), ignore_errors=True)
        os.close(config.stash[_HELD])
