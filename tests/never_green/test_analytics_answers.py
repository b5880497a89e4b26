"""What Cloudflare's analytics may send: numbers or an error, and never faultless for want of evidence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops_tests.clients.cloudflare_analytics import Analytics
from ops_tests.errors import Blind
from ops_tests.limits import Limit
from ops_tests.rules import traffic
from ops_tests.target import Secret
from tests.never_green.conftest import Answering
from tests.never_green.spoiling import DEEP, EMPTY_ANSWERS, FEW, LONG_NUMBER, cut, emptied, places, spoilt, with_value

WORKER = "hub-production"
OBJECTIVE = Limit(value=0.1, unit="%")


def answer(*ended: tuple[str, int, int]) -> dict[str, Any]:
    """A whole answer: how invocations ended, how many, and how many of them are errors."""
    groups = [
        {"sum": {"requests": requests, "errors": errors}, "dimensions": {"scriptName": WORKER, "status": status}}
        for status, requests, errors in ended
    ]
    return {"data": {"viewer": {"accounts": [{"workersInvocationsAdaptive": groups}]}}, "errors": None}


WELL = answer(("success", 11981, 0), ("clientDisconnected", 16, 0), ("scriptThrewException", 3, 3))
FAILING = answer(("success", 11040, 0), ("scriptThrewException", 960, 960))


def said(answering: Answering, text: str) -> list[str]:
    """What client and rules say about this answer; blind is said too, a note likewise."""
    body = text.encode("utf-8", "replace")
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    answering.raw = head.encode() + body
    analytics = Analytics(answering.url, "0" * 32, WORKER, Secret("CLOUDFLARE_API_TOKEN", "x"))
    try:
        seen = analytics.traffic()
    except Blind as error:
        found = [str(error)]
    else:
        too_many = traffic.decided(seen, OBJECTIVE) > OBJECTIVE.value
        found = [*(["too many errors"] if too_many else []), *traffic.undecided(seen, OBJECTIVE)]
        "\n".join(traffic.described(seen)).encode()
    finally:
        analytics.close()
    "\n".join(found).encode()
    return found


def orders() -> Iterator[dict[str, Any]]:
    """The failing answer with its groups the other way round, and the keys of each."""
    groups = FAILING["data"]["viewer"]["accounts"][0]["workersInvocationsAdaptive"]
    turned = [dict(reversed(list(one.items()))) for one in reversed(groups)]
    place = ("data", "viewer", "accounts", 0, "workersInvocationsAdaptive")
    yield with_value(FAILING, place, turned)
    yield dict(reversed(list(FAILING.items())))


def test_a_whole_answer_is_well(answering: Answering) -> None:
    assert said(answering, json.dumps(WELL)) == []


def test_what_fails_is_said_in_whatever_order(answering: Answering) -> None:
    for one in (FAILING, *orders()):
        assert said(answering, json.dumps(one)) == ["too many errors"]


@pytest.mark.parametrize("text", [*EMPTY_ANSWERS, DEEP, LONG_NUMBER, "<html>", '{"success":true,"result":[]}'])
def test_an_answer_without_an_answer_is_never_well(answering: Answering, text: str) -> None:
    assert said(answering, text)


@FEW
@given(data=st.data())
def test_a_cut_answer_is_never_well(answering: Answering, data: st.DataObject) -> None:
    assert said(answering, data.draw(cut(json.dumps(WELL))))


@FEW
@given(data=st.data())
def test_emptying_a_place_makes_nobody_well(answering: Answering, data: st.DataObject) -> None:
    assert said(answering, json.dumps(data.draw(emptied(FAILING))))


@FEW
@given(data=st.data())
def test_a_spoilt_answer_is_a_sentence(answering: Answering, data: st.DataObject) -> None:
    said(answering, json.dumps(data.draw(spoilt(WELL))))


@pytest.mark.parametrize("value", [None, "", "NaN", "11981", -1, 0.5, 1e308, True, [], {}])
def test_what_is_no_number_is_never_well(answering: Answering, value: Any) -> None:
    for place in places(WELL):
        if place[-2:-1] == ("sum",):
            assert said(answering, json.dumps(with_value(WELL, place, value)))


@pytest.mark.parametrize("name", ["hub-staging", "", None, 7])
def test_numbers_of_another_worker_are_never_well(answering: Answering, name: Any) -> None:
    for place in places(WELL):
        if place[-1:] == ("scriptName",):
            assert said(answering, json.dumps(with_value(WELL, place, name)))


@pytest.mark.parametrize("errors", [[{"message": "x"}], [{}], [7], {}, "x", 0, False, ""])
def test_an_error_beside_numbers_is_never_well(answering: Answering, errors: Any) -> None:
    assert said(answering, json.dumps({**WELL, "errors": errors}))
