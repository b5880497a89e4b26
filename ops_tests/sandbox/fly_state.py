"""What the fly stand-in knows, as one JSON document: machines, releases and secrets in flyctl's own shapes."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ops_tests.records.runtime import COMMAND
from ops_tests.sandbox import fly_storage, images
from ops_tests.sandbox.fly import keeping
from ops_tests.sandbox.scenario_machines import Exit, Gate

if TYPE_CHECKING:
    from ops_tests.sandbox.scenario import Machine, Platform, Release

APP = "timedify-sandbox"
REGISTRY = "registry.fly.io"
CHECK = "servicecheck-00-http-3000"
CONCURRENCY = {"type": "connections", "hard_limit": 25, "soft_limit": 20}


def document(plan: Platform, token: str, now: datetime, commits: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The state file's content.

    Args:
        plan: What the scenario says of the platform.
        token: The one token that is accepted.
        now: The start of the sandbox, UTC.
        commits: The commit of each image, by its tag; images of other tags get one that no repository knows.
    """
    known = plan.access != "unknown app"
    by_image = commits or {}
    tags = [*(item.image for item in plan.machines), *(item.image for item in plan.releases)]
    known_images = {tag: _image(tag, plan, by_image.get(tag) or _digest(tag)[:40]) for tag in tags}
    complete = {item.image: item for item in reversed(plan.releases) if item.status == "complete"}
    return {
        "app": APP if known else "",
        "token": token if plan.access != "refused" else "",
        "text_instead_of_json": plan.text_instead_of_json,
        "habit": plan.fly,
        "thinks_seconds": plan.fly_seconds,
        "machines": [
            _machine(
                item,
                complete.get(item.image, plan.releases[-1]),
                known_images[item.image],
                now,
            )
            for item in plan.machines
        ],
        **fly_storage.document(plan.storage, APP, plan.machines[0].id, known, now),
        "releases": [_release(item, now) for item in plan.releases],
        "secrets": [{"name": name, "digest": _digest(name)[:16], "status": status} for name, status in plan.secrets],
        "config": _fly_toml(),
        "exec": {"habit": plan.exec, "command": COMMAND},
        "proxy": {"app": fly_storage.POSTGRES_APP, "port": 5432},
        "images": known_images,
        "acting": {"habit": plan.acting, "token": "", "begun": False},
        "coming": [],
    }


def wake(path: Path) -> None:
    """Let the first machine of the state file have started just now."""

    def edit(state: dict[str, Any]) -> None:
        events = state["machines"][0]["events"]
        events.insert(0, {**next(one for one in events if one["status"] == "started"),
                          "timestamp": _milliseconds(datetime.now(UTC), 0)})  # fmt: skip

    keeping.change(str(path), edit)


class Machines:
    """Whether a machine is there to answer: none is between the stop and the start of the only one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen, self._state = (0, 0, 0), dict[str, Any]()

    def serve(self) -> bool:
        """Whether one is started; what a fault shows as stopped is the platform's word alone, until somebody acts."""
        try:
            now = self._path.stat()
        except FileNotFoundError:
            return True  # without fly nothing can act
        seen = (now.st_ino, now.st_mtime_ns, now.st_size)
        if seen != self._seen:
            self._seen, self._state = seen, json.loads(self._path.read_text(encoding="utf-8"))
        self._state = keeping.settled(self._state, time.time())
        started = any(machine["state"] == "started" for machine in self._state["machines"])
        return started or not self._state["acting"]["begun"]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _ago(now: datetime, minutes: float) -> str:
    return f"{now.astimezone(UTC) - timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"


def _image(tag: str, plan: Platform, commit: str) -> dict[str, Any]:
    digest = images.digest(images.index(tag, plan.registry.megabytes))
    labels = {"GH_SHA": commit} if plan.names_commits else {}
    return {"registry": REGISTRY, "repository": APP, "tag": tag, "digest": digest, "labels": labels}


def _machine(plan: Machine, release: Release, image: dict[str, Any], now: datetime) -> dict[str, Any]:
    started = release.minutes_ago - 1
    facts = {
        "id": plan.id,
        "name": f"quiet-{plan.id[-4:]}",
        "state": plan.state,
        "region": "fra",
        "image_ref": image,
        "instance_id": f"01KQ{_digest(plan.id)[:22].upper()}",
        "private_ip": f"fdaa:2:45b8:a7b:9f:{plan.id[-4:]}:{plan.id[:4]}:2",
        "created_at": _ago(now, 310 * 1440),
        "updated_at": _ago(now, started),
    }
    known = {"config" if plan.host == "ok" else "incomplete_config": _config(plan, release)}
    # A machine whose host is away shows what the API still knows: no whole config.
    return {**facts, **known, "events": _events(plan, now, started), "checks": [_check(plan, now, started)],
            "host_status": plan.host, "cordoned": False}  # fmt: skip


