"""What a machine's configuration and its events say: memory, services with their checks, starts and ends."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ops_tests.clients.fly_fields import Fields, folded, moment_of, object_of, objects_of, whole_number
from ops_tests.records.platform import MachineEvent, Service, ServiceCheck

_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_TERM = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(h|ms|us|µs|ns|m|s)")


def memory_mb(config: Fields) -> int | None:
    """The guest's memory, or None where the configuration names none."""
    return whole_number(folded(object_of(config.get("guest"))).get("memorymb"))


def services(config: Fields) -> tuple[Service, ...] | None:
    """The services of a machine; None without a configuration."""
    return tuple(_service(folded(item)) for item in objects_of(config.get("services"))) if config else None


def _service(fields: Fields) -> Service:
    ports = [folded(port) for port in objects_of(fields.get("ports"))]
    plain = [port for port in ports if _takes_plain_http(port)]
    return Service(
        checks=tuple(_check(folded(item)) for item in objects_of(fields.get("checks")) if _is_http(item)),
        force_https=bool(plain) and all(port.get("forcehttps") is True for port in plain),
        minimum_machines=whole_number(fields.get("minmachinesrunning")) or 0,
    )


def _takes_plain_http(port: Fields) -> bool:
    handlers = port.get("handlers")
    return isinstance(handlers, list) and "http" in handlers and "tls" not in handlers


def _is_http(item: Mapping[str, Any]) -> bool:
    return str(item.get("type")).lower() == "http"


def _check(fields: Fields) -> ServiceCheck:
    return ServiceCheck(
        interval=seconds(fields.get("interval")),
        timeout=seconds(fields.get("timeout")),
        grace=seconds(fields.get("graceperiod")),
        # Fly asks with GET for / where nothing else is configured.
        method=str(fields.get("method") or "GET").upper(),
        path=str(fields.get("path") or "/"),
        restart_limit=whole_number(fields.get("restartlimit")) or 0,
    )


def seconds(text: Any) -> float | None:
    """A duration as Go writes it (``1m30s``, ``500ms``): seconds; None for none, NaN for one that cannot be read."""
    if text is None or text == "":
        return None
    terms = _TERM.findall(text) if isinstance(text, str) else []
    if not terms or "".join(number + unit for number, unit in terms) != text:
        return math.nan
    return sum(float(number) * _SECONDS[unit] for number, unit in terms)


def events(found: Any) -> tuple[MachineEvent, ...]:
    """The events that bear a readable time, in the platform's order."""
    listed = [folded(item) for item in objects_of(found)]
    return tuple(_event(item, at) for item in listed if (at := moment_of(item.get("timestamp"))))


def _event(fields: Fields, at: datetime) -> MachineEvent:
    request = folded(object_of(fields.get("request")))
    ended = folded(object_of(request.get("exitevent")))
    kind = str(fields.get("type") or "")
    code = ended.get("exitcode")
    return MachineEvent(
        type=kind,
        at=at,
        # An exit code of 0 is left out.
        exit_code=(code if isinstance(code, int) else 0) if ended or kind == "exit" else None,
        oom_killed=ended.get("oomkilled") is True,
        requested=ended.get("requestedstop") is True,
        restarts=whole_number(request.get("restartcount")) or 0,
    )
