"""Shapes, their sentence, and the personal data that must not be in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ops_tests.rules.log_entries import Entry
from ops_tests.rules.log_personal_data import without_personal_data
from ops_tests.rules.log_shapes import described, evidence, shape, shapes

NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
LETTERS = [first + second for first in "abcdefgh" for second in "abcdefgh"]


def entry(text: str, seconds: float = 0) -> Entry:
    return Entry(NOON + timedelta(seconds=seconds), "a", "info", "app", text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GET /orders/17 500 - - 4.2 ms", "GET /orders/9001 500 - - 503.1 ms"),
        ("ERROR job 0f8fad5b-d9cb-469f-a165-70867728950e", "ERROR job 7c9e6679-7425-40de-944b-e07fc1f90ae7"),
        ("ERROR cleanup for shop-1.myshopify.com", "ERROR cleanup for other-shop.myshopify.com"),
        ("ERROR mail to anna@example.com", "ERROR mail to bernd.b@example.org"),
        ("ERROR no column 'retriedat'", "ERROR no column 'createdat'"),
        ("ERROR commit 429abc5d01", "ERROR commit deadbeef42"),
        ("Prisma error: Can't reach `db.internal:5432`", "Prisma error: Can't reach `10.0.0.7:5433`"),
        ("ERROR connect 10.0.0.1:5432", "ERROR connect 192.168.7.12:6543"),
        ("ERROR host a.example.com", "ERROR host db-7.flycast.internal"),
        ("ERROR x\n    at run (a.js:1:2)", "ERROR x\n    at walk (b.js:7:9)"),
        ("GET /app?shop=a&hmac=00ff 500", "GET /app?shop=b&page=2 500"),
        ("ERROR since 2026-08-20T10:11:12Z", "ERROR since 2026-11-02T00:00:00.123Z"),
    ],
)  # fmt: skip
def test_what_varies_does_not_make_another_shape(one: str, other: str) -> None:
    assert shape(entry(one)) == shape(entry(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GET /app 500 - - 4 ms", "GET /app 503 - - 4 ms"),
        ("GET /app 500 - - 4 ms", "POST /app 500 - - 4 ms"),
        ('{"level":"error","msg":"queue full"}', '{"level":"error","msg":"disk full"}'),
        ("Prisma error { code: 'P1001' }", "Prisma error { code: 'P2024' }"),
        ("prisma error P1001", "prisma error P2024"),
    ],
)
def test_what_tells_failures_apart_stays_in_the_shape(one: str, other: str) -> None:
    assert shape(entry(one)) != shape(entry(other))


@pytest.mark.parametrize(
    "private",
    [
        'CUSTOMERS/REDACT payload for cool-shop.myshopify.com: {"customer":{"email":"a@b.de","note":"Geheim"}}',
        "CUSTOMERS/REDACT payload for cool-shop.myshopify.com: {\n  note: 'Geheim'\n}",
        "mail to geheim@example.com failed",
        "mail to geheim%40example.com failed",
        "mail to jürgen.geheim+shop@müller-söhne.de failed",
        "shop geheim.myshopify.com failed",
        "https://admin.shopify.com/store/geheim/apps",
    ],
)
def test_personal_data_is_cut(private: str) -> None:
    cut = without_personal_data(private).lower()
    assert "geheim" not in cut
    assert "cool-shop" not in cut


@pytest.mark.parametrize(
    "number",
    ["+49 171 1234567", "+1-555-010-0199", "0049 171 1234567", "0171/1234567", "0171 123 45 67", "(555) 010-0199",
     "555-010-0199"],
)  # fmt: skip
def test_telephone_numbers_are_cut(number: str) -> None:
    assert without_personal_data(f"call {number}, please") == "call <phone>, please"


@pytest.mark.parametrize("text", ['"phone":"5550100199"', "phone: '5550100199'", 'tel="5550100199"'])
def test_the_value_of_a_telephone_field_is_cut(text: str) -> None:
    assert "5550100199" not in without_personal_data(text)


@pytest.mark.parametrize(
    "text",
    ["2026-08-20T10:11:12.123Z GET /health 200 - - 8.284 ms", "connect 127.0.0.1:5432", "took 0.503 s", "v5.0.3",
     "2026-08-20 05:00:50", "machine d8d4017a6e3278 port 3000", "0f8fad5b-d9cb-469f-a165-70867728950e"],
)  # fmt: skip
def test_what_is_not_personal_stays(text: str) -> None:
    assert without_personal_data(text) == text


def test_shapes_are_counted_newest_first_with_the_newest_example() -> None:
    found = shapes([entry("GET /a/1 500"), entry("ERROR disk", 5), entry("GET /a/2 500", 9)])
    assert [(one.count, one.kind, one.example) for one in found] == [
        (2, "status 5xx", "GET /a/2 500"),
        (1, "level error", "ERROR disk"),
    ]
    assert found[0].newest == NOON + timedelta(seconds=9)


def test_the_sentence_names_count_kind_example_and_time() -> None:
    found = shapes([entry("GET /a/1 500"), entry("prisma error P1001", 5), entry("GET /a/2 500", 1)])
    assert described(found) == (
        "3 errors of 2 shapes in the log: 1 x prisma error: prisma error P1001, newest 12:00:05Z; "
        "2 x status 5xx: GET /a/2 500, newest 12:00:01Z"
    )


def test_the_sentence_stays_a_sentence_and_counts_what_it_leaves_out() -> None:
    sentence = described(shapes([entry(f"ERROR {letters} {'x' * 300}", n) for n, letters in enumerate(LETTERS)]))
    assert sentence.startswith("64 errors of 64 shapes in the log: 1 x level error: ERROR hh")
    assert sentence.endswith("more shapes")
    assert len(sentence) < 640


def test_the_evidence_has_twenty_shapes_and_counts_the_rest() -> None:
    lines = evidence(shapes([entry(f"ERROR {letters}", n) for n, letters in enumerate(LETTERS)]))
    assert len(lines) == 21
    assert lines[-1] == "and 44 more shapes"


def test_an_example_bears_no_personal_data() -> None:
    (found,) = shapes([entry("ERROR mail to anna@example.com for cool-shop.myshopify.com")])
    assert found.example == "ERROR mail to <email> for <shop>"
