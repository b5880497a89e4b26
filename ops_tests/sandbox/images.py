"""Container images as a registry tells of them: an index, and the manifest for the machines with its layers."""

from __future__ import annotations

import hashlib
import json
from typing import Any

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
SHARES = (0.17, 0.46, 0.31, 0.06)
"""How an image's size spreads over its layers: the system, Node.js, what npm installed, the application."""


def manifest(tag: str, megabytes: int) -> bytes:
    """The manifest for linux/amd64, its layers ``megabytes`` large in all."""
    layers = [
        {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": digest(f"{tag}/{place}".encode()),
         "size": round(megabytes * share * 1e6)}
        for place, share in enumerate(SHARES)
    ]  # fmt: skip
    config = {
        "mediaType": "application/vnd.oci.image.config.v1+json",
        "digest": digest(f"{tag}/config".encode()),
        "size": 7312,
    }
    return _printed({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers})


def index(tag: str, megabytes: int) -> bytes:
    """The index a tag stands for, as today's builders write it: one manifest to run, and one that only attests it."""
    body = manifest(tag, megabytes)
    runs = {"mediaType": MANIFEST, "digest": digest(body), "size": len(body),
            "platform": {"architecture": "amd64", "os": "linux"}}  # fmt: skip
    attests = {"mediaType": MANIFEST, "digest": digest(f"{tag}/attestation".encode()), "size": 566,
               "platform": {"architecture": "unknown", "os": "unknown"}}  # fmt: skip
    return _printed({"schemaVersion": 2, "mediaType": INDEX, "manifests": [attests, runs]})


def digest(body: bytes) -> str:
    """What a registry calls these bytes."""
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def _printed(document: dict[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()
