"""The name with www, which leads to the one without before anything else is looked at."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from ops_tests.sandbox.http_server import Handler, TlsServer

if TYPE_CHECKING:
    from ops_tests.sandbox.evolution_hub.scenario import Scenario


class Www(TlsServer):
    """Leads every request to the same path and query of the application."""

    def __init__(self, scenario: Scenario, tls: ssl.SSLContext, base_url: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.habit, self.tls, self.leads_to = scenario.www, tls, base_url


class _Handler(Handler):
    server: Www

    def do_GET(self) -> None:  # noqa: N802 - the name http.server looks for
        if self.server.habit == "answers itself":
            return self.send(200, b"<!doctype html><title>Evolution Hub</title>", {"Content-Type": "text/html"})
        path = self.path.partition("?")[0] if self.server.habit == "loses the query" else self.path
        status = 302 if self.server.habit == "redirects for now" else 301
        return self.send(status, b"", {"Location": self.server.leads_to + path})

    do_HEAD = do_GET  # noqa: N815 - as above
