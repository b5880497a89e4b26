"""What the Worker was asked, an event each, as ``wrangler tail`` tells it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SECRETIVE = frozenset({"authorization", "cookie", "x-internal-health"})
"""Headers whose values Cloudflare keeps to itself."""
EXCEPTIONS = {
    "exception": ("TypeError", "Cannot read properties of undefined (reading 'plan')"),
    "exceededCpu": ("Error", "Worker exceeded CPU time limit."),
    "exceededMemory": ("Error", "Worker exceeded memory limit."),
}
CF = {"colo": "FRA", "country": "DE", "httpProtocol": "HTTP/1.1", "tlsVersion": "TLSv1.3"}


@dataclass(frozen=True)
class Asked:
    """One request: its method, address, headers by lower-case name, and when it came, in seconds of the epoch."""

    method: str
    url: str
    headers: Mapping[str, str]
    at: float


class Invocations:
    """Writes the events, a line each, to the file that the stand-in for wrangler follows."""

    def __init__(self, file: Path, script: str, version: Callable[[], str]) -> None:
        file.touch(mode=0o600)
        self._file, self._script, self._version = file, script, version
        self._lock = threading.Lock()

    def write(self, asked: Asked, status: int, outcome: str = "ok") -> None:
        """Write what became of a request; one that broke off was answered by the edge, not by the Worker."""
        line = json.dumps(self._event(asked, status, outcome)) + "\n"
        with self._lock, self._file.open("a", encoding="utf-8") as file:
            file.write(line)

    def _event(self, asked: Asked, status: int, outcome: str) -> dict[str, Any]:
        now = time.time()
        took = int(1000 * (now - asked.at))
        request = {
            "url": asked.url,
            "method": asked.method,
            "headers": {
                name: "REDACTED" if name in SECRETIVE else value for name, value in sorted(asked.headers.items())
            },
            "cf": CF,
        }
        failed = outcome in EXCEPTIONS
        return {
            "wallTime": took,
            "cpuTime": min(took, 4),
            "truncated": False,
            "executionModel": "stateless",
            "outcome": outcome,
            "scriptVersion": {"id": self._version()},
            "scriptName": self._script,
            "diagnosticsChannelEvents": [],
            "exceptions": [_exception(outcome, int(now * 1000))] if failed else [],
            "logs": [_log(f"handled {asked.method} with {status}", int(now * 1000))] if status >= 500 else [],
            "eventTimestamp": int(asked.at * 1000),
            "event": {"request": request, **({} if failed else {"response": {"status": status}})},
        }


def _exception(outcome: str, timestamp: int) -> dict[str, Any]:
    name, message = EXCEPTIONS[outcome]
    return {"name": name, "message": message, "stack": f"    at fetch (worker.js:1:{len(message)})",
            "timestamp": timestamp}  # fmt: skip


def _log(message: str, timestamp: int) -> dict[str, Any]:
    return {"message": [message], "level": "error", "timestamp": timestamp}
