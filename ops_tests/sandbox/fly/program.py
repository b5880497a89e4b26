"""The stand-in's main: find the command, run it, end with flyctl's exit status."""

from __future__ import annotations

import os
from _signal import SIGINT, SIGTERM, signal  # type: ignore[import-not-found]  # enums take a sixth of a call
from typing import TYPE_CHECKING

from ops_tests.sandbox.fly import arguments, habits, keeping, output
from ops_tests.sandbox.fly.commands import RUN
from ops_tests.sandbox.fly.session import FlyError

if TYPE_CHECKING:
    from ops_tests.sandbox.fly.keeping import State

CANCELLED = 127


def main(state_file: str, argv: list[str]) -> int:
    """Run one command line and return its exit status."""
    for number in (SIGINT, SIGTERM):
        signal(number, lambda *_: os._exit(CANCELLED))
    try:
        return _run({**keeping.read(state_file), "file": state_file}, argv)
    except BrokenPipeError:
        os._exit(1)


def _run(state: State, argv: list[str]) -> int:
    if argv in (["--version"], ["-v"]):
        output.out("flyctl version 0.4.87\n")
        return 0
    try:
        words, flags = arguments.parse(argv)
        habits.before(state, words)
        RUN[words](habits.older(state), flags)
    except arguments.HelpWanted as wanted:
        output.print_help(wanted.words)
    except arguments.UsageError as error:
        if error.words:
            output.print_usage(error.words)
        else:
            output.out("Run 'flyctl --help' for usage.\n\n")
        output.print_error(str(error))
        return 1
    except FlyError as error:
        output.print_error(str(error))
        return 1
    except habits.Crash:
        return habits.CRASHED
    return 0
