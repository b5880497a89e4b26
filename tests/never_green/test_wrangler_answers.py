"""What wrangler prints, whole, cut, emptied and spoilt: a record or an error, and never fine for want of evidence."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ops_tests.clients import wrangler_errors, wrangler_json
from ops_tests.clients.cloudflare import CloudflarePlatform
from ops_tests.clients.command import CommandResult
from ops_tests.errors import Blind
from ops_tests.limits import Limits
from ops_tests.records.platform import Release
from ops_tests.records.workers import Invocation, Watch
from ops_tests.rules import releases, secrets, workers
from ops_tests.sandbox.evolution_hub.scenario import SECRETS, STAGING, Deployment, Scenario, Worker
from ops_tests.sandbox.wrangler_state import SCRIPT, Access, document
from ops_tests.target_parts import SecretsPart
from tests.never_green.spoiling import (
    DEEP,
    EMPTY_ANSWERS,
    EXAMPLES,
    FEW,
    LONG_NUMBER,
    cut,
    emptied,
    spoilt,
    torn,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
WORKER, DATABASE = f"{SCRIPT}-production", f"{SCRIPT}-main"
HEALTHY = Worker()
DOCUMENTED = SecretsPart(names=SECRETS)
CHATTER = "\n▲ [WARNING] The version of wrangler you are using is now out-of-date.\n\n"
COLOURS = "\x1b[33m▲ \x1b[43;33m[\x1b[43;30mWARNING\x1b[43;33m]\x1b[0m \x1b[1mProcessing\x1b[0m\n"
AFTER = "There is a newer version of Wrangler available (current: 4.86.0, latest: 4.164.0).\n"
REFUSAL = {
    "error": {
        "text": "A request to the Cloudflare API (/accounts/a/d1/database/d/query) failed.",
        "notes": [{"text": "D1 DB is overloaded. Requests queued for too long. [code: 7429]"}],
        "kind": "error",
        "name": "APIError",
        "code": 7429,
    }
}
ONE = [{"results": [{"one": 1}], "success": True, "meta": {"duration": 0.25}}]
NONE_OF_IT = [{"results": [], "success": False, "meta": {}}]
BOOKMARK = {"bookmark": "00000085-0000024c-00004c6d-8e61f4b9"}


def listed(worker: Worker, part: str) -> Any:
    """What wrangler lists of a Worker."""
    plan = document(replace(Scenario(), worker=worker), Access("r", "a"), Path(), NOW)
    return plan["workers"][WORKER][part]


def printed(found: Any, indent: int = 2) -> str:
    """JSON as wrangler prints it."""
    return json.dumps(found, indent=indent, ensure_ascii=False) + "\n"


def platform_saying(monkeypatch: pytest.MonkeyPatch, deployments: str, versions: str) -> CloudflarePlatform:
    """A platform whose wrangler prints these texts: what comes of a text is under test, not the process."""
    platform = CloudflarePlatform(WORKER, {}, None)
    texts = {"deployments": deployments, "versions": versions}
    monkeypatch.setattr(platform._wrangler, "_read", lambda *words, **_: texts[words[0]])
    return platform


def of(deployments: str, versions: str = "") -> tuple[Release, ...]:
    """The releases that come of what was printed."""
    with pytest.MonkeyPatch.context() as patch:
        return platform_saying(patch, deployments, versions or printed(listed(HEALTHY, "versions"))).releases()


def release_words(deployments: str, versions: str = "") -> list[str]:
    """All that checks would say of releases; blind is said too."""
    try:
        found = of(deployments, versions)
        newest = releases.newest(found)
        said = releases.incomplete(found, newest.split)
        candidates = releases.rollback_candidates(found)
        "\n".join([*map(releases.described, found), *(one.description for one in found)]).encode()
    except Blind as error:
        return [str(error)]
    return [*said, *([] if candidates else ["no candidate"])]


def secret_words(text: str) -> list[str]:
    """All that checks would say of secrets."""
    try:
        names = wrangler_json.secret_names(text)
    except Blind as error:
        return [str(error)]
    return secrets.undocumented(names, DOCUMENTED)


def d1_words(text: str) -> list[str]:
    """All that a check would say of D1's answer."""
    try:
        answer = wrangler_json.d1_answer(text, DATABASE)
    except Blind as error:
        return [str(error)]
    workers.answered_in(answer).encode()
    return workers.unanswered(answer, Limits().database_seconds)


def bookmark_words(text: str) -> list[str]:
    """All that a check would say of time travel."""
    try:
        seen = wrangler_json.d1_bookmark(text, DATABASE)
        seen.bookmark.encode()
        return workers.unrecoverable(seen)
    except Blind as error:
        return [str(error)]


