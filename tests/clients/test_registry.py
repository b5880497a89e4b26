"""The registry's manifests over real HTTP: an index, a manifest, and everything that is neither."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from ops_tests.clients import repeating
from ops_tests.clients.registry import Registry, _is_here
from ops_tests.errors import Blind, NotAuthorised, NotCovered, NotFound, RateLimited, Unparsable, Unreachable
from ops_tests.records.platform import Image
from ops_tests.sandbox import images
from ops_tests.target import Secret

Serve = Callable[..., str]
TOKEN = Secret("FLY_API_TOKEN", "FlyV1 fm2_topsecret,fm2_other")
INDEX, MANIFEST = images.index("one", 200), images.manifest("one", 200)
BY_DIGEST = Image("registry.fly.io/demo", "one", images.digest(INDEX))
BY_TAG = Image("registry.fly.io/demo", "one")


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeating, "PAUSES", (0.01, 0.02))


def answering(bodies: dict[str, bytes], asked: list[Any] | None = None) -> Callable[..., Any]:
    """A registry with these manifests by what they are asked for under."""

    def answer(_method: str, path: str, headers: dict[str, str], _body: bytes) -> tuple[int, dict[str, str], bytes]:
        if asked is not None:
            asked.append(headers)
        body = bodies.get(path.removeprefix("/v2/demo/manifests/"))
        return (200, {"Content-Type": "application/json"}, body) if body is not None else (404, {}, b"{}")

    return answer


def registry(url: str) -> Registry:
    return Registry(url.removeprefix("http://"), TOKEN)


def test_of_an_index_the_manifest_for_the_machines_counts(http_server: Serve) -> None:
    url = http_server(answering({images.digest(INDEX): INDEX, images.digest(MANIFEST): MANIFEST}))
    size = registry(url).size(BY_DIGEST)
    assert (round(size.megabytes), len(size.layers)) == (200, 4)


def test_a_manifest_may_stand_there_at_once(http_server: Serve) -> None:
    assert round(registry(http_server(answering({"one": MANIFEST}))).size(BY_TAG).megabytes) == 200


def test_the_token_is_the_password_without_its_scheme(http_server: Serve) -> None:
    asked: list[dict[str, str]] = []
    registry(http_server(answering({"one": MANIFEST}, asked))).size(BY_TAG)
    scheme, _blank, pair = asked[0]["Authorization"].partition(" ")
    assert (scheme, base64.b64decode(pair)) == ("Basic", b"x:fm2_topsecret,fm2_other")


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, NotAuthorised), (403, NotAuthorised), (404, NotFound), (429, RateLimited), (500, Unreachable)],
)
def test_a_refusal_is_blind_by_its_kind(http_server: Serve, status: int, kind: type[Blind]) -> None:
    with pytest.raises(kind, match=f"answered {status} for demo") as caught:
        registry(http_server(lambda *_request: (status, {}, b""))).size(BY_TAG)
    assert "topsecret" not in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"layers": []}',
        b'{"layers": [{"size": 0}]}',
        b'{"layers": [{"size": 5}, {}]}',
        b'{"layers": [{"size": true}]}',
        b'{"layers": [{"size": -5}, {"size": 5}]}',
        b'{"manifests": []}',
        b'{"manifests": [{"platform": {"os": "linux", "architecture": "arm64"}, "digest": "sha256:a"}]}',
    ],
)
def test_what_is_no_whole_manifest_is_unreadable(http_server: Serve, body: bytes) -> None:
    with pytest.raises(Unparsable):
        registry(http_server(answering({"one": body}))).size(BY_TAG)


def test_another_image_than_the_one_asked_for_is_not_taken(http_server: Serve) -> None:
    with pytest.raises(Unparsable, match="not the one of its digest"):
        registry(http_server(answering({images.digest(INDEX): images.index("two", 200)}))).size(BY_DIGEST)


@pytest.mark.parametrize("repository", ["registry-1.docker.io/library/node", "registry.fly.io", ""])
def test_an_image_of_another_registry_is_not_covered(repository: str) -> None:
    with pytest.raises(NotCovered, match=r"expected one of Fly\.io's own"):
        registry("http://127.0.0.1:9").size(Image(repository, "one"))


def test_only_this_machine_is_asked_without_tls() -> None:
    hosts = (
        "127.0.0.1:5000",
        "localhost:5000",
        "[::1]:5000",
        "registry.fly.io",
        "10.0.0.1:5000",
        "127.0.0.1.example.com",
    )
    assert [_is_here(host) for host in hosts] == [True, True, True, False, False, False]


def test_a_cut_manifest_is_unreadable(serve: Callable[..., str]) -> None:
    cut = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + json.dumps({"layers": []}).encode()
    with pytest.raises(Unparsable):
        registry(serve([cut])).size(BY_TAG)
