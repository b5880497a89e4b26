"""A server whose answers take what a schedule says, and that tells in a header how long each really took.

``python -m benchmarks.schedule_server PORT_FILE``: every path has the whole schedule for itself, in an order of its own
that is always the same, and begins anew when it is through. ``/health`` answers at once.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from pathlib import Path

TOOK = "X-Took-Seconds"
SCHEDULE = [0.002] * 900 + [0.010] * 80 + [0.050] * 20
"""Seconds; 90 % at 2 ms, 8 % at 10 ms, 2 % at 50 ms."""


@cache
def _delays(path: str) -> Iterator[float]:
    return cycle(random.Random(path).sample(SCHEDULE, len(SCHEDULE)))


class _Scheduled(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def parse_request(self) -> bool:
        self._began = time.perf_counter()  # the first line has just come
        return super().parse_request()

    def do_GET(self) -> None:
        if self.path != "/health":
            time.sleep(next(_delays(self.path)))
        self.send_response_only(200)
        self.send_header("Content-Length", "2")
        self.send_header(TOOK, repr(time.perf_counter() - self._began))
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Scheduled)
    written = Path(sys.argv[1])
    written.with_suffix(".new").write_text(str(server.server_port))
    written.with_suffix(".new").rename(written)
    server.serve_forever()
