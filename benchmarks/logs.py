"""``make bench ARGS=logs``: the errors of a saved log, beside the runbook's own grep on the same file."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from io import BytesIO
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks import labelled_log
from benchmarks.figure import Claim, Figure
from benchmarks.side_by_side import HEADER, Measured, interleaved, process
from ops_tests.clients.fly_log_file import TEXT
from ops_tests.rules.log_scan import Scan

if TYPE_CHECKING:
    from benchmarks.labelled_log import Event

PATTERN = r"(webhook error|prisma[A-Za-z0-9 _-]*error|(^|[^0-9])429([^0-9]|$)|\b5[0-9]{2}\b)"
"""The runbook's."""
LABELLED = 30_000
SIZE = 200 * 10**6
DENSE_SIZE = 40 * 10**6
MEMORY_MIB = 64.0
SEED = 20260820
OURS, COUNTED, GREP = "ours: logs --file", "ours, counting", "LC_ALL=C grep -Eic"
Keys = set[tuple[object, str]]

COUNTING = (
    "import sys\n"
    "from ops_tests.clients.fly_log_file import TEXT\n"
    "from ops_tests.rules.log_scan import Scan\n"
    "with open(sys.argv[1], 'rb') as log:\n"
    "    print(sum(1 for _ in Scan(log, TEXT).errors()))\n"
)
"""What ``grep -c`` does, done by what ``logs --file`` reads with."""
SHAPES = """
Labels come from how an event was made. The rules were written beside lines of these shapes: a recall of 1 says
that they know every shape in the catalogue, not that there is no other."""
SCORED = """
grep is scored to its advantage: an event counts once, however many of its lines fit, and -a lets it read on
behind a NUL byte. What it misses has no number and no word of the pattern (`level=error`, `TypeError:`, colours or NUL
bytes within a word); what it finds too much are sizes, durations, ids, and our own forged deliveries."""
PROFILE = """
Profile of the sparse log: 35 to 40 % RE2's one pass (as fast as grep's), 10 % copies of pieces, the rest the
candidates, 10,000 of 1.4 million lines, of which each is read, joined with its neighbours and judged by the exact rules
in 0.05 ms. So the time grows with the errors: the dense row. Before: every line was read and judged, 26 µs (5 MB/s)."""
PLAIN = """
Plain Python (`lower()`, then `bytes.find` for ten words and two regular expressions) took three times as long as
RE2 for the same look and needs more code than one pattern: hence google-re2."""
PAGES = """
The checks read the platform's HTTP API, 100 lines a page: there a request takes longer than all the rules on its
page, and topics, coverage and leaving out what came twice need every line, so nothing is left out before parsing."""
NOTES = tuple(" ".join(note.split()) for note in (SHAPES, SCORED, PROFILE, PLAIN, PAGES))
UNREACHED = "what is left is the interpreter's share for candidates, each judged by the exact rules: see the profile"


def figure() -> Figure:
    """Score and measure."""
    precision, recall, theirs = _scores(list(islice(labelled_log.events(SEED, 3, 3), LABELLED)))
    with TemporaryDirectory() as name:
        folder = Path(name)
        sparse = _raced(folder, SIZE, one_error_in=1000, one_look_alike_in=100)
        dense = _raced(folder, DENSE_SIZE, one_error_in=20, one_look_alike_in=20)
    logs = (("sparse", sparse, SIZE), ("dense", dense, DENSE_SIZE))
    ratio = sparse[GREP].least / sparse[COUNTED].least
    return Figure(
        title="Reading logs",
        about=f"{LABELLED} labelled events, a third errors, a third look-alikes. Then {SIZE // 10**6} MB as `fly logs` "
        "prints them, one event in 1,000 an error and one in 100 a look-alike, with one line of 5 MB: "
        "`python -m ops_tests logs --file FILE` in a process of its own and the runbook's grep, in turns; and "
        f"{DENSE_SIZE // 10**6} MB in which one event in 20 is an error and one in 20 a look-alike.",
        header=HEADER,
        rows=[row for name, raced, _size in logs for row in _rows(name, raced)],
        claims=[
            Claim("precision", precision, unit="", at_least=0.99),
            Claim("recall", recall, unit="", at_least=0.99),
            Claim("our throughput / grep's, both counting, least", ratio, at_least=0.5, unreached=UNREACHED),
            Claim("peak memory of the command", sparse[OURS].peak_mib, unit=" MiB", at_most=MEMORY_MIB),
        ],
        notes=(
            f"The runbook's grep on the labelled events: precision {theirs[0]:.2f}, recall {theirs[1]:.2f}.",
            *(f"Throughput, {name}: {_throughput(raced, size)}." for name, raced, size in logs),
            *NOTES,
        ),
    )


def _scores(events: list[Event]) -> tuple[float, float, tuple[float, float]]:
    """Our precision and recall, and both of grep."""
    text = "".join(event.text() for event in events).encode()
    labelled = {event.key for event in events if event.error}
    found: Keys = {(entry.timestamp, entry.instance) for entry in Scan(BytesIO(text), TEXT).errors()}
    printed = subprocess.run(
        ["grep", "-anEi", PATTERN], input=text, env=os.environ | {"LC_ALL": "C"}, stdout=subprocess.PIPE, check=True
    ).stdout
    numbers = {int(line.partition(b":")[0]) for line in printed.split(b"\n") if line}
    keys = [event.key for event in events for _line in event.lines]
    return (
        *_precision_and_recall(found, labelled),
        _precision_and_recall({keys[number - 1] for number in numbers}, labelled),
    )


def _precision_and_recall(found: Keys, labelled: Iterable[tuple[object, str]]) -> tuple[float, float]:
    right = len(found.intersection(labelled))
    return right / len(found), right / len(set(labelled))


def _raced(folder: Path, size: int, one_error_in: int, one_look_alike_in: int) -> dict[str, Measured]:
    log, target = folder / "saved.log", folder / "target.toml"
    target.write_text('name = "shop"\nbase_url = "https://shop.example.com"\n', encoding="utf-8")
    _write(log, size, labelled_log.events(SEED, one_error_in, one_look_alike_in))
    ours = [sys.executable, "-m", "ops_tests", "logs", "--target", str(target), "--file", str(log)]
    grep = ["grep", "-Eic", PATTERN, str(log)]
    return interleaved(
        {
            COUNTED: lambda: process([sys.executable, "-c", COUNTING, str(log)], folder),
            OURS: lambda: process(ours, folder),
            GREP: lambda: process(grep, folder, os.environ | {"LC_ALL": "C"}),
        }
    )


def _write(log: Path, size: int, events: Iterable[Event]) -> None:
    with log.open("wb") as file:
        for number, event in enumerate(events):
            file.write((labelled_log.huge(event.at) if number == LABELLED else event).text().encode())
            if file.tell() >= size:
                return


def _rows(name: str, raced: dict[str, Measured]) -> list[list[str]]:
    return [raced[way].row(f"{name}: {way}", raced[GREP]) for way in raced]


def _throughput(raced: dict[str, Measured], size: int) -> str:
    return ", ".join(f"{way} {size / 1e6 / measured.least:.0f} MB/s" for way, measured in raced.items())
