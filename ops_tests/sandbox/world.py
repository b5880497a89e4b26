"""All parts of the embedded target, running in this process and below it."""

from __future__ import annotations

import json
import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ops_tests.sandbox import activity, backup_file, fly_inside, fly_state, fly_storage, past, repository, tables, tls
from ops_tests.sandbox.application import Application, Ways
from ops_tests.sandbox.application_tables import ApplicationTables
from ops_tests.sandbox.deliveries import Deliveries
from ops_tests.sandbox.distance import Distance
from ops_tests.sandbox.log_store import LogStore
from ops_tests.sandbox.logs_api import LogsApi
from ops_tests.sandbox.metrics_service import MetricsService
from ops_tests.sandbox.plain_http import PlainHttp
from ops_tests.sandbox.postgres import Postgres
from ops_tests.sandbox.programs import path_without, write_program
from ops_tests.sandbox.registry import RegistryApi

if TYPE_CHECKING:
    from ops_tests.sandbox.scenario import Scenario

NAMES = ("fly", "flyctl")
STATE = "fly.json"
INSIDE = "machines"
NOWHERE = "shop.example.invalid"
HEARTBEAT_SECONDS = 0.5
BY_PROXY = {"via": "fly-proxy", "proxy_app": fly_storage.POSTGRES_APP}
STAND_IN = Path(__file__).with_name("fly_stand_in.py")


@contextmanager
def running(folder: Path, scenario: Scenario) -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    """Run everything.

    Yields:
        The keys of a target file that say where it is, and the variables such a file needs.

    Raises:
        SandboxFailed: A part did not start; the message says which.
    """
    secret, token = f"shpss_{secrets.token_hex(16)}", f"fm2_{secrets.token_hex(24)}"
    with ExitStack() as parts:
        distance = Distance(scenario.round_trip_seconds, parts)
        store = _log(scenario, parts)
        silent = parts.enter_context(socket.socket())
        silent.bind(("127.0.0.1", 0))
        dsns, application_tables, port = _database(folder, scenario, silent, distance, parts)
        deliveries = Deliveries(scenario.webhooks, secret, application_tables, store.write)
        server_side, authority = tls.context(folder, scenario.edge.certificate)
        ways = Ways(store.write, partial(fly_state.wake, folder / STATE), fly_state.Machines(folder / STATE).serve)
        application = Application(scenario, deliveries, ways, server_side)
        parts.callback(application.server_close)
        application.answer()
        base_url = distance.url(application.url)
        commits = repository.make(folder, scenario.repository, datetime.now(UTC))
        document = fly_state.document(scenario.platform, token, datetime.now(UTC), commits)
        access = _Access(f"fm2_{secrets.token_hex(24)}", f"fm2_{secrets.token_hex(24)}", port)
        plain_url = _plain_http(scenario, base_url, distance, parts)
        path, api_url, registry = _platform(folder, scenario, store, document, access, parts)
        logs_url, registry = distance.url(api_url), distance.url(registry)
        place = {
            "base_url": base_url if scenario.has_a_name else f"https://{NOWHERE}",
            "https": {"plain_url": plain_url, "authority": str(authority)},
            "repository": {"path": str(folder / repository.FOLDER)},
            **_database_place(folder, scenario),
            **(_seen_from_afar(scenario.round_trip_seconds) if scenario.round_trip_seconds else {}),
            **({"webhooks": {"sampling_cap": scenario.samples}} if scenario.samples else {}),
        }
        yield place, {"SHOPIFY_API_SECRET": secret, **dsns, "FLY_API_TOKEN": f"FlyV1 {token}",
                         "FLY_EXEC_TOKEN": f"FlyV1 {access.exec_token}",
                         "FLY_ACTS_TOKEN": f"FlyV1 {access.acts_token}", "FLY_REGISTRY_HOST": registry,
                         "FLY_API_BASE_URL": logs_url, "PATH": path, **dict(scenario.platform.variables)}  # fmt: skip


def _database_place(folder: Path, scenario: Scenario) -> dict[str, Any]:
    """What a target file must say of the way to the database and of its dump, where that is not the usual."""
    way = BY_PROXY if scenario.database.proxy else {}
    file = {"backup_file": str(folder / backup_file.FILE)} if scenario.database.backup else {}
    return {"database": {**way, **file}} if way or file else {}


