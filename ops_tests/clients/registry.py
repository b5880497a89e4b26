"""A container registry, asked how large an image is."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ops_tests.clients import web
from ops_tests.clients.remarks import Remark, unheard
from ops_tests.clients.repeating import at_their_pace
from ops_tests.clients.web import Web
from ops_tests.errors import Blind, NotAuthorised, NotCovered, NotFound, RateLimited, Unparsable, Unreachable
from ops_tests.records.images import ImageSize

if TYPE_CHECKING:
    from ops_tests.records.platform import Image
    from ops_tests.records.web import Answer
    from ops_tests.target import Secret

FLY = "registry.fly.io"
USER = "x"
"""Fly.io's registry takes any token as the password of this user."""
_LISTS = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
_MANIFESTS = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")
_PLATFORM = {"os": "linux", "architecture": "amd64"}
"""What Fly.io's machines run."""
_LARGEST = 10**13
READ_SECONDS = 5.0
"""For one manifest, repetitions at the registry's pace included: it is some kilobytes."""


def worst_seconds() -> float:
    """The longest the size of one image takes: an index, and the manifest it leads to."""
    return 2 * (READ_SECONDS + web.worst_seconds(READ_SECONDS))


class Registry:
    """Reads manifests; it never pulls a layer.

    Args:
        host: The registry as docker is told it, ``registry.fly.io``; it is asked without TLS only on this machine.
        token: A token that may read the image's repository.
        remark: Told when a request was repeated.
    """

    def __init__(self, host: str, token: Secret, remark: Remark = unheard) -> None:
        self._host = host
        self._token = token
        self._remark = remark
        self._web = Web(
            f"{'http' if _is_here(host) else 'https'}://{host}",
            remark=remark,
            body_limit=4 * 2**20,
            seconds=READ_SECONDS,
        )

    def size(self, image: Image) -> ImageSize:
        """The layers of an image, as the registry stores them; of an index those for Fly.io's machines.

        Raises:
            NotAuthorised, NotFound, RateLimited, Unreachable: As the registry answers.
            Unparsable: The answer is no manifest, or not the one of the digest that was asked for.
            NotCovered: The image lies in another registry.
        """
        registry, _slash, repository = image.repository.partition("/")
        if registry != FLY or not repository or not (image.digest or image.tag):
            raise NotCovered(
                f"the image {image or 'without a name'} does not lie in {FLY}; expected one of Fly.io's own"
            )
        document = self._manifest(repository, image.digest or image.tag)
        if "manifests" in document:
            document = self._manifest(repository, _for_machines(document, repository))
        return ImageSize(image, tuple(_layers(document, repository)))

    def close(self) -> None:
        """Close the connection."""
        self._web.close()

    def _manifest(self, repository: str, reference: str) -> Mapping[str, Any]:
        path = f"/v2/{quote(repository)}/manifests/{quote(reference, safe=':')}"
        answer = at_their_pace(lambda _left: self._answered(path, repository), self._host, self._remark, READ_SECONDS)
        if answer.damage:
            raise Unparsable(f"{self._host}: the manifest of {repository} is {answer.damage}; expected a whole one")
        if reference.startswith("sha256:") and hashlib.sha256(answer.body.encode()).hexdigest() != reference[7:]:
            raise Unparsable(
                f"{self._host}: the manifest of {repository} is not the one of its digest; expected that one"
            )
        try:
            document = json.loads(answer.body)
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict):
            raise Unparsable(f"{self._host}: the manifest of {repository} is no JSON object; expected one")
        return document

    def _answered(self, path: str, repository: str) -> Answer:
        pair = f"{USER}:{_bare(self._token.reveal())}".encode()
        headers = {"Accept": ", ".join((*_MANIFESTS, *_LISTS)), "Accept-Encoding": "identity",
                   "Authorization": f"Basic {base64.b64encode(pair).decode()}"}  # fmt: skip
        answer = self._web.send("GET", path, b"", headers)
        if answer.status != 200:
            raise self._refusal(answer, repository)
        return answer

    def _refusal(self, answer: Answer, repository: str) -> Blind:
        seen = f"{self._host} answered {answer.status} for {repository}"
        if answer.status in {401, 403}:
            return NotAuthorised(
                f"{seen}; expected a token that may read it. Next: fly tokens create deploy -a {repository}, then set "
                f"{self._token.variable}"
            )
        if answer.status == 404:
            return NotFound(
                f"{seen}; expected the image that is deployed (was it pruned, or may the token not see it?). "
                f"Next: fly image show -a {repository}"
            )
        if answer.status == 429:
            return RateLimited(f"{seen}; expected a manifest. Wait a minute")
        return Unreachable(f"{seen}; expected a manifest. Next: https://status.flyio.net")


def _for_machines(index: Mapping[str, Any], repository: str) -> str:
    """Of an index the digest of the manifest for linux/amd64."""
    found = index.get("manifests")
    for item in found if isinstance(found, list) else ():
        platform = item.get("platform") if isinstance(item, dict) else None
        digest = item.get("digest") if isinstance(item, dict) else None
        fits = isinstance(platform, dict) and all(platform.get(key) == value for key, value in _PLATFORM.items())
        if fits and isinstance(digest, str) and digest.startswith("sha256:"):
            return digest
    raise Unparsable(f"the index of {repository} names no manifest for linux/amd64; expected one")


def _layers(manifest: Mapping[str, Any], repository: str) -> list[int]:
    layers = manifest.get("layers")
    sizes = (
        [item.get("size") if isinstance(item, dict) else None for item in layers] if isinstance(layers, list) else []
    )
    good = [size for size in sizes if isinstance(size, int) and not isinstance(size, bool) and 0 < size < _LARGEST]
    if not good or len(good) < len(sizes):
        raise Unparsable(f"the manifest of {repository} has no list of layers with their sizes; expected one")
    return good


def _bare(token: str) -> str:
    """The token without its scheme: the registry wants it as a password."""
    scheme, _blank, value = token.strip().partition(" ")
    return value.strip() if scheme.lower() in {"flyv1", "bearer"} and value else token.strip()


def _is_here(host: str) -> bool:
    """Whether the host is this machine: docker, too, asks only there without TLS."""
    name = host.rpartition(":")[0] or host
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return name == "localhost"
