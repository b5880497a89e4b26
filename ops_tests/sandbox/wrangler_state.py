"""What the wrangler stand-in knows, as one JSON document: deployments, versions and secrets in Cloudflare's own shapes.

The state file::

    {
      "account": "4f3c...",              # CLOUDFLARE_ACCOUNT_ID; another one is refused as a bad token is
      "token": "...",                    # the one CLOUDFLARE_API_TOKEN that may read; "" refuses each
      "acts_token": "...",               # the one that may deploy as well: ``rollback`` takes no other
      "logged_out": false,               # whether wrangler sees no token at all
      "habit": "good",                   # how every command behaves: the words of `Wrangler.habit`
      "delay_seconds": 0,                # what starting takes
      "workers": {"evolution-hub-production": {
          "deployments": [...],          # the oldest first, as they are listed
          "versions": [...],
          "secrets": [{"name": ..., "type": "secret_text"}]
      }},
      "databases": {"evolution-hub-main": {
          "uuid": ..., "file": "/.../d1.sqlite", "habit": "good", "bookmark": "..."
      }},
      "tail": {"habit": "good", "events": "/.../events.ndjson", "latency_seconds": 0.2, "visitor": "its user agent"}
    }
"""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ops_tests.sandbox.evolution_hub.scenario import SECRETS, Deployment, Scenario, Version, Worker

STAND_IN = Path(__file__).with_name("wrangler_stand_in.py")
SCRIPT = "evolution-hub"
DATABASE = "evolution-hub-main"
VISITOR = "Mozilla/5.0 (X11; Linux x86_64) Visitor"
ACCOUNT = "4f3c8e2b9d0a41c7b6e5f8a1d2c3b4a5"
DATABASES = {
    "production": (DATABASE, "cadc96d1-6b0e-4f5c-9d53-2f1e0c7a9b42"),
    "staging": (f"{DATABASE}-local", "11c6dad1-2f8b-4a3d-8e7c-5b9a0d1e2f3c"),
    "testing": (f"{DATABASE}-local", "11c6dad1-2f8b-4a3d-8e7c-5b9a0d1e2f3c"),
    "development": (f"{DATABASE}-dev", "7e21b0c4-8a5d-4c1f-b3e6-9d0f2a4c6e81"),
}
"""Name and id of each environment's database; staging and testing share one."""


@dataclass(frozen=True)
class Access:
    """The tokens: one that reads, one that may deploy as well."""

    token: str
    acts_token: str


def script(environment: str) -> str:
    """The name of an environment's Worker; development has the bare one, as no environment has."""
    return SCRIPT if environment == "development" else f"{SCRIPT}-{environment}"


def version_id(number: int) -> str:
    """The id of a version."""
    return str(uuid.UUID(hashlib.sha256(f"version {number}".encode()).hexdigest()[:32], version=4))


def document(plan: Scenario, access: Access, folder: Path, now: datetime) -> dict[str, Any]:
    """The state file's content.

    Args:
        plan: What is planned.
        access: The tokens that are accepted.
        folder: Where the databases and the events lie.
        now: The start of the sandbox, UTC.
    """
    wrangler = plan.wrangler
    refused = wrangler.access == "refused"
    served = {} if wrangler.access == "no such worker" else {script(plan.environment): _worker(plan.worker, now)}
    if plan.environment != "staging":
        served[script("staging")] = _worker(plan.staging, now)
    elsewhere = Worker((Version(7, 90 * 1440),), (Deployment(90 * 1440, ((7, 100),)),), SECRETS)
    return {
        "account": ACCOUNT,
        "token": "" if refused else access.token,
        "acts_token": "" if refused else access.acts_token,
        "logged_out": wrangler.access == "not logged in",
        "habit": wrangler.habit,
        "delay_seconds": wrangler.delay_seconds,
        # What a command without --env looks at.
        "workers": {SCRIPT: _worker(elsewhere, now), **served},
        "databases": {
            name: {
                "uuid": number,
                "file": str(folder / f"{name}.sqlite"),
                "habit": plan.d1.habit if environment == plan.environment else "good",
                "bookmark": _bookmark(name) if plan.d1.bookmark else "",
            }
            for environment, (name, number) in DATABASES.items()
            if environment == plan.environment or name != DATABASES[plan.environment][0]
        },
        "tail": {
            "habit": wrangler.tail,
            "events": str(folder / "events.ndjson"),
            "latency_seconds": wrangler.latency_seconds,
            "visitor": VISITOR,
        },
    }


