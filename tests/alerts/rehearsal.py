"""A scripted outage, played with real runs, a real application and a real receiver: ``make alert-rehearsal``.

Healthy three times; broken five times, with one blink; then worse, while the provider of the alerts is down for two
runs; healthy three times.
"""

from __future__ import annotations

import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.alerts.receiver import Receiver
from tests.running import environment, run_suite

SCRIPT = (
    *[("healthy", "up")] * 3,
    ("redirects", "up"), ("redirects", "up"), ("healthy", "up"), ("redirects", "up"), ("redirects", "up"),
    *[("answers 500", "down")] * 2,
    *[("healthy", "up")] * 3,
)  # fmt: skip
"""What the application does and how the provider is, run by run."""
EXPECTED = {
    5: ["[L1] shop: FAILED: health answers 200"],
    11: ["[L3, was L1] shop: FAILED: health answers 200"],
    13: ["[recovered] shop: health answers 200"],
}
"""What arrives, by the number of the run that delivers it: two of three red are believed, the blink is neither a
recovery nor a new alert, what the provider could not take arrives with the first run after, three green recover."""


@dataclass(frozen=True)
class Scene:
    """One run: what was played, what it exited with and said, and what arrived."""

    number: int
    system: str
    provider: str
    status: int
    said: str
    arrived: list[dict[str, Any]]


class Application:
    """A shop whose health path can be broken while it runs."""

    def __init__(self) -> None:
        self.does = "healthy"
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        application = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status = {"healthy": 200, "redirects": 302, "answers 500": 500}[application.does]
                body = b'{"status": "ok"}'
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "http://elsewhere.example.invalid/health")
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Print nothing."""

        return Handler


@contextmanager
def stage(folder: Path) -> Iterator[tuple[Application, Receiver]]:
    """An application, a receiver, and a target file that names both."""
    application, receiver = Application(), Receiver()
    target = f"""name = "shop"
base_url = "http://127.0.0.1:{application.port}"

[alerts]
routes = [{{ url_env = "OPS_ALERT_CHAT" }}]
"""
    (folder / "shop.toml").write_text(target, encoding="utf-8")
    try:
        yield application, receiver
    finally:
        application.close()
        receiver.close()


def play(folder: Path) -> Iterator[Scene]:
    """Play the script in a folder, a real smoke run a scene."""
    with stage(folder) as (application, receiver):
        environ = environment(OPS_ALERT_CHAT=receiver.url)
        for number, (system, provider) in enumerate(SCRIPT, 1):
            application.does, receiver.mode = system, "takes" if provider == "up" else "fails"
            before = len(receiver.taken)
            ended = run_suite(folder, "-m", "smoke", "--target", str(folder / "shop.toml"), "-q", environ=environ)
            yield Scene(number, system, provider, ended.status, ended.lines[-1], receiver.taken[before:])


def titles(scene: Scene) -> list[str]:
    """What arrived in a scene, without how long anything lasted."""
    return [one["title"].partition(" (")[0] for one in scene.arrived]


def main() -> None:
    """Play it, print what arrives, and say whether it is what should."""
    arrived: dict[int, list[str]] = {}
    with tempfile.TemporaryDirectory(prefix="ops-alert-rehearsal-") as folder:
        for scene in play(Path(folder)):
            print(f"run {scene.number:2}  system {scene.system:11}  provider {scene.provider:4}  exit {scene.status}")
            for message in scene.arrived:
                print("        " + "\n          ".join([message["title"], *message["message"].splitlines()]))
            arrived |= {scene.number: titles(scene)} if scene.arrived else {}
    as_scripted = arrived == EXPECTED
    print(f"{len(SCRIPT)} runs, {sum(map(len, arrived.values()))} messages, "
          f"{'exactly those that should' if as_scripted else f'expected {EXPECTED}'}")  # fmt: skip
    sys.exit(not as_scripted)


if __name__ == "__main__":
    main()
