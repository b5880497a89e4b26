"""Fly's Prometheus API: a day of traffic and load, computed from the scenario, in VictoriaMetrics' JSON."""

from __future__ import annotations

import itertools
import json
import math
import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ops_tests.sandbox.scenario import Metrics

ORG = "personal"
OTHER_APP = "shop-of-somebody-else"
DAY, HOUR = 86400.0, 3600.0
SLOW_SECONDS = 2.0
HANG_SECONDS = 20.0
_APP = re.compile(r'\{app="([^"]*)"')
_SAMPLED = re.compile(r"histogram_quantile\((0\.\d+), ")
Series = tuple[dict[str, str], Callable[[float], float]]
"""Labels, and the value by how many seconds before now."""
Answer = tuple[int, bytes, dict[str, str]]


class MetricsService:
    """Answers ``query`` and ``query_range`` for the expressions that are asked of it, and 422 to any other."""

    def __init__(self, plan: Metrics, app: str, instances: tuple[str, ...]) -> None:
        self._plan = plan
        self._app = OTHER_APP if plan.api in {"another app", "unfiltered"} else app
        self._instances = instances
        self._asked = itertools.count()

    def answer(self, path: str, asked: Mapping[str, str]) -> Answer:
        """The status, body and headers a request deserves that bore the token."""
        kind = path.removeprefix(f"/prometheus/{ORG}/api/v1/")
        habit = self._plan.api
        if habit == "refused":
            return 401, b"Unauthorized", {"Content-Type": "text/plain"}
        if habit == "limited at first" and next(self._asked) == 0:
            return 429, b"Too Many Requests", {"Content-Type": "text/plain"}
        if kind not in {"query", "query_range"}:
            return 404, b"404 page not found", {"Content-Type": "text/plain"}
        time.sleep({"slow": SLOW_SECONDS, "hangs": HANG_SECONDS}.get(habit, 0))
        if habit == "text":
            return 200, b"<!doctype html><title>Fly.io</title><p>Sign in</p>", {"Content-Type": "text/html"}
        found = None if habit == "error" else self._series(asked.get("query", ""))
        if found is None:
            return _error("cannot execute query: too many points; increase -search.maxPointsPerTimeseries")
        return _success(self._results(found, kind, asked), kind, partial=habit == "partial")

    def _results(self, found: list[Series], kind: str, asked: Mapping[str, str]) -> list[dict[str, Any]]:
        late = DAY if self._plan.api == "stale" else 0.0
        if kind == "query":
            at = float(asked["time"]) - late
            return [{"metric": labels, "value": [at, _text(value(0))]} for labels, value in found]
        start, end, step = (float(asked[name]) for name in ("start", "end", "step"))
        last = 2 * HOUR if self._plan.api == "old load" else 0.0
        times = [start + place * step for place in range(int((end - start) / step) + 1)]
        return [
            {"metric": labels, "values": [[at - late, _text(value(end - at))] for at in times if end - at >= last]}
            for labels, value in found
        ]

    def _series(self, query: str) -> list[Series] | None:
        """The series an expression yields, or None for one that is not known."""
        selected = _APP.search(query)
        ours = self._plan.api == "unfiltered" or (selected is not None and selected[1] == self._app)
        for words, series in self._known(query):
            if words in query:
                nothing = self._plan.api == "empty" or not ours
                return [] if nothing else [({"app": self._app, **labels}, value) for labels, value in series]
        return None

    def _known(self, query: str) -> Iterator[tuple[str, list[Series]]]:
        plan, undefined = self._plan, self._plan.api == "NaN"
        quantile = _SAMPLED.match(query)
        yield "fly_instance_up", self._each(lambda _: 1.0)
        yield (
            "fly_edge_http_responses_count",
            [
                ({"status": str(status)}, _constant(float("nan") if undefined else count))
                for status, count in plan.responses
            ],
        )
        if quantile:
            traffic = sum(count for _, count in plan.responses) > 0 and not undefined
            seconds = _quantile(plan.buckets, 100 * float(quantile[1])) if traffic else float("nan")
            yield "fly_app_http_response_time_seconds_bucket", [({}, _constant(seconds))]
        yield "fly_instance_cpu", self._each(_daily(float("nan") if undefined else plan.cpu_percent))
        yield (
            "fly_instance_memory_mem_available",
            self._each(_daily(float("nan") if undefined else plan.memory_percent)),
        )
        yield "fly_instance_exit_", []

    def _each(self, value: Callable[[float], float]) -> list[Series]:
        return [({"instance": name}, value) for name in self._instances]


def _constant(value: float) -> Callable[[float], float]:
    return lambda _ago: value


def _daily(busiest: float) -> Callable[[float], float]:
    """The busiest hour is the ninth before now; at other times half as much is used."""
    return lambda ago: busiest if 8.5 * HOUR <= ago < 9.5 * HOUR else busiest / 2


def _quantile(buckets: tuple[tuple[float, float], ...], percent: float) -> float:
    """As ``histogram_quantile`` does it: straight within the bucket the percentile falls into."""
    below, share = 0.0, 0.0
    for bound, upto in buckets:
        if upto >= percent:
            return below + (bound - below) * (percent - share) / (upto - share)
        below, share = bound, upto
    return below


def _text(value: float) -> str:
    return "NaN" if math.isnan(value) else f"{value:.10g}"


def _success(result: list[dict[str, Any]], kind: str, *, partial: bool) -> Answer:
    data = {"resultType": "vector" if kind == "query" else "matrix", "result": result}
    document = {"status": "success", "isPartial": partial, "data": data,
                "stats": {"seriesFetched": str(len(result)), "executionTimeMsec": 3}}  # fmt: skip
    return 200, json.dumps(document, separators=(",", ":")).encode(), {"Content-Type": "application/json"}


def _error(words: str) -> Answer:
    document = {"status": "error", "errorType": "422", "error": words}
    return 422, json.dumps(document).encode(), {"Content-Type": "application/json"}
