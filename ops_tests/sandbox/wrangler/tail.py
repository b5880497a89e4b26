"""``wrangler tail``: what the Worker is asked from now on, as long as somebody listens."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from typing import TYPE_CHECKING

from ops_tests.sandbox.wrangler.output import out, print_json
from ops_tests.sandbox.wrangler.session import Flags, known_worker, worker

if TYPE_CHECKING:
    from ops_tests.sandbox.state_file import State

FAILED = frozenset({"exception", "exceededCpu", "exceededMemory", "unknown"})
LOOKS_EVERY = 0.05
DISCONNECTED = "Tail disconnected, exiting.\n"
ENDING_EVENTS = 2
"""After how many events it ends, where it does not go on."""


def tail(state: State, flags: Flags) -> int:
    """Print each event as pretty JSON, several lines each, until a signal ends it with status 0."""
    name, plan = worker(flags), state["tail"]
    known_worker(state, name, "/tails")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os._exit(0))
    if plan["habit"] == "ends at once":
        out(DISCONNECTED)
        return 1
    if plan["habit"] == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    return _follow(name, flags, plan)


def _follow(name: str, flags: Flags, plan: State) -> int:
    shown = 0
    with open(plan["events"], encoding="utf-8") as file:  # noqa: PTH123 - pathlib is slow to import
        file.seek(0, os.SEEK_END)
        while os.path.exists(plan["events"]):  # noqa: PTH110 - as above
            place = file.tell()
            line = file.readline()
            if not line.endswith("\n"):
                file.seek(place)
                time.sleep(LOOKS_EVERY)
                continue
            event = json.loads(line)
            time.sleep(max(0.0, event["eventTimestamp"] / 1000 + plan["latency_seconds"] - time.time()))
            if _wanted(event, name, flags, plan):
                _show(event, flags)
                shown += 1
            if plan["habit"] == "ends with text" and shown == ENDING_EVENTS:
                out(DISCONNECTED)
                return 1
    sys.stderr.write(f"Connection to {name} closed unexpectedly.\n")
    return 1


def _wanted(event: State, name: str, flags: Flags, plan: State) -> bool:
    if event["scriptName"] != name or plan["habit"] == "silent":
        return False
    request = event["event"]["request"]
    if plan["habit"] == "visitors only" and request["headers"].get("user-agent") != plan["visitor"]:
        return False
    tests = (
        ("status", lambda wanted: _kind(event["outcome"]) in wanted.split("\n")),
        ("method", lambda wanted: request["method"] in wanted.upper().split("\n")),
        ("header", lambda wanted: _has_header(request["headers"], wanted)),
        ("search", lambda wanted: any(wanted in str(part) for log in event["logs"] for part in log["message"])),
        ("version-id", lambda wanted: event["scriptVersion"]["id"] == wanted),
    )
    return all(test(flags[flag]) for flag, test in tests if flag in flags)


def _kind(outcome: str) -> str:
    return "error" if outcome in FAILED else outcome


def _has_header(headers: dict[str, str], wanted: str) -> bool:
    name, _colon, value = wanted.partition(":")
    return value.strip() in headers.get(name.strip().lower(), "") if name.strip().lower() in headers else False


def _show(event: State, flags: Flags) -> None:
    if flags.get("format", "json") == "json":
        return print_json(event, indent=4)
    request = event["event"]["request"]
    return out(f"{request['method']} {request['url']} - {event['outcome'].capitalize()}\n")
