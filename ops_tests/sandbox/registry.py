"""The container registry: manifests by tag and by digest, for whoever bears the token as a password."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from ops_tests.sandbox import images
from ops_tests.sandbox.http_server import Handler, Server

if TYPE_CHECKING:
    from ops_tests.sandbox.scenario import Platform

USER = "x"


class RegistryApi(Server):
    """``GET /v2/<app>/manifests/<tag or digest>``."""

    def __init__(self, plan: Platform, app: str, token: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.token, self.answers = token, plan.registry.answers
        known = {one.image for one in plan.machines} | {one.image for one in plan.releases}
        tags = known if self.answers != "nothing found" else set()
        self.bodies = {f"/v2/{app}/manifests/{name}": body for tag in tags for name, body in _named(tag, plan)}

    @property
    def host(self) -> str:
        """The registry as docker is told it."""
        return f"127.0.0.1:{self.server_port}"

    def admits(self, authorization: str) -> bool:
        """Whether the request bears user and token."""
        pair = base64.b64encode(f"{USER}:{self.token}".encode()).decode()
        return bool(self.token) and self.answers != "refusals" and authorization == f"Basic {pair}"


def _named(tag: str, plan: Platform) -> list[tuple[str, bytes]]:
    size = plan.registry.megabytes
    index, manifest = images.index(tag, size), images.manifest(tag, size)
    told = images.index("another", size) if plan.registry.answers == "another image" else index
    return [(tag, told), (images.digest(index), told), (images.digest(manifest), manifest)]


class _Handler(Handler):
    server: RegistryApi

    def do_GET(self) -> None:  # noqa: N802 - the name http.server looks for
        kind = {"Content-Type": "application/json"}
        if not self.server.admits(self.headers.get("Authorization", "")):
            challenge = {"WWW-Authenticate": 'Basic realm="registry"'}
            return self.send(401, b'{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}',
                             kind | challenge)  # fmt: skip
        if self.server.answers == "text":
            return self.send(200, b"<html>welcome to the registry</html>", {"Content-Type": "text/html"})
        body = self.server.bodies.get(self.path)
        if body is None:
            return self.send(404, b'{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}', kind)
        wanted = images.INDEX if b'"manifests"' in body else images.MANIFEST
        return self.send(200, body, {"Content-Type": wanted, "Docker-Content-Digest": images.digest(body)})
