"""What a metrics service may send: numbers or an error, and never roomy or faultless for want of evidence."""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops_tests.clients.metrics import Metrics
from ops_tests.clients.prometheus import Prometheus
from ops_tests.errors import Blind
from ops_tests.limits import Limits
from ops_tests.rules import machine_load, traffic
from tests.never_green.spoiling import DEEP, EMPTY_ANSWERS, FEW, LONG_NUMBER, emptied, spoilt

APP = "timedify"
Answers = dict[str, Any]
"""The result by the word its query is known by."""
UP = [{"metric": {"app": APP, "instance": "a"}, "value": [0, "1"]}]
WELL: Answers = {
    "fly_instance_up": UP,
    "fly_edge_http_responses_count": [
        {"metric": {"app": APP, "status": "200"}, "value": [0, "11990.5"]},
        {"metric": {"app": APP, "status": "502"}, "value": [0, "3"]},
    ],
    "fly_app_http_response_time_seconds_bucket": [{"metric": {"app": APP}, "value": [0, "0.04"]}],
    "fly_instance_cpu": [{"metric": {"app": APP, "instance": "a"}, "values": [[-3600, "20"], [0, "10"]]}],
    "fly_instance_memory_mem_available": [
        {"metric": {"app": APP, "instance": "a"}, "values": [[-3600, "40"], [0, "41"]]}
    ],
    "fly_instance_exit_": [],
}
FAILING = copy.deepcopy(WELL) | {
    "fly_edge_http_responses_count": [
        {"metric": {"app": APP, "status": "200"}, "value": [0, "9800"]},
        {"metric": {"app": APP, "status": "500"}, "value": [0, "200"]},
    ]
}
CROWDED = copy.deepcopy(WELL) | {
    "fly_instance_cpu": [{"metric": {"app": APP, "instance": "a"}, "values": [[-3600, "95"], [0, "96"]]}]
}
ABOUT_TRAFFIC = ("fly_instance_up", "fly_edge_http_responses_count")
ABOUT_LOAD = ("fly_instance_cpu", "fly_instance_memory_mem_available")


class Service(ThreadingHTTPServer):
    """Answers each query with what a test laid down for it; times count from the moment asked for."""

    daemon_threads = True
    answers: Answers = WELL
    spoil: Callable[[str, str], str] = staticmethod(lambda _word, text: text)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Service

    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        word = next(word for word in self.server.answers if word in asked["query"][0])
        ranged = "/query_range" in self.path
        body = document(self.server.answers[word], float(asked["end" if ranged else "time"][0]), ranged)
        text = self.server.spoil(word, json.dumps(body)).encode("utf-8", "replace")
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


def document(result: Any, now: float, ranged: bool = False) -> dict[str, Any]:
    """The whole answer, with its times moved to ``now``."""
    data = {"resultType": "matrix" if ranged else "vector", "result": moved(result, now)}
    return {"status": "success", "isPartial": False, "data": data}


