"""Talking to the embedded Evolution Hub: whole answers, and a live log that is followed while requests are made."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ops_tests.sandbox.embedded import Sandbox
from tests.sandbox.conftest import connection_to

SYSTEM = "sandbox-evolution-hub"
WORKER = "evolution-hub-production"
PATIENCE_SECONDS = 20.0


@dataclass(frozen=True)
class Answer:
    """One HTTP answer."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


def ask(base_url: str, path: str, method: str = "GET", **headers: str) -> Answer:
    """Send one request and read its answer; no redirect is followed."""
    with closing(connection_to(base_url)) as connection:
        connection.request(method, path, headers={name.replace("_", "-"): text for name, text in headers.items()})
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())


def analytics(sandbox: Sandbox, worker: str = WORKER, token: str = "", seconds: float = PATIENCE_SECONDS) -> Answer:
    """Ask the analytics about a Worker, by default as the sandbox's own token may."""
    url, known = urlsplit(sandbox.environment["CLOUDFLARE_API_BASE_URL"]), sandbox.environment
    variables = {"account": known["CLOUDFLARE_ACCOUNT_ID"], "worker": worker}
    bears = {"Authorization": f"Bearer {token or known['CLOUDFLARE_API_TOKEN']}"}
    with closing(http.client.HTTPConnection(url.netloc, timeout=seconds)) as connection:
        connection.request("POST", f"{url.path}/graphql", json.dumps({"query": "", "variables": variables}), bears)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())


class Tail:
    """A running ``wrangler tail``: the launcher, in a session of its own, and what it has printed."""

    def __init__(self, sandbox: Sandbox, *words: str) -> None:
        self._printed = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `close`
        environment = {**os.environ, **sandbox.environment}
        command = ["wrangler", "tail", *words]
        self.process = subprocess.Popen(
            command, stdout=self._printed, stdin=subprocess.DEVNULL, env=environment, start_new_session=True
        )

    def printed(self) -> str:
        """All it has printed so far."""
        self._printed.seek(0)
        return self._printed.read().decode()

    def events(self) -> list[dict[str, Any]]:
        """The whole events among it."""
        return list(_objects(self.printed()))

    def sees(self, sandbox: Sandbox, path: str, **headers: str) -> dict[str, Any]:
        """Ask for a path until the tail tells of it; before it is connected it tells of nothing."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            ask(sandbox.base_url, path, **headers)
            for event in self.events():
                if event["event"]["request"]["url"].endswith(path):
                    return event
            time.sleep(0.1)
        raise AssertionError(f"the tail never told of {path}; it said {self.printed()!r}")

    def end(self, number: int = signal.SIGINT) -> int:
        """Send a signal to its whole group and wait."""
        os.killpg(self.process.pid, number)
        return self.process.wait(PATIENCE_SECONDS)

    def alone(self) -> bool:
        """Whether nobody of its group is left."""
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return True
        return False

    def close(self) -> None:
        """End what is left of it."""
        if not self.alone():
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE_SECONDS)
        self._printed.close()


@contextmanager
def tailing(sandbox: Sandbox, *words: str) -> Iterator[Tail]:
    """A tail that is gone afterwards."""
    with closing(Tail(sandbox, *(words or (WORKER,)))) as tail:
        yield tail


def _objects(text: str) -> Iterator[dict[str, Any]]:
    decoder, place = json.JSONDecoder(), 0
    while place < len(text):
        try:
            found, place = decoder.raw_decode(text, place)
        except json.JSONDecodeError:
            return
        yield found
        place += len(text[place:]) - len(text[place:].lstrip())
