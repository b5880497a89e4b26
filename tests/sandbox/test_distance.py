"""The way to the far sandbox: every byte arrives, in order, half a round trip later; and suites stay within time."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from ops_tests.sandbox.distance import Distance
from tests.patience import calm_run

ROUND_TRIP = 0.15


@pytest.fixture
def parts() -> Iterator[ExitStack]:
    """What is opened in a test, closed behind it."""
    with ExitStack() as parts:
        yield parts


@pytest.fixture
def echo(parts: ExitStack) -> int:
    """The port of a server that says whatever it hears, to one connection after the other."""
    server = parts.enter_context(socket.create_server(("127.0.0.1", 0)))

    def answer() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                while piece := connection.recv(65536):
                    connection.sendall(piece)

    threading.Thread(target=answer, daemon=True).start()
    return int(server.getsockname()[1])


def said(connection: socket.socket, length: int) -> bytes:
    """So many bytes, or fewer when the connection ends."""
    found = b""
    while len(found) < length and (piece := connection.recv(65536)):
        found += piece
    return found


def test_an_answer_takes_a_round_trip_and_the_first_one_another(echo: int, parts: ExitStack) -> None:
    far = Distance(ROUND_TRIP, parts).port(echo)
    with closing(socket.create_connection(("127.0.0.1", far), timeout=20)) as connection:
        took = []
        for word in (b"first", b"second"):
            started = time.monotonic()
            connection.sendall(word)
            assert said(connection, len(word)) == word
            took.append(time.monotonic() - started)
    assert took[0] > 2 * ROUND_TRIP - 0.02
    assert took[1] > ROUND_TRIP - 0.02


def test_much_arrives_whole_and_in_order(echo: int, parts: ExitStack) -> None:
    far = Distance(ROUND_TRIP, parts).port(echo)
    sent = b"".join(number.to_bytes(4, "big") for number in range(500_000))
    with closing(socket.create_connection(("127.0.0.1", far), timeout=20)) as connection:
        threading.Thread(target=connection.sendall, args=(sent,), daemon=True).start()
        assert said(connection, len(sent)) == sent


def test_who_is_refused_beyond_is_cut_off(parts: ExitStack) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        far = Distance(ROUND_TRIP, parts).port(bound.getsockname()[1])
        connection = parts.enter_context(socket.create_connection(("127.0.0.1", far), timeout=20))
        with suppress(ConnectionResetError):
            assert connection.recv(1) == b""


def test_without_a_distance_nothing_lies_between(parts: ExitStack) -> None:
    near = Distance(0, parts)
    assert near.port(4711) == 4711
    assert near.url("https://127.0.0.1:4711") == "https://127.0.0.1:4711"


@pytest.mark.long
@pytest.mark.parametrize(("suite", "seconds"), [("smoke", 30), ("audit", 60)])
def test_a_suite_ends_in_time_as_far_away_as_production(suite: str, seconds: float, tmp_path: Path) -> None:
    run, _ = calm_run(tmp_path, "-m", suite, "--fault", "far-away")
    assert run.status == 0, run.output
    assert run.record is not None
    assert (run.record.finished_at - run.record.started_at).total_seconds() < seconds
