"""An application that is none of the embedded ones: ``/healthz`` says up until ``broken`` lies in its folder.

``python small_application.py FOLDER`` serves at a free port of 127.0.0.1 and writes it into ``FOLDER/port``.
"""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FOLDER = Path(sys.argv[1])


class Application(BaseHTTPRequestHandler):
    """One page."""

    def do_GET(self) -> None:
        up = not (FOLDER / "broken").exists()
        status = (200 if up else 503) if self.path == "/healthz" else 404
        body = json.dumps({"state": "up" if up else "down"}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Application)
    written = FOLDER / "port.new"
    written.write_text(str(server.server_port), encoding="utf-8")
    written.rename(FOLDER / "port")
    server.serve_forever()