class Served:
    """Which version serves: that with most of the newest deployment, also after a rollback."""

    def __init__(self, path: Path, name: str) -> None:
        self._path, self._name = path, name
        self._seen, self._version = (0, 0, 0), ""

    def version(self) -> str:
        """Its id; "" while nothing is deployed."""
        try:
            now = self._path.stat()
        except FileNotFoundError:
            return version_id(1)  # without wrangler nothing can deploy
        seen = (now.st_ino, now.st_mtime_ns, now.st_size)
        if seen != self._seen:
            state = json.loads(self._path.read_text(encoding="utf-8"))
            deployments = state["workers"].get(self._name, {}).get("deployments", [])
            newest = deployments[-1]["versions"] if deployments else []
            shares = {one["version_id"]: one["percentage"] for one in newest}
            self._seen, self._version = seen, max(shares, key=lambda one: float(shares[one]), default="")
        return self._version


def _bookmark(name: str) -> str:
    return f"00000085-0000024c-00004c6d-{hashlib.sha256(name.encode()).hexdigest()[:32]}"


def _moment(now: datetime, minutes_ago: float) -> str:
    return f"{now.astimezone(UTC) - timedelta(minutes=minutes_ago):%Y-%m-%dT%H:%M:%S.%fZ}"


def _worker(plan: Worker, now: datetime) -> dict[str, Any]:
    return {
        "deployments": [_deployment(one, now) for one in plan.deployments],
        "versions": [_version(one, now) for one in plan.versions],
        "secrets": [{"name": name, "type": "secret_text"} for name in sorted(plan.secrets)],
    }


def _deployment(plan: Deployment, now: datetime) -> dict[str, Any]:
    message = {"workers/message": plan.message} if plan.message else {}
    return {
        "id": str(uuid.UUID(hashlib.sha256(repr(plan).encode()).hexdigest()[:32], version=4)),
        "source": "wrangler",
        "strategy": "percentage",
        "author_email": "ops@example.invalid",
        "created_on": _moment(now, plan.minutes_ago),
        "annotations": {"workers/triggered_by": plan.triggered_by, **message},
        "versions": [{"version_id": version_id(number), "percentage": share} for number, share in plan.shares],
    }


def _version(plan: Version, now: datetime) -> dict[str, Any]:
    created = _moment(now, plan.minutes_ago)
    bindings = [{"name": "DB", "type": "d1"}, {"name": "SESSION", "type": "kv_namespace"},
                {"name": "R2_AI_IMAGES", "type": "r2_bucket"}]  # fmt: skip
    return {
        "id": version_id(plan.number),
        "number": plan.number,
        "metadata": {
            "created_on": created,
            "modified_on": created,
            "source": "wrangler",
            "author_id": "9b1f0c7d2e4a4b6c8d0e1f2a3b4c5d6e",
            "author_email": "ops@example.invalid",
            "hasPreview": False,
        },
        "annotations": {"workers/triggered_by": "upload"},
        "resources": {
            "bindings": bindings,
            "script": {"etag": hashlib.sha256(str(plan.number).encode()).hexdigest(), "handlers": ["fetch"],
                       "last_deployed_from": "wrangler"},
            "script_runtime": {"compatibility_date": "2025-10-01", "compatibility_flags": ["nodejs_compat"],
                               "usage_model": "standard", "limits": {}},
        },
    }  # fmt: skip
