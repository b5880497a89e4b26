"""Percentiles against a server with a known schedule, and how often intervals and looks err."""

from __future__ import annotations

import math
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import requests

from benchmarks import simulated
from benchmarks.figure import Claim, Figure
from benchmarks.schedule_server import SCHEDULE, TOOK
from benchmarks.side_by_side import ROUNDS
from ops_tests.clients.web import Web
from ops_tests.rules.latency import PERCENTILES, net, percentile

OURS, PEER, FLOOR = "ours", "requests", "a plain socket"
WAYS = (OURS, PEER, FLOOR)
TOLERANCE, LEAST = 0.05, 0.0005
"""Of the truth, and seconds: what a percentile may be off, whichever is more."""
LUCK = 100 * 3 * math.sqrt(0.05 * 0.95 / simulated.TRIALS)
"""Per cent; three standard deviations of 5 % in so many simulations."""
STARTING_SECONDS = 10

Asked = tuple[float, float]
"""How long the client says that an answer took, and the server; seconds."""
Rounds = Sequence[Mapping[str, list[Asked]]]


def figure() -> Figure:
    """Ask by turns, and simulate."""
    with _server() as address:
        rounds = [_asked_by_turns(address) for _ in range(ROUNDS + 1)][1:]
    missed, erred = simulated.missed(), simulated.erred()
    return Figure(
        "Percentiles against a known schedule",
        f"A server on this machine whose answers take 2 ms (90 %), 10 ms (8 %) and 50 ms (2 %) and tell what they "
        f"really took; {len(SCHEDULE)} requests of each client by turns, {ROUNDS} times. Off is the client's "
        "percentile less the server's.",
        ("", "truth", *(title for way in WAYS for title in (f"{way} is off, median", "least"))),
        [_row(name, rounds) for name in PERCENTILES],
        _claims(rounds, missed, erred),
        _notes(rounds, missed, erred),
    )


def _claims(rounds: Rounds, missed: dict[str, float], erred: dict[str, float]) -> list[Claim]:
    worst, most = "the worst of p50, p95 and p99, as a share of 5 % or 0.5 ms", round(5 + LUCK, 2)
    unreached = f"a plain socket is off by {_worst(rounds, FLOOR):.2f} x of it, so the machine had no time for us"
    return [
        Claim(worst, _worst(rounds, OURS), at_most=1, unreached=unreached),
        Claim("the interval misses the truth, of 95 %", 100 * max(missed.values()), " %", at_most=most),
        Claim("three looks at a series on its limit err", 100 * max(erred.values()), " %", at_most=most),
    ]


def _notes(rounds: Rounds, missed: dict[str, float], erred: dict[str, float]) -> list[str]:
    others = f"requests, timed around its call, {_worst(rounds, PEER):.2f} x"
    floor = f"a plain socket, which is what this machine adds by itself, {_worst(rounds, FLOOR):.2f} x"
    simulations = f"{simulated.TRIALS} seeded simulations of each of {len(missed)} intervals and {len(erred)} series"
    intervals, series = max(missed, key=missed.__getitem__), max(erred, key=erred.__getitem__)
    return [
        f"of what a percentile may be off: {others}; {floor}",
        f"{simulations}; promised are 5 %, and {LUCK:.1f} % more are three standard deviations of so many",
        f"worst interval: {intervals}; worst series: {series}",
    ]


@contextmanager
def _server() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="schedule-") as place:
        port = Path(place) / "port"
        started = subprocess.Popen([sys.executable, "-m", "benchmarks.schedule_server", str(port)])
        try:
            ends_at = time.monotonic() + STARTING_SECONDS
            while not port.exists() and time.monotonic() < ends_at:
                time.sleep(0.01)
            yield f"http://127.0.0.1:{port.read_text()}"
        finally:
            started.kill()
            started.wait()


def _asked_by_turns(address: str) -> dict[str, list[Asked]]:
    """The whole schedule by each client, request by request in turns, on a warm connection each."""
    web, session = Web(address), requests.Session()
    host, _, port = address.removeprefix("http://").partition(":")
    plain = socket.create_connection((host, int(port)))
    session.trust_env = False
    web.warm("/health")
    session.get(f"{address}/health")
    connecting = web.connecting_seconds()
    ways: dict[str, Callable[[], Asked]] = {
        OURS: lambda: _by_us(web),
        PEER: lambda: _by_requests(session, f"{address}/requests"),
        FLOOR: lambda: _by_socket(plain),
    }
    asked: dict[str, list[Asked]] = {name: [] for name in ways}
    for _ in SCHEDULE:
        for name, way in ways.items():
            asked[name].append(way())
    web.close()
    session.close()
    plain.close()
    ours = net([mine for mine, _ in asked[OURS]], connecting)
    return asked | {OURS: list(zip(ours, (theirs for _, theirs in asked[OURS]), strict=True))}


def _by_us(web: Web) -> Asked:
    answer = web.get("/ours", follow=False)
    return answer.first_byte_seconds, float(answer.headers[TOOK.lower()])


def _by_requests(session: requests.Session, url: str) -> Asked:
    began = time.perf_counter()
    answer = session.get(url)
    return time.perf_counter() - began, float(answer.headers[TOOK])


def _by_socket(plain: socket.socket) -> Asked:
    """With nothing in between but this machine; an answer comes in one piece, since it was written in one."""
    began = time.perf_counter()
    plain.sendall(b"GET /socket HTTP/1.1\r\nHost: x\r\n\r\n")
    answer = plain.recv(4096)
    seconds = time.perf_counter() - began
    return seconds, float(answer.partition(f"{TOOK}: ".encode())[2].split(b"\r\n")[0])


def _off(asked: list[Asked], name: str) -> tuple[float, float]:
    """A percentile by the server's clock, and how far the client's is from it."""
    mine, truth = (percentile(name, sorted(times)).value for times in zip(*asked, strict=True))
    return truth, mine - truth


def _row(name: str, rounds: Rounds) -> list[str]:
    truth = median(_off(one[OURS], name)[0] for one in rounds)
    cells = []
    for way in WAYS:
        off = [_off(one[way], name)[1] for one in rounds]
        cells += [_ms(median(off)), _ms(min(off, key=abs))]
    return [name, f"{1000 * truth:.2f} ms", *cells]


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:+.2f} ms"


def _worst(rounds: Rounds, way: str) -> float:
    """The worst percentile's distance from the truth, as a share of what it may be off; the median of the rounds."""
    shares = []
    for one in rounds:
        told = [_off(one[way], name) for name in PERCENTILES]
        shares.append(max(abs(off) / max(TOLERANCE * truth, LEAST) for truth, off in told))
    return median(shares)
