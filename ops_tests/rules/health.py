"""Judging the health path."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ops_tests.errors import Unreachable
from ops_tests.records.run import Level
from ops_tests.rules.wording import duration, excerpt, seen

if TYPE_CHECKING:
    from ops_tests.records.web import Answer, HealthAttempt
    from ops_tests.target_parts import HealthPart


def wrong_answers(attempt: HealthAttempt) -> list[str]:
    """What the health path did instead of answering 200 from its own host."""
    if attempt.answer is None:
        return [f"nobody answers: {seen(attempt.unreachable)}"]
    answer = judged_answer(attempt)
    if answer.redirected_to:
        return [f"{attempt.url} leads to another host, {answer.redirected_to}"]
    return (
        []
        if answer.status == 200
        else [f"{attempt.url} answered {answer.status} ({excerpt(answer.body) or 'no body'})"]
    )


def outage_level(attempt: HealthAttempt) -> Level:
    """L3 when nobody answers or the server itself fails (5xx), else L1: somebody is there, but not our application."""
    answered = attempt.answer is not None
    return Level.L1 if answered and judged_answer(attempt).status < 500 else Level.L3


def judged_answer(attempt: HealthAttempt) -> Answer:
    """The answer that counts: the second one when the first had to wake a machine.

    Raises:
        Unreachable: Nobody answered, so there is nothing to judge.
    """
    answer = attempt.again or attempt.answer
    if answer is None:
        raise Unreachable(f"cannot be judged while nobody answers: {seen(attempt.unreachable)}")
    return answer


def cold_start_notes(attempt: HealthAttempt) -> list[str]:
    """Say that the first request woke a machine, and what that cost."""
    if not attempt.woken or attempt.answer is None:
        return []
    return [f"cold start: the first request woke machine {attempt.woken} and took {duration(attempt.answer.seconds)}"]


def unhealthy_fields(answer: Answer, part: HealthPart) -> list[str]:
    """What in the body does not say healthy: ``status is 'degraded', expected 'ok'``."""
    if answer.damage:
        return [f"the body is {answer.damage}"]
    if part.plain_text is not None:
        found = answer.body.strip()
        return [] if found == part.plain_text else [f"the body is {excerpt(found)!r}, expected {part.plain_text!r}"]
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        return [f"the body is not JSON: {excerpt(answer.body)!r}" if answer.body.strip() else "the body is empty"]
    return [
        f"{place} is {excerpt(json.dumps(found))}, expected {' or '.join(json.dumps(value) for value in wanted)}"
        for key, wanted in part.expect.items()
        for place, found in _values(body, key)
        if not any(found == value and type(found) is type(value) for value in wanted)
    ]


def _values(body: Any, dotted: str) -> Iterator[tuple[str, Any]]:
    """Every value a dotted key leads to, with its full place; a key that is not there leads to None."""
    found = [("", body)]
    for step in dotted.split("."):
        found = [(f"{place}.{key}".lstrip("."), value) for place, node in found for key, value in _step(node, step)]
    yield from found


def _step(node: Any, step: str) -> list[tuple[str, Any]]:
    if not isinstance(node, dict):
        return [(step, None)]
    if step == "*":
        return list(node.items()) or [("*", None)]
    return [(step, node.get(step))]
