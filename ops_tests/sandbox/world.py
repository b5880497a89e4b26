"""All parts of the embedded target, running in this process and below it."""

from __future__ import annotations

import json
import os
import secrets
import shlex
import shutil
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ops_tests.sandbox import fly_inside, fly_state, past, tables
from ops_tests.sandbox.application import Application
from ops_tests.sandbox.application_tables import ApplicationTables
from ops_tests.sandbox.deliveries import Deliveries
from ops_tests.sandbox.folder import BIN
from ops_tests.sandbox.log_store import LogStore
from ops_tests.sandbox.logs_api import LogsApi
from ops_tests.sandbox.postgres import Postgres
from ops_tests.sandbox.registry import RegistryApi
from ops_tests.sandbox.scenario import Scenario

NAMES = ("fly", "flyctl")
STATE = "fly.json"
INSIDE = "machines"
NOWHERE = "http://shop.example.invalid"
HEARTBEAT_SECONDS = 0.5
STAND_IN = Path(__file__).with_name("fly_stand_in.py")


@contextmanager
def running(folder: Path, scenario: Scenario) -> Iterator[tuple[str, dict[str, str]]]:
    """Run everything.

    Yields:
        The application's address, and the variables a target file needs.

    Raises:
        SandboxFailed: A part did not start; the message says which.
    """
    secret, token = f"shpss_{secrets.token_hex(16)}", f"fm2_{secrets.token_hex(24)}"
    with ExitStack() as parts:
        store = _log(scenario, parts)
        silent = parts.enter_context(socket.socket())
        silent.bind(("127.0.0.1", 0))
        dsn, application_tables, port = _database(folder, scenario, silent, parts)
        deliveries = Deliveries(scenario.webhooks, secret, application_tables, store.write)
        application = Application(scenario, deliveries, store.write, lambda: fly_state.wake(folder / STATE))
        parts.callback(application.server_close)
        application.answer()
        access = _Access(token, f"fm2_{secrets.token_hex(24)}", port)
        path, logs_url, registry = _platform(folder, scenario, store, access, parts)
        base_url = application.url if scenario.has_a_name else NOWHERE
        yield base_url, {"SHOPIFY_API_SECRET": secret, "DATABASE_URL": dsn, "FLY_API_TOKEN": f"FlyV1 {token}",
                         "FLY_EXEC_TOKEN": f"FlyV1 {access.exec_token}", "FLY_REGISTRY_HOST": registry,
                         "FLY_API_BASE_URL": logs_url, "PATH": path, **dict(scenario.platform.variables)}  # fmt: skip


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
    folder: Path, scenario: Scenario, silent: socket.socket, parts: ExitStack
) -> tuple[str, ApplicationTables, int]:
    postgres = Postgres.start(folder)
    parts.callback(postgres.stop)
    passwords = tables.make(postgres, scenario.database)
    owner = ApplicationTables(postgres.dsn(tables.OWNER, passwords[tables.OWNER], tables.NAME))
    parts.callback(owner.close)
    if scenario.database.locked:
        parts.callback(tables.lock(postgres, scenario.database).close)
    read = postgres
    if scenario.database.reader == "replica":
        read = postgres.replicated()
        parts.callback(read.stop)
    return tables.reader_dsn(read, scenario.database, passwords[tables.READER], silent), owner, postgres.port


@dataclass(frozen=True)
class _Access:
    """What leads into the platform: the token, the one for exec, and the port of the database behind fly proxy."""

    token: str
    exec_token: str
    database_port: int


def _platform(
    folder: Path, scenario: Scenario, store: LogStore, access: _Access, parts: ExitStack
) -> tuple[str, str, str]:
    """Start the APIs and write the fly command; return PATH, the logs API's address and the registry's host."""
    plan = scenario.platform
    document = fly_state.document(plan, access.token, datetime.now(UTC))
    document["exec"] |= {"token": access.exec_token, "folder": str(folder / INSIDE)}
    document["proxy"] |= {"habit": scenario.database.proxy, "target": ["127.0.0.1", access.database_port]}
    api = LogsApi(store, document["app"], document["token"], scenario.logs.api)
    registry = RegistryApi(plan, document["app"], document["token"])
    if plan.access == "missing":
        api.server_close()
        registry.server_close()
        return _path_without_fly(), api.url, registry.host
    for server in (api, registry):
        parts.callback(server.server_close)
        server.answer()
    fly_inside.make(folder / INSIDE, plan.machines)
    _write_fly(folder, document)
    path = os.pathsep.join((str(folder / BIN), os.environ.get("PATH", os.defpath)))
    return path, api.url, registry.host


def _write_fly(folder: Path, document: dict[str, object]) -> None:
    state = folder / STATE
    state.touch(mode=0o600)
    state.write_text(json.dumps(document), encoding="utf-8")
    (folder / BIN).mkdir()
    words = " ".join(shlex.quote(str(word)) for word in (sys.executable, "-I", "-S", STAND_IN, state))
    for name in NAMES:
        program = folder / BIN / name
        program.write_text(f'#!/bin/sh\nexec {words} "$@"\n', encoding="utf-8")
        program.chmod(0o755)


def _path_without_fly() -> str:
    """PATH without the folders that hold a real fly."""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if not any(shutil.which(name, path=folder) for name in NAMES))
