"""Bad habits of the command: it hangs, is slow, is killed, talks before its JSON, prints text or half an answer."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

from ops_tests.sandbox.wrangler.output import out, print_banner

if TYPE_CHECKING:
    from ops_tests.sandbox.state_file import State

SECONDS = {"slow": 2.0, "hangs": 600.0}
"""How long it thinks before it does anything."""
BEGINNING = '[\n  {\n    "id": "3c29e1d4-0d5b-4f0e'
NOISE = "\n▲ [WARNING] The version of wrangler you are using is now out-of-date.\n\n"


def before(state: State, words: tuple[str, ...]) -> None:
    """Do what the habit does before the command itself."""
    habit = state["habit"]
    if habit in SECONDS:
        time.sleep(SECONDS[habit])
    elif habit == "noise":
        out(NOISE)
    elif habit == "cut":
        out(BEGINNING)
        os._exit(0)
    elif habit == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    elif habit == "text":
        print_banner()
        out(f"{' '.join(words)}: see https://dash.cloudflare.com\n")
        os._exit(0)
