"""The scan of a saved log finds what the rules find among all of its entries, and never less."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops_tests.clients.fly_log_file import JSON, TEXT
from ops_tests.errors import Unparsable
from ops_tests.records.logs import LogForm, LogLine
from ops_tests.rules import log_scan
from ops_tests.rules.log_entries import Entry, entries
from ops_tests.rules.log_errors import errors
from ops_tests.rules.log_scan import Scan
from tests.rules.test_log_corpus import CHARACTERS, corpus

NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
SIGNS = (
    "webhook error", "Error:", "PRISMA", "prisma_", " error", "GET /app ", "HTTP/1.1", "status", "=", ": ", "-> ", "→",
    "503", "429", "500", "512", " ms", "ms", "items", ",3", ".5", "%", "/", "error for", "APP/UNINSTALLED",
    "FATAL", "[crit]", "level=panic", '"severity":"alert"', '{"level":', "50", ",", "Uncaught ", "Unhandled",
    "TypeError", "Exception: ", "npm ERR! ", "emerg", "response.", "Too Many Requests", " Service Unavailable", "{",
    "}", "Response ", "401", "no HMAC (test request)", "payload for a: ", "P2002", "webhook_events", "  at f (/a:1:2)",
    "\x1b[31m", "\x1b[0m", "\x1b", "\x1b[2K", "\x1b7", "\0", "\r", "\n", "\t", "\b", "\f", " ", "\\", '"', "'", "<",
    ">", "&", "İ", "K", "\u017f", "é", "\u00a0", "\u2028", "٥٠٣", "🚨", "Herr", "x", "a", "0", "5",
)  # fmt: skip
messages = st.lists(st.sampled_from(SIGNS) | st.text(max_size=3), min_size=1, max_size=8).map("".join)
sources = st.tuples(st.sampled_from("abc"), st.sampled_from(["info", "info", "error"]))
pauses = st.sampled_from([0, 0, 1, 3])


def as_text(line: LogLine) -> bytes:
    """As fly prints a line."""
    head = f"\x1b[2m{line.timestamp:%Y-%m-%dT%H:%M:%SZ}\x1b[0m {line.provider}[{line.instance}] \x1b[32mfra\x1b[0m "
    return f"{head}[\x1b[34m{line.level}\x1b[0m]{line.message}\n".encode("utf-8", "replace")


def as_copied(line: LogLine) -> bytes:
    """As a terminal shows what fly prints."""
    colours = re.compile(rb"\x1b\[\d+m")
    head, _, message = as_text(line).partition(b"\x1b[0m]")
    return colours.sub(b"", head + b"]") + message


def as_json(line: LogLine, *, indent: int | None = 4, ascii_only: bool = False) -> bytes:
    """As fly prints a line with ``--json``: ``<``, ``>`` and ``&`` are escaped, what is not ASCII is not."""
    fields = {"level": line.level, "instance": line.instance, "message": line.message, "region": "fra",
              "timestamp": f"{line.timestamp:%Y-%m-%dT%H:%M:%S.512Z}",
              "meta": {"Event": {"Provider": line.provider}, "Error": {"Code": 0, "Message": ""}}}  # fmt: skip
    text = json.dumps(fields, ensure_ascii=ascii_only, indent=indent)
    for character in "<>&\u2028":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return f"{text}\n".encode("utf-8", "replace")


WAYS: tuple[tuple[LogForm, Callable[[LogLine], bytes]], ...] = (
    (TEXT, as_text),
    (TEXT, as_copied),
    (JSON, as_json),
    (JSON, lambda line: as_json(line, indent=None)),
    (JSON, lambda line: as_json(line, ascii_only=True)),
)


def scanned(records: Iterable[bytes], form: LogForm) -> list[Entry]:
    return in_order(Scan(io.BytesIO(b"".join(records)), form).errors())


def in_order(found: Iterable[Entry]) -> list[Entry]:
    return sorted(found, key=lambda entry: (entry.timestamp, entry.instance, entry.level, entry.text))


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_scan, "PIECE", 300)
    monkeypatch.setattr(log_scan, "REACH", 20_000)


@pytest.mark.parametrize("way", range(len(WAYS)))
@given(st.lists(st.tuples(messages, sources, pauses), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_no_error_is_lost_and_none_is_added(way: int, written: list[tuple[str, tuple[str, str], int]]) -> None:
    form, write = WAYS[way]
    now, records = NOON, []
    for message, (instance, level), pause in written:
        now += timedelta(seconds=pause)
        records.append(write(LogLine(now, message, instance, level, "app")))
    assert scanned(records, form) == in_order(errors(entries([form.line(record) for record in records])))


@pytest.mark.parametrize(("form", "write"), WAYS[:3])
@pytest.mark.usefixtures("small_pieces")
def test_the_labelled_messages_are_judged_alike_whatever_lies_on_the_border_of_two_pieces(
    form: LogForm, write: Callable[[LogLine], bytes]
) -> None:
    labelled = [line.split("\t", 1)[1] for line in corpus("errors")] + corpus("harmless") + corpus("rejected")
    real = (message.replace("\\n", CHARACTERS["n"]).replace("\\x1b", CHARACTERS["x1b"]) for message in labelled)
    records = [write(LogLine(NOON + 3 * at * timedelta(seconds=1), text)) for at, text in enumerate(real)]
    found = scanned(records, form)
    assert len(found) >= 70
    assert found == in_order(errors(entries([form.line(record) for record in records])))


@pytest.mark.usefixtures("small_pieces")
def test_an_entry_that_pieces_cut_is_found_once_and_whole() -> None:
    dump = [
        "APP/UNINSTALLED: webhook error: Response {",
        *(f"  error: {at}," for at in range(40)),
        "  status: 404",
        "}",
    ]
    others = [LogLine(NOON, f"GET /health 200 - - {at}.270 ms", "b", "info", "app") for at in range(len(dump))]
    mixed = [one for at, text in enumerate(dump) for one in (LogLine(NOON, text, "a", "info", "app"), others[at])]
    (entry,) = scanned(map(as_text, mixed), TEXT)
    assert entry.text == "\n".join(dump)


def test_the_stretch_and_the_size_are_those_of_the_whole_log() -> None:
    records = [as_text(LogLine(NOON + timedelta(hours=at), "GET /health 200 - - 4.270 ms")) for at in range(3)]
    scan = Scan(io.BytesIO(b"".join(records)), TEXT)
    assert list(scan.errors()) == []
    assert (scan.size, scan.oldest, scan.newest) == (sum(map(len, records)), NOON, NOON + timedelta(hours=2))


def test_a_record_that_cannot_be_read_is_no_silence() -> None:
    cut = as_json(LogLine(NOON, "webhook error: boom"))[:-40]
    with pytest.raises(Unparsable, match="expected what fly logs prints"):
        scanned([cut], JSON)
