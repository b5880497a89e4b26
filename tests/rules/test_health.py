"""Judging health answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ops_tests.errors import Unreachable
from ops_tests.records.run import Level
from ops_tests.records.web import Answer, HealthAttempt
from ops_tests.rules import health
from ops_tests.target_parts import HealthPart

URL = "https://app.example.com/health"
ANSWER = Answer(URL, 200, {}, '{"status":"ok"}', datetime(2026, 11, 21, tzinfo=UTC), 0.01, 0.01)
HUB = HealthPart(expect={"success": (True,), "data.status": ("healthy", "ok"), "data.services.*": (True,)})


def attempt(answer: Answer | None = ANSWER, unreachable: str = "") -> HealthAttempt:
    return HealthAttempt(URL, answer, unreachable)


def test_a_200_from_its_own_host_is_no_wrong_answer() -> None:
    assert health.wrong_answers(attempt()) == []


@pytest.mark.parametrize(
    ("seen", "said", "level"),
    [
        (attempt(None, unreachable="refused"), "nobody answers: refused", Level.L3),
        (attempt(replace(ANSWER, status=503, body="")), f"{URL} answered 503 (no body)", Level.L3),
        (attempt(replace(ANSWER, status=404, body="<p>gone</p>")), f"{URL} answered 404 (<p>gone</p>)", Level.L1),
        (
            attempt(replace(ANSWER, status=302, redirected_to="https://login.example.net")),
            f"{URL} leads to another host, https://login.example.net",
            Level.L1,
        ),
    ],
)
def test_a_wrong_answer_says_what_was_seen_and_has_its_level(seen: HealthAttempt, said: str, level: Level) -> None:
    assert health.wrong_answers(seen) == [said]
    assert health.outage_level(seen) is level


def test_nothing_is_judged_while_nobody_answers() -> None:
    with pytest.raises(Unreachable, match="cannot be judged while nobody answers: refused"):
        health.judged_answer(attempt(None, unreachable="refused"))


def test_the_second_answer_counts_after_a_cold_start_and_the_first_is_told() -> None:
    cold = HealthAttempt(URL, replace(ANSWER, seconds=4.0), again=ANSWER, woken="d894520f510978")
    assert health.judged_answer(cold) is ANSWER
    assert health.cold_start_notes(cold) == ["cold start: the first request woke machine d894520f510978 and took 4 s"]
    assert health.cold_start_notes(attempt()) == []


@pytest.mark.parametrize(
    ("body", "part", "said"),
    [
        ('{"status":"ok","extra":1}', HealthPart(), []),
        ('{"status":"degraded"}', HealthPart(), ['status is "degraded", expected "ok" or "healthy"']),
        ('{"state":"ok"}', HealthPart(), ['status is null, expected "ok" or "healthy"']),
        ("<html>502</html>", HealthPart(), ["the body is not JSON: '<html>502</html>'"]),
        ("", HealthPart(), ["the body is empty"]),
        ('"ok"', HealthPart(), ['status is null, expected "ok" or "healthy"']),
        (" ok\n", HealthPart(plain_text="ok"), []),
        ("not ok", HealthPart(plain_text="ok"), ["the body is 'not ok', expected 'ok'"]),
        ('{"success":true,"data":{"status":"ok","services":{"d1":true,"kv":true}}}', HUB, []),
        (
            '{"success":1,"data":{"status":"degraded","services":{"d1":true,"kv":false}}}',
            HUB,
            [
                "success is 1, expected true",
                'data.status is "degraded", expected "healthy" or "ok"',
                "data.services.kv is false, expected true",
            ],
        ),
        (
            '{"success":true,"data":{"status":"ok","services":{}}}',
            HUB,
            ["data.services.* is null, expected true"],
        ),
    ],
)
def test_every_field_that_does_not_say_healthy_is_named(body: str, part: HealthPart, said: list[str]) -> None:
    assert health.unhealthy_fields(replace(ANSWER, body=body), part) == said


def test_a_damaged_body_is_unhealthy_even_when_its_beginning_parses() -> None:
    assert health.unhealthy_fields(replace(ANSWER, damage="cut short"), HealthPart()) == ["the body is cut short"]
