"""The visitors: somebody asks for a page again and again, so that there is always something to see."""

from __future__ import annotations

import contextlib
import http.client
import ssl
import threading
from contextlib import closing
from urllib.parse import urlsplit

from ops_tests.sandbox.wrangler_state import VISITOR

EVERY_SECONDS = 0.5
PATH = "/tools"


def begin(base_url: str) -> threading.Event:
    """Let them come, in a thread of its own, until the event returned is set."""
    ended = threading.Event()
    threading.Thread(target=_visit, args=(base_url, ended), name="visitors", daemon=True).start()
    return ended


def _visit(base_url: str, ended: threading.Event) -> None:
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # They come also where a fault shows a certificate that nobody should trust.
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    host = urlsplit(base_url).netloc
    while not ended.wait(EVERY_SECONDS):
        connection = http.client.HTTPSConnection(host, timeout=5, context=trusting)
        with closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("GET", PATH, headers={"User-Agent": VISITOR})
            connection.getresponse().read()
