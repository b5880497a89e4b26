"""The child's main: find the command, run it, end with wrangler's exit status."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

from ops_tests.sandbox import state_file
from ops_tests.sandbox.wrangler import arguments, habits, output
from ops_tests.sandbox.wrangler.commands import RUN
from ops_tests.sandbox.wrangler.session import WranglerError

if TYPE_CHECKING:
    from ops_tests.sandbox.state_file import State


def child(file: str, *argv: str) -> int:
    """Run one command line and return its exit status."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        return _run({**state_file.read(file), "file": file}, list(argv))
    except BrokenPipeError:
        os._exit(1)


def _run(state: State, argv: list[str]) -> int:
    time.sleep(state["delay_seconds"])
    if argv in (["--version"], ["-v"]):
        output.out(f"{output.VERSION}\n")
        return 0
    try:
        words, flags = arguments.parse(argv)
        habits.before(state, words)
        return RUN[words](state, flags)
    except arguments.HelpWanted as wanted:
        output.out(wanted.text)
        return 0
    except arguments.UsageError as error:
        output.out(f"\n{error.usage}")
        output.print_error(str(error))
    except WranglerError as error:
        output.out("".join(error.chatter) or "\n")
        output.print_error(str(error), *error.notes)
        for text, *notes in error.then:
            output.print_error(text, *notes)
    output.print_log_place()
    return 1
