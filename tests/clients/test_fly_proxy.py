"""The proxy, with real processes and a real PostgreSQL behind it: it comes up, it fails, it is gone afterwards."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ops_tests.clients import command, fly_proxy
from ops_tests.clients.database import Database
from ops_tests.clients.fly_proxy import FlyProxy
from ops_tests.errors import Blind, InstrumentMissing, NoAnswerInTime, NotAuthorised, NotFound
from ops_tests.sandbox import fly_state, fly_storage
from ops_tests.sandbox.postgres import Postgres
from ops_tests.sandbox.scenario import Platform
from ops_tests.sandbox.world import STAND_IN
from ops_tests.target import Secret

Eventually = Callable[[Callable[[], bool]], bool]
Proxied = Callable[..., FlyProxy]
TOKEN = Secret("FLY_API_TOKEN", "FlyV1 fm2_abc")
KEEP = """
import sys, time
from ops_tests.clients.fly_proxy import FlyProxy
from ops_tests.target import Secret
proxy = FlyProxy(sys.argv[1], 5432, {"PATH": sys.argv[2]}, Secret("FLY_API_TOKEN", "FlyV1 fm2_abc"))
print(proxy.address()[1], flush=True)
time.sleep(600)
"""
STUBBORN = """#!/bin/sh
trap '' TERM INT HUP
exec '{python}' -c 'import socket, sys, time
listener = socket.create_server(("127.0.0.1", int(sys.argv[1].partition(":")[0])))
time.sleep(600)' "$2"
"""


@pytest.fixture(autouse=True)
def _ended() -> Iterator[None]:
    yield
    command.end_all()


@pytest.fixture
def programs(tmp_path: Path, postgres: Postgres) -> Callable[[str], str]:
    """A folder with the stand-in as ``fly``, whose proxy leads to the PostgreSQL and has a habit."""

    def programs(habit: str) -> str:
        state = fly_state.document(Platform(), "fm2_abc", datetime(2026, 11, 20, tzinfo=UTC))
        state["proxy"] |= {"habit": habit, "target": ["127.0.0.1", postgres.port]}
        (tmp_path / "fly.json").write_text(json.dumps(state), encoding="utf-8")
        program = tmp_path / "bin" / "fly"
        program.parent.mkdir(exist_ok=True)
        words = f"'{sys.executable}' -I -S '{STAND_IN}' '{tmp_path}/fly.json'"
        program.write_text(f'#!/bin/sh\nexec {words} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        return f"{program.parent}:/usr/bin:/bin"

    return programs


@pytest.fixture
def proxied(programs: Callable[[str], str]) -> Proxied:
    """A proxy with a habit, to the database's app unless another is named."""

    def proxied(habit: str = "good", app: str = fly_storage.POSTGRES_APP) -> FlyProxy:
        return FlyProxy(app, 5432, {"PATH": programs(habit)}, TOKEN)

    return proxied


@pytest.fixture
def dsn(postgres: Postgres) -> Secret:
    """The connection string of a role, at a host that nobody reaches from here."""
    return Secret("DATABASE_URL", f"postgresql://postgres:{postgres.password}@db.internal:5432/timedify")


def listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def test_the_database_is_read_through_it_by_name_and_password_alone(proxied: Proxied, dsn: Secret) -> None:
    database = Database(dsn, way=proxied())
    assert database.rows("SELECT 1") == [(1,)]
    assert database.answer().server.startswith("127.0.0.1:")


def test_one_proxy_serves_every_question(proxied: Proxied) -> None:
    proxy = proxied()
    assert proxy.address() == proxy.address()


def test_it_is_gone_once_it_is_ended_and_stays_so(proxied: Proxied) -> None:
    proxy = proxied()
    port = proxy.address()[1]
    proxy.end()
    proxy.end()
    assert not listens(port)
    assert not command._held


def test_the_end_of_the_run_ends_it(proxied: Proxied) -> None:
    port = proxied().address()[1]
    command.end_all()
    assert not listens(port)


def test_without_a_tunnel_it_is_blind_with_fly_s_words_and_is_not_tried_again(proxied: Proxied, dsn: Secret) -> None:
    database = Database(dsn, way=proxied("refused"))
    for _time in range(2):
        with pytest.raises(Blind, match=r"fly proxy .* failed: tunnel unavailable for organization acme"):
            database.answer()
    assert not command._held


def test_a_refused_token_and_an_unknown_app_are_named(proxied: Proxied, programs: Callable[[str], str]) -> None:
    with pytest.raises(NotFound, match='Could not find App "nobody"'):
        proxied(app="nobody").address()
    other = FlyProxy(fly_storage.POSTGRES_APP, 5432, {"PATH": programs("good")}, Secret("T", "fm2_old"))
    with pytest.raises(NotAuthorised, match=r"a token that may open a tunnel.* then set database.proxy_token_env"):
        other.address()


def test_without_fly_it_is_blind() -> None:
    with pytest.raises(InstrumentMissing, match="fly is not on PATH"):
        FlyProxy("db", 5432, {"PATH": ""}, TOKEN).address()


def test_a_proxy_that_never_opens_its_port_is_given_up(proxied: Proxied, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fly_proxy, "UP_SECONDS", 0.5)
    with pytest.raises(NoAnswerInTime, match=r"did not open its port within 0\.5 s and was ended"):
        proxied("hangs").address()
    assert not command._held


def test_a_proxy_that_dies_midway_is_blind_and_never_a_finding(proxied: Proxied, dsn: Secret) -> None:
    database = Database(dsn, way=proxied("dies"))
    for _time in range(2):
        with pytest.raises(Blind, match=r"fly proxy .* failed: the tunnel closed"):
            database.answer()


def test_a_database_that_does_not_answer_behind_it_is_blind(programs: Callable[[str], str], dsn: Secret) -> None:
    proxy = FlyProxy(fly_storage.POSTGRES_APP, 5433, {"PATH": programs("good")}, TOKEN)
    with pytest.raises(Blind, match="cannot be told from here"):
        Database(dsn, way=proxy).answer()


def test_what_the_server_itself_says_is_no_fault_of_the_way(proxied: Proxied) -> None:
    with pytest.raises(NotAuthorised, match="refused the login"):
        Database(Secret("D", "postgresql://postgres:no@h/postgres"), way=proxied()).answer()


@pytest.mark.parametrize("kind", ["the stand-in", "one that heeds neither input nor SIGTERM"])
def test_after_a_kill_of_the_run_it_is_gone(
    programs: Callable[[str], str], eventually: Eventually, tmp_path: Path, kind: str
) -> None:
    path = programs("good")
    if kind != "the stand-in":
        (tmp_path / "bin" / "fly").write_text(STUBBORN.format(python=sys.executable), encoding="utf-8")
    words = [sys.executable, "-c", KEEP, fly_storage.POSTGRES_APP, path]
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    run = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environ)
    assert run.stdout is not None
    port = int(run.stdout.readline())
    assert listens(port)
    run.send_signal(signal.SIGKILL)
    run.communicate()
    assert eventually(lambda: not listens(port))


def test_an_error_that_reads_like_a_silent_server_is_the_way_s_all_the_same(dsn: Secret) -> None:
    class Late(FlyProxy):
        def address(self) -> tuple[str, int]:
            return "127.0.0.1", 1

        def blamed(self, error: Blind) -> Blind:
            return NoAnswerInTime("fly proxy failed: i/o timeout")

    with pytest.raises(NoAnswerInTime, match="fly proxy failed"):
        Database(dsn, way=Late("db", 5432, {}, TOKEN)).answer()