Say = Callable[[str], list[str]]
WHOLE: dict[str, tuple[Any, Say]] = {
    "deployments": (listed(HEALTHY, "deployments"), release_words),
    "secrets": (listed(HEALTHY, "secrets"), secret_words),
    "D1's answer": (ONE, d1_words),
    "a bookmark": (BOOKMARK, bookmark_words),
}
GRADUAL = Worker(deployments=(*HEALTHY.deployments[:-1], Deployment(20, ((41, 50), (40, 50)))))
ONLY_ONE = Worker(versions=HEALTHY.versions[-1:], deployments=HEALTHY.deployments[-1:])
SAME_AGAIN = Worker(deployments=(Deployment(60, ((41, 100),)), Deployment(20, ((41, 100),), "secret")))
FAULTS: dict[str, tuple[Any, Say]] = {
    "a gradual deployment": (listed(GRADUAL, "deployments"), release_words),
    "nothing to go back to": (listed(ONLY_ONE, "deployments"), release_words),
    "a changed secret and nothing to go back to": (listed(SAME_AGAIN, "deployments"), release_words),
    "a secret that is missing": (listed(replace(HEALTHY, secrets=SECRETS[1:]), "secrets"), secret_words),
    "a secret nobody documented": (listed(replace(HEALTHY, secrets=(*SECRETS, "DEBUG")), "secrets"), secret_words),
    "a refusal": (REFUSAL, d1_words),
    "a statement that failed": (NONE_OF_IT, d1_words),
    "a refusal of time travel": (REFUSAL, bookmark_words),
    "no bookmark": ({}, bookmark_words),
}
EACH = pytest.mark.parametrize("kind", WHOLE)


@EACH
@pytest.mark.parametrize("before", ["", CHATTER, COLOURS, AFTER])
@pytest.mark.parametrize("after", ["", AFTER])
def test_the_whole_answer_is_fine_whatever_wrangler_talks(kind: str, before: str, after: str) -> None:
    found, say = WHOLE[kind]
    assert say(before + printed(found) + after) == []


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("before", ["", CHATTER, AFTER])
def test_a_fault_is_told_whatever_wrangler_talks(fault: str, before: str) -> None:
    found, say = FAULTS[fault]
    assert say(before + printed(found) + AFTER)


@EACH
@EXAMPLES
@given(data=st.data())
def test_a_cut_answer_is_never_fine(kind: str, data: st.DataObject) -> None:
    found, say = WHOLE[kind]
    assert say(CHATTER + data.draw(cut(printed(found))))


@EACH
@pytest.mark.parametrize("text", EMPTY_ANSWERS)
def test_an_empty_answer_is_never_fine(kind: str, text: str) -> None:
    assert WHOLE[kind][1](text)


@pytest.mark.parametrize("fault", FAULTS)
@EXAMPLES
@given(data=st.data())
def test_emptying_a_place_hides_no_fault(fault: str, data: st.DataObject) -> None:
    found, say = FAULTS[fault]
    assert say(printed(data.draw(emptied(found))))


@EXAMPLES
@given(
    deployments=st.permutations(listed(GRADUAL, "deployments")), versions=st.permutations(listed(HEALTHY, "versions"))
)
def test_the_order_hides_no_gradual_deployment(deployments: list[Any], versions: list[Any]) -> None:
    assert release_words(printed(deployments), printed(versions)) == release_words(
        printed(listed(GRADUAL, "deployments"))
    )


@EXAMPLES
@given(versions=spoilt(listed(HEALTHY, "versions")), text=torn(printed(listed(HEALTHY, "versions"))))
def test_spoilt_versions_make_a_gradual_deployment_no_better(versions: Any, text: str) -> None:
    assert release_words(printed(listed(GRADUAL, "deployments")), printed(versions))
    assert release_words(printed(listed(GRADUAL, "deployments")), text or " ")


@EACH
@EXAMPLES
@given(data=st.data())
def test_a_spoilt_or_torn_answer_is_a_record_or_an_error(kind: str, data: st.DataObject) -> None:
    found, say = WHOLE[kind]
    "\n".join(say(printed(data.draw(spoilt(found))))).encode()
    "\n".join(say(data.draw(torn(CHATTER + printed(found) + AFTER)))).encode()


@pytest.mark.parametrize("text", [DEEP, "[" + LONG_NUMBER + "]", '[{"id": "' + LONG_NUMBER + '"}]', "\n" * 10_000])
@pytest.mark.parametrize("kind", WHOLE)
def test_depth_and_length_are_no_crash(kind: str, text: str) -> None:
    assert WHOLE[kind][1](text)


@EXAMPLES
@given(data=st.data())
@example(data=None)
def test_a_spoilt_refusal_is_still_no_answer(data: st.DataObject | None) -> None:
    text = printed(data.draw(spoilt(REFUSAL))) if data else DEEP
    assert d1_words(text)
    assert bookmark_words(text)
    told = wrangler_errors.failure(CommandResult(("wrangler", "d1"), 1, text, "", 0), WORKER, "T")
    str(told).encode()


STALE = replace(STAGING, versions=STAGING.versions[:1], deployments=STAGING.deployments[:1])
PAST_STAGING = Worker(
    versions=HEALTHY.versions, deployments=(*HEALTHY.deployments, Deployment(1, ((40, 100),), "rollback"))
)


def staging_words(staging: str, production: str) -> list[str]:
    """All that a check would say of staging."""
    try:
        return workers.behind(of(staging), of(production))
    except Blind as error:
        return [str(error)]


