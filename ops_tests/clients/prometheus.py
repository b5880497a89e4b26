"""Prometheus' HTTP API (https://prometheus.io/docs/prometheus/latest/querying/api/) as VictoriaMetrics serves it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from ops_tests.clients.budget import Budget
from ops_tests.clients.remarks import Remark, unheard
from ops_tests.clients.repeating import at_their_pace
from ops_tests.clients.web import MIB, Web
from ops_tests.clients.web import worst_seconds as worst_request
from ops_tests.errors import Blind, NotAuthorised, NotCovered, NotFound, RateLimited, Unparsable, Unreachable
from ops_tests.records.metrics import Sample

if TYPE_CHECKING:
    from ops_tests.records.web import Answer

SOURCE = "metrics service"
SECONDS = 15.0
"""How long one query may take: a day of a busy app is a second."""
ALL_SECONDS = 30.0
"""How long queries may go on to begin: a check waits for five of them."""
ROUNDING = 0.5
"""How far below zero a number may be that is made of two counters read at slightly different moments."""
DRIFT = timedelta(minutes=5)
"""An answer about another moment than the one asked for is an old one; Prometheus looks back 5 minutes itself."""


def worst_seconds() -> float:
    """The longest all queries of one look take."""
    return ALL_SECONDS + SECONDS + worst_request(SECONDS)


class Prometheus:
    """Asks one API.

    Args:
        url: Scheme and host.
        path: Where the API begins: ``/prometheus/acme``.
        authorization: The whole header.
        variable: The variable the token came from, for the sentence of a refusal.
        remark: Told when a query was repeated, and what the service warned of.
    """

    def __init__(self, url: str, path: str, authorization: str, variable: str, remark: Remark = unheard) -> None:
        self._path, self._variable, self._remark = path, variable, remark
        self._headers = {"Authorization": authorization}
        self._budget = Budget(ALL_SECONDS)
        self._web = Web(url, remark=remark, seconds=SECONDS, body_limit=8 * MIB)
        self.close = self._web.close

    def query(self, expression: str, at: datetime) -> tuple[Sample, ...]:
        """The value of an expression at one moment, a sample for each series; none is a legal answer.

        Raises:
            Blind: Refused, not found, unreachable, unreadable, partial, or about another moment.
        """
        found = self._result("query", {"query": expression, "time": _seconds(at)}, "vector")
        return tuple(_sample(_labels(item), item.get("value"), at, at) for item in found)

    def query_range(self, expression: str, since: datetime, until: datetime, step: timedelta) -> tuple[Sample, ...]:
        """The values of an expression over a stretch, a sample for each series and step that has one.

        Raises:
            Blind: As ``query``.
        """
        asked = {"query": expression, "start": _seconds(since), "end": _seconds(until), "step": _step(step)}
        found = self._result("query_range", asked, "matrix")
        return tuple(
            _sample(_labels(item), pair, since, until) for item in found for pair in _list(item.get("values"), "values")
        )

    def _result(self, kind: str, asked: Mapping[str, str], expected: str) -> list[dict[str, Any]]:
        """The series of an answer, each an object with labels of its own."""
        self._budget.demand(f"the {SOURCE}")
        path = f"{self._path}/api/v1/{kind}?{urlencode(asked)}"
        document = _document(at_their_pace(lambda _left: self._answered(path), SOURCE, self._remark, SECONDS))
        if document.get("isPartial") not in {None, False}:
            raise NotCovered(f"{SOURCE}: the answer is partial; expected a whole one. Try again in a minute")
        for warning in _list(document.get("warnings") or [], "warnings"):
            self._remark(f"{SOURCE} warns: {str(warning)[:200]!a}")
        data = document.get("data")
        if not isinstance(data, dict) or data.get("resultType") != expected:
            raise _odd(f"no data of type {expected}")
        series = _list(data.get("result"), "result")
        names = [tuple(sorted(_labels(item).items())) for item in series]
        if len(set(names)) != len(names):
            raise _odd("the same series twice")
        return series

    def _answered(self, path: str) -> Answer:
        answer = self._web.get(path, self._headers)
        if answer.status != 200:
            raise self._refusal(answer)
        return answer

    def _refusal(self, answer: Answer) -> Blind:
        seen = f"{SOURCE} answered {answer.status}"
        if answer.status in {401, 403}:
            return NotAuthorised(
                f"{seen}; expected a token that may read the organisation. Next: fly tokens create readonly -o ORG, "
                f"then set {self._variable}"
            )
        if answer.status == 404:
            return NotFound(
                f"{seen} to {self._path}; expected an organisation of that slug (metrics.org). Next: fly orgs list"
            )
        if answer.status == 429:
            return RateLimited(f"{seen}; expected numbers. Wait a minute; does a dashboard ask the same API in a loop?")
        if answer.status >= 500:
            return Unreachable(f"{seen}; expected numbers. Next: https://status.flyio.net")
        return Unparsable(f"{seen}{_said(answer)}; expected numbers. Is metrics.url right?")


def _document(answer: Answer) -> dict[str, Any]:
    if answer.damage:
        raise _odd(answer.damage)
    document = _json(answer)
    if document is None:
        raise _odd("not a JSON object")
    if document.get("status") != "success":
        raise _odd(f"no success{_said(answer)}")
    return document


def _json(answer: Answer) -> dict[str, Any] | None:
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _said(answer: Answer) -> str:
    """The service's own words about an error, or where it points to."""
    if answer.redirected_to:
        return f" and points to {answer.redirected_to}"
    words = (_json(answer) or {}).get("error")
    return f" and says {' '.join(words.split())[:200]!a}" if isinstance(words, str) else ""


def _labels(item: Any) -> dict[str, str]:
    labels = item.get("metric") if isinstance(item, dict) else None
    if not isinstance(labels, dict) or not all(isinstance(one, str) and one.isprintable() for one in labels.values()):
        raise _odd("a series without readable labels")
    return labels


def _sample(labels: dict[str, str], pair: Any, since: datetime, until: datetime) -> Sample:
    """One ``[seconds, "value"]``; the value is a string, since JSON knows no NaN."""
    if not isinstance(pair, list) or len(pair) != 2 or not _is_number(pair[0]) or not isinstance(pair[1], str):
        raise _odd("a value that is no pair of time and text")
    try:
        at, value = datetime.fromtimestamp(pair[0], UTC), float(pair[1])
    except (ValueError, OverflowError, OSError):
        raise _odd("a value that is no number") from None
    if not since - DRIFT <= at <= until + DRIFT:
        moments = " to ".join(dict.fromkeys(f"{one:%Y-%m-%d %H:%M:%SZ}" for one in (since, until)))
        raise NotCovered(
            f"{SOURCE}: the answer is about {at:%Y-%m-%d %H:%M:%SZ}; expected {moments}. Are the clocks right?"
        )
    if value < -ROUNDING or math.isinf(value):
        raise _odd(f"the value {value:g}")
    return Sample(labels, at, value if math.isnan(value) else max(value, 0.0))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _list(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise _odd(f'no list "{name}"')
    return value


def _odd(what: str) -> Unparsable:
    return Unparsable(f"{SOURCE}: the answer is or has {what}; expected Prometheus' JSON. Is metrics.url right?")


def _seconds(moment: datetime) -> str:
    return f"{moment.timestamp():.3f}"


def _step(step: timedelta) -> str:
    return f"{step.total_seconds():g}"
