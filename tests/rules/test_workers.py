"""Judging a Worker's invocations, its way past staging, and its database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ops_tests.errors import NotCovered
from ops_tests.limits import Limits
from ops_tests.records.platform import Image, Release
from ops_tests.records.workers import D1Answer, D1Bookmark, Invocation, Watch
from ops_tests.rules import workers

NOW = datetime(2026, 11, 20, tzinfo=UTC)
LIMIT = Limits().database_seconds
WELL = (Invocation("GET /", "ok", 200), Invocation("GET /a", "canceled"), Invocation("cron", "ok"))
ANSWER = D1Answer("hub", 1, "", 0.002)


def watched(*invocations: Invocation, own_seen: bool = True, damage: str = "") -> Watch:
    return Watch("hub", 15, invocations, 3, own_seen, damage)


def released(number: int, days_ago: float, description: str = "deployment") -> Release:
    return Release(number, "complete", NOW - timedelta(days=days_ago), Image("hub", str(number)), description)


def test_nothing_is_said_of_what_ended_well() -> None:
    assert workers.failing(watched(*WELL, Invocation("GET /b", "ok", 499))) == []
    assert workers.failed(watched(*WELL)) == 0


@pytest.mark.parametrize("outcome", ["exception", "exceededCpu", "exceededMemory", "unknown", "scriptNotFound"])
def test_every_other_outcome_is_told(outcome: str) -> None:
    assert workers.failing(watched(*WELL, Invocation("GET /x", outcome))) == [f"1 x GET /x: {outcome}"]


def test_an_outcome_that_is_ok_may_have_answered_500() -> None:
    assert workers.failing(watched(Invocation("GET /x", "ok", 503))) == ["1 x GET /x answered 503"]


def test_what_failed_alike_is_counted_and_the_most_frequent_comes_first() -> None:
    thrown = Invocation("GET /x", "exception", None, ("TypeError", "TypeError", "RangeError"))
    seen = watched(Invocation("cron", "exceededCpu"), thrown, *WELL, thrown)
    assert workers.failing(seen) == ["2 x GET /x: exception (TypeError, RangeError)", "1 x cron: exceededCpu"]
    assert workers.failed(seen) == 3


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/u/erika@kundin.example/x", "/u/<email>/x"),
        ("/u/erika%40kundin.example", "/u/<email>"),
        ("/reset/3f2a9c81d75f2a9c81d7aa", "/reset/<id>"),
        ("/a/cadc96d1-6b0e-4f5c-9d53-2f1e0c7a9b42/b", "/a/<id>/b"),
        ("/api/comments/subscriptions-of-everybody", "/api/comments/subscriptions-of-everybody"),
    ],
)
def test_what_is_somebody_s_is_not_told(path: str, told: str) -> None:
    assert workers.failing(watched(Invocation(f"GET {path}", "exceededCpu"))) == [f"1 x GET {told}: exceededCpu"]


def test_what_differs_only_by_an_id_is_one_failure() -> None:
    found = (Invocation(f"GET /a/{number:030d}", "exceededCpu") for number in range(3))
    assert workers.failing(watched(*found)) == ["3 x GET /a/<id>: exceededCpu"]


def test_a_watch_that_saw_not_even_us_proves_nothing() -> None:
    with pytest.raises(NotCovered, match=r"did not see one of our own 3 requests in 15 s.*platform\.worker"):
        workers.failing(watched(*WELL, own_seen=False))


def test_a_watch_that_is_not_whole_proves_nothing() -> None:
    with pytest.raises(NotCovered, match="is not whole: wrangler said 'Tail disconnected'; expected JSON"):
        workers.failing(watched(*WELL, damage="'Tail disconnected'"))


def test_what_failed_is_told_however_little_was_seen() -> None:
    seen = watched(Invocation("GET /x", "exceededCpu"), own_seen=False, damage="'Tail disconnected'")
    assert workers.failing(seen) == ["1 x GET /x: exceededCpu"]


def test_a_watch_is_described_by_its_outcomes() -> None:
    assert workers.described(watched(*WELL)) == "watched hub for 15 s: 2 ok, 1 canceled; 3 requests were ours"
    assert workers.described(watched()) == "watched hub for 15 s: nothing; 3 requests were ours"


def test_a_change_that_staging_saw_first_is_right() -> None:
    production = [released(40, 6), released(41, 1)]
    assert workers.behind([released(80, 6.1), released(81, 1.1)], production) == []
    assert workers.behind([released(81, 1.1)], production[1:]) == []


def test_without_a_change_of_production_nobody_can_tell_its_way() -> None:
    for none in ([], [replace(released(41, 1), description="rollback: it was slow")]):
        with pytest.raises(NotCovered, match="deployments of production that are listed changed its code"):
            workers.behind([released(81, 1.1)], none)


def test_a_change_past_staging_is_told() -> None:
    (told,) = workers.behind([released(80, 6.1)], [released(41, 1), released(40, 6)])
    assert told == (
        "production got v41 at 2026-11-19 00:00Z, and staging was last deployed at 2026-11-13 21:36Z, before v40"
    )
    assert workers.behind([], [released(41, 1)]) == [
        "production got v41 at 2026-11-19 00:00Z, and staging was never deployed"
    ]


@pytest.mark.parametrize("description", ["rollback: it was slow", "secret"])
def test_rollbacks_and_secrets_are_no_changes(description: str) -> None:
    production = [released(40, 6), released(41, 4), released(40, 1, description)]
    assert workers.behind([released(81, 4.1)], production) == []
    assert workers.behind([released(80, 6.1)], production)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (replace(ANSWER, refusal="D1 DB is overloaded", value=None), ["D1 said of hub: D1 DB is overloaded"]),
        (replace(ANSWER, value=2), ["hub answered 2"]),
        (replace(ANSWER, value="1"), ["hub answered '1'"]),
        (replace(ANSWER, value=True), ["hub answered True"]),
        (replace(ANSWER, value=None), ["hub answered None"]),
        (replace(ANSWER, sql_seconds=LIMIT.value + 1), ["hub took 3 s"]),
        (replace(ANSWER, sql_seconds=LIMIT.value), []),
        (replace(ANSWER, sql_seconds=None), []),
        (ANSWER, []),
    ],
)
def test_only_1_in_time_is_an_answer(answer: D1Answer, told: list[str]) -> None:
    assert workers.unanswered(answer, LIMIT) == told


def test_an_answer_is_told_with_its_time() -> None:
    assert workers.answered_in(ANSWER) == "hub answered in 2 ms"
    assert workers.answered_in(replace(ANSWER, sql_seconds=None)) == "hub answered"
    assert workers.answered_in(replace(ANSWER, refusal="no")) == "hub refused"


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (D1Bookmark("hub", "00000085-0000024c"), []),
        (D1Bookmark("hub"), ["hub has no bookmark"]),
        (D1Bookmark("hub", " "), ["hub has no bookmark"]),
        (D1Bookmark("hub", "x", "overloaded"), ["D1 said of hub: overloaded"]),
    ],
)
def test_without_a_bookmark_there_is_no_way_back(seen: D1Bookmark, told: list[str]) -> None:
    assert workers.unrecoverable(seen) == told
