"""``sandbox --write DIR``: the sandbox as a live system for a second terminal."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from ops_tests.errors import UnknownName, UsageProblem
from ops_tests.sandbox.embedded import Sandbox, write_files
from ops_tests.sandbox.faults import SYSTEMS, planted


def keep_up(directory: Path, faults: Sequence[str], system: str) -> None:
    """Start the sandbox, describe it in ``directory``, and stop it on Ctrl-C or SIGTERM.

    Raises:
        SandboxFailed: A part of it did not start.
        UsageProblem: A system or a fault nobody knows, or ``directory`` cannot be written.
    """
    if system not in SYSTEMS:
        raise UnknownName(f"sandbox: --target names {system!r}; expected {' or '.join(SYSTEMS)}")
    planted(faults, system)
    with _written(directory):
        directory.mkdir(parents=True, exist_ok=True)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    running = Sandbox.start(faults, system=system)
    try:
        with _written(directory):
            write_files(running, directory)
        click.echo(f"sandbox: up at {running.base_url}" + (f" with {', '.join(faults)}" if faults else ""))
        click.echo(f"in another terminal: . {directory}/env && pytest -m post_deploy --target {directory}/target.toml")
        click.echo("Ctrl-C ends it")
        ended.wait()
    finally:
        running.stop()
    click.echo("sandbox: stopped, nothing left behind")


@contextmanager
def _written(directory: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"sandbox: {directory} cannot be written ({error.strerror}); expected a folder of yours"
        raise UsageProblem(message) from None