def moved(result: Any, now: float) -> Any:
    """The result with the first of each pair of time and text counted from ``now``."""
    if isinstance(result, list) and len(result) == 2 and isinstance(result[0], int) and isinstance(result[1], str):
        return [now + result[0], result[1]]
    if isinstance(result, list):
        return [moved(one, now) for one in result]
    return {key: moved(one, now) for key, one in result.items()} if isinstance(result, dict) else result


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    """A metrics service on a real socket."""
    with Service(("127.0.0.1", 0), _Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def said(service: Service, answers: Answers, spoil: Callable[[str, str], str] | None = None) -> list[str]:
    """What clients and rules say about traffic and load; blind is said too, a note likewise."""
    service.answers, service.spoil = answers, spoil or (lambda _word, text: text)
    metrics = Metrics(Prometheus(service.url, "/prometheus/acme", "FlyV1 fm2_x", "FLY_API_TOKEN"), APP)
    try:
        found = [*about_traffic(metrics), *about_load(metrics)]
    finally:
        metrics.close()
    "\n".join(found).encode()
    return found


def about_traffic(metrics: Metrics) -> list[str]:
    """What is wrong with the error rate, or with looking at it."""
    limit = Limits().error_percent
    try:
        seen = metrics.traffic()
    except Blind as error:
        return [str(error)]
    too_many = traffic.decided(seen, limit) > limit.value
    return [*(["too many errors"] if too_many else []), *traffic.undecided(seen, limit)]


def about_load(metrics: Metrics) -> list[str]:
    """What is wrong with the machines' room, or with looking at it."""
    try:
        load = metrics.load()
        machine_load.require_known(load)
    except Blind as error:
        return [str(error)]
    return machine_load.crowded(load, Limits())


def only(word: str, text: str) -> Callable[[str, str], str]:
    """Spoil one query's answer: this text in place of it."""
    return lambda asked, whole: text if asked == word else whole


def test_whole_answers_are_well(service: Service) -> None:
    assert said(service, WELL) == []


@pytest.mark.parametrize("answers", [FAILING, CROWDED])
def test_what_is_ill_is_said(service: Service, answers: Answers) -> None:
    assert len(said(service, answers)) == 1


@pytest.mark.parametrize("word", [*ABOUT_TRAFFIC, *ABOUT_LOAD])
@pytest.mark.parametrize("text", [*EMPTY_ANSWERS, DEEP, LONG_NUMBER, "<html>", '{"status":"error","error":"x"}'])
def test_an_answer_without_an_answer_is_never_well(service: Service, word: str, text: str) -> None:
    assert said(service, WELL, only(word, text))


@pytest.mark.parametrize("word", [word for word in WELL if word != "fly_instance_exit_"])
@FEW
@given(percent=st.integers(0, 99))
def test_a_cut_answer_is_never_well(service: Service, word: str, percent: int) -> None:
    assert said(service, WELL, lambda asked, text: text[: len(text) * percent // 100] if asked == word else text)


@pytest.mark.parametrize(("answers", "word"), [(FAILING, ABOUT_TRAFFIC[1]), (CROWDED, ABOUT_LOAD[0])])
@FEW
@given(data=st.data())
def test_emptying_a_place_makes_nobody_well(service: Service, answers: Answers, word: str, data: st.DataObject) -> None:
    assert said(service, answers | {word: data.draw(emptied(answers[word]))})


@pytest.mark.parametrize("word", [word for word in WELL if word != "fly_instance_exit_"])
@FEW
@given(data=st.data())
def test_a_spoilt_answer_is_a_sentence(service: Service, word: str, data: st.DataObject) -> None:
    said(service, WELL | {word: data.draw(spoilt(WELL[word]))})


@pytest.mark.parametrize("word", [ABOUT_TRAFFIC[1], *ABOUT_LOAD])
@pytest.mark.parametrize("value", ["NaN", "+Inf", "-Inf", "-5", "1e999", "x", ""])
def test_what_is_no_number_is_never_well(service: Service, word: str, value: str) -> None:
    spoilt_values = json.loads(json.dumps(WELL[word]))
    for series in spoilt_values:
        series.update({"value": [0, value]} if "value" in series else {"values": [[0, value]]})
    assert said(service, WELL | {word: spoilt_values})


@pytest.mark.parametrize("word", [*ABOUT_TRAFFIC, *ABOUT_LOAD])
@pytest.mark.parametrize("labels", [{"app": "another"}, {}, {"app": ""}])
def test_numbers_of_another_app_are_never_well(service: Service, word: str, labels: dict[str, str]) -> None:
    series = [{**one, "metric": {**{key: one["metric"][key] for key in one["metric"] if key != "app"}, **labels}}
              for one in WELL[word]]  # fmt: skip
    assert said(service, WELL | {word: series})


@pytest.mark.parametrize("seconds", [-86400, -7200, 7200])
@pytest.mark.parametrize("word", [*ABOUT_TRAFFIC, *ABOUT_LOAD])
def test_numbers_of_another_time_are_never_well(service: Service, word: str, seconds: int) -> None:
    late = moved(json.loads(json.dumps(WELL[word])), 0)
    shifted = json.loads(json.dumps(late), parse_int=lambda text: int(text) + seconds)
    assert said(service, WELL | {word: shifted})


@pytest.mark.parametrize("word", [*ABOUT_TRAFFIC, *ABOUT_LOAD])
def test_a_part_of_the_data_is_never_well(service: Service, word: str) -> None:
    assert said(service, WELL, lambda asked, text: text.replace("false", "true") if asked == word else text)