def _seen_from_afar(round_trip_seconds: float) -> dict[str, Any]:
    """What a target file must say of a far sandbox: limits moved by the way.

    The system takes a connection at once, so that here connecting does not tell how long the way is.
    """
    from ops_tests.limits import Limits  # it brings pydantic, a third of what starting a sandbox takes

    way = 1000 * round_trip_seconds
    limits = {name: getattr(Limits(), name).value + way for name in ("response_p95_ms", "response_p99_ms")}
    return {"limits": limits}


def _plain_http(scenario: Scenario, base_url: str, distance: Distance, parts: ExitStack) -> str:
    plain = PlainHttp(scenario.edge, base_url)
    parts.callback(plain.server_close)
    plain.answer()
    return distance.url(plain.url) if scenario.has_a_name else f"http://{NOWHERE}"


def _log(scenario: Scenario, parts: ExitStack) -> LogStore:
    store = LogStore(
        tuple(machine.id for machine in scenario.platform.machines), takes_new=scenario.logs.delivers == "everything"
    )
    store.remember(past.lines(scenario.logs))
    ended = threading.Event()
    parts.callback(ended.set)
    threading.Thread(target=_beat, args=(store, ended), daemon=True).start()
    return store


def _beat(store: LogStore, ended: threading.Event) -> None:
    """Write what the platform's own health check leaves in the log."""
    while not ended.wait(HEARTBEAT_SECONDS):
        store.write(past.HEARTBEAT)


def _database(
    folder: Path, scenario: Scenario, silent: socket.socket, distance: Distance, parts: ExitStack
) -> tuple[dict[str, str], ApplicationTables, int]:
    postgres = Postgres.start(folder)
    parts.callback(postgres.stop)
    passwords = tables.make(postgres, scenario.database)
    backup_file.make(folder, postgres, scenario.database.backup)
    owner = ApplicationTables(postgres.dsn(tables.OWNER, passwords[tables.OWNER]))
    parts.callback(owner.close)
    parts.callback(activity.begin(postgres, scenario.database).clear)
    read = postgres
    if scenario.database.reader == "replica":
        read = postgres.replicated()
        parts.callback(read.stop)
    port = distance.port(postgres.port)
    dsns = {
        "DATABASE_URL": tables.reader_dsn(
            port if read is postgres else distance.port(read.port), scenario.database, passwords[tables.READER], silent
        ),
        "OPERATOR_DATABASE_URL": tables.acting_dsn(
            tables.OPERATOR, port, scenario.database, passwords[tables.OPERATOR]
        ),
        "BACKUP_DATABASE_URL": tables.acting_dsn(tables.BACKUP, port, scenario.database, passwords[tables.BACKUP]),
    }
    return dsns, owner, port


@dataclass(frozen=True)
class _Access:
    """What leads into the platform beside its token: those for exec and acting, and the port behind ``fly proxy``."""

    exec_token: str
    acts_token: str
    database_port: int


def _platform(
    folder: Path, scenario: Scenario, store: LogStore, document: dict[str, Any], access: _Access, parts: ExitStack
) -> tuple[str, str, str]:
    """Start the APIs and write the fly command; return PATH, the logs API's address and the registry's host."""
    plan = scenario.platform
    document["exec"] |= {"token": access.exec_token, "folder": str(folder / INSIDE)}
    document["acting"]["token"] = access.acts_token
    document["proxy"] |= {"habit": scenario.database.proxy, "target": ["127.0.0.1", access.database_port]}
    metrics = MetricsService(
        scenario.metrics, document["app"], tuple(one.id for one in plan.machines if one.state == "started")
    )
    api = LogsApi(store, document["app"], document["token"], scenario.logs, metrics)
    registry = RegistryApi(plan, document["app"], document["token"])
    if plan.access == "missing":
        api.server_close()
        registry.server_close()
        return path_without(NAMES), api.url, registry.host
    for server in (api, registry):
        parts.callback(server.server_close)
        server.answer()
    fly_inside.make(folder / INSIDE, plan.machines)
    path = os.pathsep.join((str(_write_fly(folder, document)), os.environ.get("PATH", os.defpath)))
    return path, api.url, registry.host


def _write_fly(folder: Path, document: dict[str, object]) -> Path:
    """Write the command and its state; return the command's folder."""
    state = folder / STATE
    state.touch(mode=0o600)
    state.write_text(json.dumps(document), encoding="utf-8")
    return write_program(folder, NAMES, STAND_IN, state)
