"""Plain HTTP in front of the application: the platform's proxy, which leads every request to HTTPS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops_tests.sandbox.http_server import Handler, Server

if TYPE_CHECKING:
    from ops_tests.sandbox.scenario import Edge


class PlainHttp(Server):
    """Answers every path with the redirect of the scenario; with any other status than a redirect's without one."""

    def __init__(self, edge: Edge, base_url: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.edge, self.leads_to = edge, edge.redirect_to or base_url


class _Handler(Handler):
    server: PlainHttp

    def do_GET(self) -> None:  # noqa: N802 - the name http.server looks for
        status = self.server.edge.redirect_status
        location = {"Location": self.server.leads_to + self.path} if 300 <= status < 400 else {}
        self.send(status, b"", location)