def _config(plan: Machine, release: Release) -> dict[str, Any]:
    metadata = {"fly_flyctl_version": "0.4.87", "fly_platform_version": "v2", "fly_process_group": "app",
                "fly_release_id": f"rel_{release.version}", "fly_release_version": str(release.version)}  # fmt: skip
    environment = {"FLY_PROCESS_GROUP": "app", "NODE_ENV": "production", "PORT": "3000", "PRIMARY_REGION": "fra",
                   "SMTP_PASSWORD": _digest(plan.id)[:16], "TRACE_TOKEN": _digest(plan.image)[:24]}  # fmt: skip
    return {
        "env": environment,
        "init": {},
        "guest": {"cpu_kind": "shared", "cpus": 1, "memory_mb": plan.memory_mb},
        "metadata": metadata,
        "services": [_service(plan)],
        "image": f"{REGISTRY}/{APP}:{plan.image}",
        "restart": {"policy": "on-failure", "max_retries": 10},
    }


def _service(plan: Machine) -> dict[str, Any]:
    web = {"port": 80, "handlers": ["http"], "force_https": plan.gate.force_https}
    return {
        "protocol": "tcp",
        "internal_port": 3000,
        "autostop": plan.auto_stop,
        "autostart": True,
        "min_machines_running": plan.gate.minimum_machines,
        "ports": [web, {"port": 443, "handlers": ["http", "tls"]}],
        "checks": [{"type": "http", **_gate(plan.gate)}] if plan.gate.checked else [],
        "concurrency": CONCURRENCY,
        "force_instance_key": None,
    }


def _gate(plan: Gate) -> dict[str, Any]:
    shown = {"interval": plan.interval, "timeout": plan.timeout, "grace_period": plan.grace_period,
             "method": plan.method, "path": plan.path}  # fmt: skip
    return {**shown, **({"restart_limit": plan.restart_limit} if plan.restart_limit else {})}


def _events(plan: Machine, now: datetime, started: float) -> list[dict[str, Any]]:
    """Newest first; a stopped machine ended of itself, asked by nobody."""
    exits = (*plan.exits, *([Exit(4)] if plan.state != "started" else []))
    listed = [_event("start", "started", now, started), _event("launch", "created", now, started + 0.1, "user")]
    listed += [_end(item, now) for item in exits]
    listed += [_event("start", "started", now, item.minutes_ago - 0.05) for item in plan.exits]
    return sorted(listed, key=lambda event: -int(event["timestamp"]))


def _event(kind: str, status: str, now: datetime, minutes: float, source: str = "flyd") -> dict[str, Any]:
    return {"type": kind, "status": status, "source": source, "timestamp": _milliseconds(now, minutes)}


def _end(plan: Exit, now: datetime) -> dict[str, Any]:
    code = {"exit_code": plan.code} if plan.code else {}
    ended = {**code, "oom_killed": plan.out_of_memory, "requested_stop": plan.requested,
             "exited_at": _ago(now, plan.minutes_ago)}  # fmt: skip
    event = _event("exit", "stopped", now, plan.minutes_ago)
    return {**event, "request": {"exit_event": ended, "restart_count": plan.restarts}}


def _milliseconds(now: datetime, minutes: float) -> int:
    return int((now - timedelta(minutes=minutes)).timestamp() * 1000)


def _check(plan: Machine, now: datetime, started: float) -> dict[str, str]:
    output = {"passing": '{"status":"ok"}', "critical": "connect: connection refused <127.0.0.1:3000> & given up"}.get(
        plan.check, ""
    )
    return {"name": CHECK, "status": plan.check, "output": output, "updated_at": _ago(now, started)}


def _release(plan: Release, now: datetime) -> dict[str, Any]:
    user = {"ID": "vkzM9RPo1bZ4K", "Name": "Timedify Ops", "Email": "ops@example.invalid", "EnablePaidHobby": False}
    return {
        "ID": f"rel_{plan.version}",
        "Version": plan.version,
        "Stable": plan.status == "complete",
        "InProgress": False,
        "Reason": "",
        "Description": "Release",
        "Status": plan.status,
        "DeploymentStrategy": "",
        "Metadata": None,
        "User": user,
        "EvaluationID": "",
        "CreatedAt": _ago(now, plan.minutes_ago),
        "ImageRef": f"{REGISTRY}/{APP}:{plan.image}",
    }


def _fly_toml() -> dict[str, Any]:
    service = {
        "internal_port": 3000,
        "force_https": True,
        "auto_stop_machines": False,
        "auto_start_machines": True,
        "min_machines_running": 1,
        "processes": ["app"],
        "checks": [_gate(Gate())],
        "concurrency": CONCURRENCY,
    }
    return {
        "app": APP,
        "primary_region": "fra",
        "env": {"NODE_ENV": "production", "PORT": "3000"},
        "processes": {"app": "npm run start"},
        "http_service": service,
        "vm": [{"memory": "1gb", "cpu_kind": "shared", "cpus": 1}],
    }
