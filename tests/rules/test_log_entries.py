"""Joining lines to entries."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from ops_tests.records.logs import LogLine
from ops_tests.rules.log_entries import entries
from ops_tests.rules.log_errors import ErrorKind, kind, rejected_deliveries
from ops_tests.rules.log_shapes import described, shapes

NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
DUMP = (
    "APP/UNINSTALLED: webhook error: Response {",
    "  status: 401,",
    "  headers: Headers {",
    "  },",
    "  url: ''",
    "}",
)


def line(message: str, seconds: float = 0, instance: str = "a", level: str = "info", provider: str = "app") -> LogLine:
    return LogLine(NOON + timedelta(seconds=seconds), message, instance, level, provider)


def texts(*lines: LogLine) -> list[str]:
    return [entry.text for entry in entries(lines)]


def test_a_stack_trace_is_one_entry() -> None:
    trace = ["Error: boom", "    at handler (/app/server.js:10:5)", "    at async run (/app/server.js:2:1)"]
    assert texts(*map(line, trace)) == ["\n".join(trace)]


def test_a_stack_trace_whose_indent_was_lost_is_one_entry() -> None:
    trace = ["Error: boom", "at handler (/app/server.js:10:5)", "at node:internal:23:47", "at Promise (<anonymous>)"]
    assert texts(*map(line, trace)) == ["\n".join(trace)]


def test_a_sentence_that_begins_with_at_is_its_own_entry() -> None:
    assert len(texts(line("GET /health 200 - - 3 ms"), line("at midnight the clean-up ran"))) == 2


def test_a_dumped_response_is_one_entry() -> None:
    found = entries([*map(line, DUMP), line("GET /health 200 - - 3 ms")])
    assert len(found) == 2
    assert rejected_deliveries(found) == found[:1]


def test_a_dumped_response_whose_indent_was_lost_is_one_entry() -> None:
    assert len(texts(*(line(text.strip()) for text in DUMP))) == 1


def test_json_over_several_lines_is_one_entry() -> None:
    (entry,) = entries([line(text) for text in ("{", '"path": "/app",', '"level":', '"error"', "}")])
    assert kind(entry) is ErrorKind.LEVEL


def test_an_access_line_never_continues_a_dump() -> None:
    assert len(texts(line("sync {"), line("POST /webhooks/app/uninstalled 503 - - 4 ms"))) == 2


def test_prismas_message_behind_blank_lines_belongs_to_its_error() -> None:
    lines = ["PrismaClientKnownRequestError: ", "Invalid `prisma.webhookEvent.create()` invocation:", "", "",
             "Unique constraint failed on the fields: (`id`)", "    at x (/app/a.js:1:2) {", "  code: 'P2002',",
             "  meta: { modelName: 'WebhookEvent' }", "}"]  # fmt: skip
    (entry,) = entries([line(text) for text in lines])
    assert kind(entry) is None


def test_interleaved_machines_do_not_mix() -> None:
    lines = [line(text, instance=machine) for text in DUMP for machine in ("a", "b")]
    found = entries(lines)
    assert [entry.instance for entry in found] == ["a", "b"]
    assert {entry.text for entry in found} == {"\n".join(DUMP)}


def test_the_proxys_line_does_not_end_the_applications_dump() -> None:
    lines = [line(DUMP[0]), line("could not proxy", level="error", provider="proxy"), *map(line, DUMP[1:])]
    assert texts(*lines) == ["\n".join(DUMP), "could not proxy"]


def test_a_line_that_comes_later_is_its_own_entry() -> None:
    assert len(texts(line("Error: boom"), line("    indented", seconds=3))) == 2


def test_a_message_with_line_breaks_is_one_entry_without_carriage_returns() -> None:
    assert texts(line("Error: boom\r\n    at x (a.js:1:2)\r\n\r\n")) == ["Error: boom\n    at x (a.js:1:2)"]


def test_colours_and_nul_bytes_are_removed() -> None:
    assert texts(line("\x1b[31mer\0ror\x1b[0m \x1b]0;title\x07here")) == ["error here"]


def test_a_line_without_text_makes_no_entry() -> None:
    assert texts(line(""), line("  "), line("\x1b[0m"), line("\r\n")) == []


def test_an_entry_bears_time_machine_level_and_provider_of_its_first_line() -> None:
    (entry,) = entries([line("Error: boom", 1, "m1", "error", "proxy"), line("  more", 2, "m1", "error", "proxy")])
    assert (entry.timestamp, entry.instance) == (NOON + timedelta(seconds=1), "m1")
    assert (entry.level, entry.provider) == ("error", "proxy")


def test_a_line_of_five_megabytes_is_judged() -> None:
    filler = ("prisma " * 8 + "x" * 400 + " status " + "1234567890 " * 20) * 7500
    (entry,) = entries([line(filler + " status=503")])
    assert len(entry.text) > 5_000_000
    assert kind(entry) is ErrorKind.STATUS_5XX


def test_arbitrary_text_never_raises() -> None:
    dice = random.Random(503)
    pieces = [*"{}[]()<>:=,;.?&\"'`\\|-→ \t\n\r\0\x1b/%@+0459aEé€😀\u2028\ud800", "status", "503", "429", "GET /",
              "error", "webhook error", "prisma", "Response", "payload for ", "P2002", "level=", "HTTP/1"]  # fmt: skip
    messages = ["".join(dice.choices(pieces, k=dice.randrange(60))) for _ in range(2000)]
    found = entries([line(message, number / 10) for number, message in enumerate(messages)])
    assert rejected_deliveries(found) is not None
    assert described(shapes(found))
