"""The logs API: who may read, what a page is, and how pages follow each other."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ops_tests.sandbox.log_store import DAY, LogStore
from ops_tests.sandbox.logs_api import LogsApi
from ops_tests.sandbox.scenario import Line

Read = Callable[..., dict[str, Any]]
PATH = "/api/v1/apps/an-app/logs"


@pytest.fixture
def store() -> LogStore:
    """250 lines of the last 250 seconds and one older than a day, written by two machines in turn."""
    store = LogStore(("m1", "m2"))
    store.remember([Line(25 * 3600, "long ago"), *(Line(250 - number, f"line {number}") for number in range(250))])
    return store


@pytest.fixture
def api(store: LogStore) -> Iterator[LogsApi]:
    api = LogsApi(store, "an-app", "fm2_token")
    api.answer()
    yield api
    api.shutdown()
    api.server_close()


@pytest.fixture
def read(api: LogsApi, ask: Callable[..., tuple[int, bytes]]) -> Read:
    def read(query: str = "") -> dict[str, Any]:
        status, body = ask(api.url, "GET", f"{PATH}?{query}", b"", {"Authorization": "FlyV1 fm2_token"})
        assert status == 200
        return dict(json.loads(body))

    return read


def _messages(page: dict[str, Any]) -> list[str]:
    return [item["attributes"]["message"] for item in page["data"]]


@pytest.mark.parametrize(
    ("path", "authorization", "status", "body"),
    [
        (PATH, "Bearer fm2_token", 200, b""),
        (PATH, "", 401, b"Unauthorized"),
        (PATH, "Bearer fm2_other", 401, b"Unauthorized"),
        (PATH, "Bearer FlyV1 fm2_token", 401, b"Unauthorized"),
        ("/api/v1/apps/another/logs", "Bearer fm2_token", 404, b"Not Found"),
        ("/api/v1/apps/another/logs", "", 401, b"Unauthorized"),
        (f"{PATH}?next_token=yesterday", "Bearer fm2_token", 400, b'{"error":"invalid next_token"}'),
    ],
)
def test_who_may_read_what(
    api: LogsApi, ask: Callable[..., tuple[int, bytes]], path: str, authorization: str, status: int, body: bytes
) -> None:
    answered = ask(api.url, "GET", path, b"", {"Authorization": authorization})
    assert answered[0] == status
    assert status == 200 or answered[1] == body


def test_without_a_token_the_newest_hundred_lines_come(read: Read) -> None:
    assert _messages(read()) == [f"line {number}" for number in range(150, 250)]
    assert _messages(read("next_token=")) == _messages(read())


def test_pages_follow_each_other_until_one_is_empty(read: Read) -> None:
    token, pages = str(time.time_ns() - DAY), []
    while (page := read(f"next_token={token}"))["data"]:
        pages.append(_messages(page))
        token = page["meta"]["next_token"]
    assert [len(page) for page in pages] == [100, 100, 50]
    assert [line for page in pages for line in page] == [f"line {number}" for number in range(250)]
    assert page["meta"]["next_token"] == token


def test_any_moment_serves_as_a_token(read: Read) -> None:
    second = read()["data"][1]
    page = read(f"next_token={second['id']}")
    assert _messages(page)[0] == second["attributes"]["message"]


def test_more_than_a_day_back_is_reached_by_token_only(read: Read) -> None:
    assert "long ago" in _messages(read("next_token=1"))


def test_a_machine_s_lines_can_be_asked_for(read: Read) -> None:
    assert {item["attributes"]["instance"] for item in read("instance=m2")["data"]} == {"m2"}
    assert read("region=lhr")["data"] == []


def test_a_line_has_the_documented_shape(read: Read) -> None:
    attributes = read()["data"][-1]["attributes"]
    assert set(attributes) == {"timestamp", "message", "level", "instance", "region", "meta"}
    assert attributes["meta"]["event"] == {"provider": "app"}
    assert (attributes["level"], attributes["region"]) == ("info", "fra")


def test_times_rise_even_when_two_lines_are_written_at_once(store: LogStore) -> None:
    store.remember([Line(0, "a"), Line(1, "b"), Line(1, "c")])
    times = [entry.at for entry in store.page("1")[0]]
    assert times == sorted(set(times))