@EXAMPLES
@given(data=st.data())
def test_emptying_or_cutting_hides_no_change_past_staging(data: st.DataObject) -> None:
    staging, production = listed(STALE, "deployments"), listed(PAST_STAGING, "deployments")
    assert staging_words(printed(staging), printed(production))
    assert staging_words(data.draw(cut(printed(staging))), printed(production))
    assert staging_words(printed(data.draw(emptied(staging))), printed(production))
    assert staging_words(printed(staging), data.draw(cut(printed(production))))
    assert staging_words(printed(data.draw(st.permutations(staging))), printed(data.draw(st.permutations(production))))


def event(outcome: str = "ok", status: int | None = 200, url: str = "https://hub.example/tools") -> dict[str, Any]:
    """An invocation as ``wrangler tail`` tells it."""
    response = {} if status is None else {"response": {"status": status}}
    return {
        "wallTime": 3,
        "truncated": False,
        "outcome": outcome,
        "scriptName": WORKER,
        "exceptions": [{"name": "TypeError", "message": "no", "timestamp": 1}] if outcome == "exception" else [],
        "logs": [],
        "eventTimestamp": 1,
        "event": {"request": {"url": url, "method": "GET", "headers": {}}, **response},
    }


WELL = [event(), event(status=302), event("canceled", None)]
FAILED = {
    "an exception": event("exception", None),
    "too much CPU": event("exceededCpu", None),
    "an outcome nobody knows": event("scriptNotFound", None),
    "an answer of 500": event("ok", 503),
}


def tail(items: list[Any]) -> str:
    """Objects of several lines, one after the other."""
    return "".join(printed(item, indent=4) for item in items)


def watch_words(text: str, *, own_seen: bool = True) -> list[str]:
    """All that the check of invocations would say."""
    found, damage = wrangler_json.invocations(text)
    seen = Watch(WORKER, 15, found, 2, own_seen, damage)
    try:
        said = workers.failing(seen)
    except Blind as error:
        return [str(error)]
    "\n".join([*said, workers.described(seen)]).encode()
    assert bool(said) == bool(workers.failed(seen))
    return said


def test_a_watch_is_fine_unless_something_failed_or_nothing_was_seen() -> None:
    assert watch_words(tail(WELL)) == []
    assert watch_words(COLOURS + CHATTER + tail(WELL)) == []
    assert watch_words(tail(WELL), own_seen=False)
    assert watch_words("", own_seen=False)


@pytest.mark.parametrize("fault", FAILED)
@EXAMPLES
@given(data=st.data())
def test_order_and_chatter_hide_no_failed_invocation(fault: str, data: st.DataObject) -> None:
    items = data.draw(st.permutations([*WELL, FAILED[fault]]))
    assert watch_words(data.draw(st.sampled_from(["", CHATTER, COLOURS])) + tail(items) + AFTER)


@pytest.mark.parametrize("fault", FAILED)
@EXAMPLES
@given(data=st.data())
def test_emptying_a_place_hides_no_failed_invocation(fault: str, data: st.DataObject) -> None:
    seen = data.draw(emptied(FAILED[fault]))
    nameless = isinstance(seen, dict) and not seen.get("event")  # Cloudflare has such, so the outcome alone decides
    assert watch_words(tail([*WELL, seen])) or nameless


@EXAMPLES
@given(
    where=st.integers(0, 3), text=st.sampled_from([AFTER, "Tail disconnected, exiting.\n", "]", '"x"', "null\n", "7\n"])
)
def test_a_stream_that_stops_being_json_is_never_fine(where: int, text: str) -> None:
    assert watch_words(tail(WELL[:where]) + text + tail(WELL[where:])) or where == 0


@EXAMPLES
@given(where=st.integers(0, 3), kind=st.sampled_from(["overload", "overload-stop"]))
def test_what_was_too_much_to_show_is_never_fine(where: int, kind: str) -> None:
    told = {"outcome": "ok", "event": {"message": "too much", "type": kind}}
    assert watch_words(tail([*WELL[:where], told, *WELL[where:]]))


@EXAMPLES
@given(document=st.lists(st.sampled_from([*WELL, *FAILED.values()])).flatmap(spoilt), text=torn(tail(WELL)))
@example(document=[{"event": {"request": {"url": "http://[", "method": None}}}], text="[[")
@example(document=[{"outcome": "\ud83d", "event": {"request": {"url": "\ud83d"}}}], text="{")
def test_a_spoilt_stream_is_a_record_or_an_error(document: Any, text: str) -> None:
    watch_words(tail(document if isinstance(document, list) else [document]))
    watch_words(text)


@FEW
@given(data=st.data())
def test_a_cut_stream_hides_nothing_before_the_cut(data: st.DataObject) -> None:
    assert watch_words(tail([FAILED["an exception"]]) + data.draw(cut(tail(WELL))))


def test_what_a_tail_tells_of_nobody_leaves_no_query_behind() -> None:
    (seen,), _ = wrangler_json.invocations(tail([event(url="https://h.example/a?email=erika@kundin.example&token=x")]))
    assert seen == Invocation("GET /a", "ok", 200)
