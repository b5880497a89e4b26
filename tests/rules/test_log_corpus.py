"""Labelled log messages: every error is found as its kind, and nothing harmless is called an error."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ops_tests.records.logs import LogLine
from ops_tests.rules.log_entries import Entry, entries
from ops_tests.rules.log_errors import errors, kind, rejected_deliveries

NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
CHARACTERS = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "\\": "\\", "x1b": "\x1b"}


def corpus(name: str) -> list[str]:
    text = Path(__file__).with_name(f"corpus_{name}.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if not line.startswith("# ")]


def only_entry(message: str) -> Entry:
    """The message as the log delivers it, with the corpus's stand-ins turned into the characters they stand for."""
    real = re.sub(r"\\(n|r|t|0|\\|x1b)", lambda match: CHARACTERS[match[1]], message)
    (entry,) = entries([LogLine(NOON, real)])
    return entry


@pytest.mark.parametrize("labelled", corpus("errors"))
def test_every_error_is_found_as_its_kind(labelled: str) -> None:
    label, message = labelled.split("\t", 1)
    entry = only_entry(message)
    assert kind(entry) == label
    assert rejected_deliveries([entry]) == []


@pytest.mark.parametrize("message", corpus("rejected"))
def test_every_rejected_delivery_is_listed_and_no_error(message: str) -> None:
    entry = only_entry(message)
    assert rejected_deliveries([entry]) == [entry]
    assert errors([entry]) == []


@pytest.mark.parametrize("message", corpus("harmless"))
def test_nothing_harmless_is_an_error_or_a_rejected_delivery(message: str) -> None:
    entry = only_entry(message)
    assert kind(entry) is None
    assert rejected_deliveries([entry]) == []


def test_the_corpus_is_large_enough_to_mean_something() -> None:
    sizes = {name: len(corpus(name)) for name in ("errors", "rejected", "harmless")}
    assert sizes["errors"] >= 70
    assert sizes["rejected"] >= 12
    assert sizes["harmless"] >= 70
