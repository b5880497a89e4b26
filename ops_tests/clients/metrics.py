"""An app's traffic and load from Fly.io's Prometheus API (https://fly.io/docs/monitoring/metrics/)."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from ops_tests.clients.fly_platform import API_URL
from ops_tests.clients.fly_token import authorization
from ops_tests.clients.prometheus import SOURCE, Prometheus
from ops_tests.clients.remarks import Remark, unheard
from ops_tests.errors import NotCovered, NotFound, Unparsable
from ops_tests.records.metrics import Load, MachineLoad, Sample, Traffic

if TYPE_CHECKING:
    from ops_tests.target import Target

HOURS = 24
_HOUR = timedelta(hours=1)
_UP = "count by (app, instance) (fly_instance_up{{app={app}}})"
_RESPONSES = "sum by (app, status) (increase(fly_edge_http_responses_count{{app={app}}}[24h]))"
_QUANTILE = (
    "histogram_quantile({quantile}, sum by (app, le) "
    "(rate(fly_app_http_response_time_seconds_bucket{{app={app}}}[24h])))"
)
# The share of idle time, since the counter's own unit then does not matter.
_CPU = (
    '100 * (1 - sum by (app, instance) (rate(fly_instance_cpu{{app={app},mode="idle"}}[1h]))'
    " / sum by (app, instance) (rate(fly_instance_cpu{{app={app}}}[1h])))"
)
_MEMORY = (
    "100 * (1 - sum by (app, instance) (avg_over_time(fly_instance_memory_mem_available{{app={app}}}[1h]))"
    " / sum by (app, instance) (avg_over_time(fly_instance_memory_mem_total{{app={app}}}[1h])))"
)
_EXIT = "max by (app, instance) (max_over_time(fly_instance_exit_{kind}{{app={app}}}[24h]))"


class Metrics:
    """Reads one app's metrics.

    Args:
        prometheus: The API of the app's organisation.
        app: The app's name.
    """

    def __init__(self, prometheus: Prometheus, app: str) -> None:
        self._prometheus = prometheus
        self._app = app

    def traffic(self) -> Traffic:
        """The HTTP responses of the last 24 hours.

        Without traffic the service has no series for it, which is an answer only while machines report at all.

        Raises:
            NotFound: No machine of the app reports metrics, or the answer is about another app.
            Blind: The service did not answer, or not what is documented.
        """
        now = datetime.now(UTC)
        reporting = self._reporting(now)
        responses = {_status(one): _counted(one) for one in self._query(_RESPONSES, now)}
        p95, p99 = (self._quantile(quantile, now) for quantile in ("0.95", "0.99"))
        return Traffic(HOURS, responses, p95, p99, reporting)

    def load(self) -> Load:
        """CPU and memory of every machine in the last 24 hours, hour by hour, and how it ended if it did.

        Raises:
            Blind: As ``traffic``.
        """
        now = datetime.now(UTC)
        reporting = self._reporting(now)
        cpu, memory = (self._hourly(expression, now) for expression in (_CPU, _MEMORY))
        codes, kills = (_by_instance(self._query(_EXIT, now, kind=kind)) for kind in ("code", "oom"))
        machines = []
        for name in sorted({*reporting, *cpu, *memory, *codes, *kills}):
            both = cpu.get(name, {}).keys() & memory.get(name, {}).keys()
            machines.append(
                MachineLoad(
                    name,
                    max(cpu.get(name, {}).values(), default=None),
                    max(memory.get(name, {}).values(), default=None),
                    max(both, default=None),
                    int(codes.get(name, 0)),
                    kills.get(name, 0) > 0,
                )
            )
        return Load(HOURS, now, reporting, tuple(machines))

    def close(self) -> None:
        """Close the connections."""
        self._prometheus.close()

    def _reporting(self, now: datetime) -> tuple[str, ...]:
        found = _by_instance(self._query(_UP, now))
        if not found:
            raise NotFound(
                f'{SOURCE}: no machine of "{self._app}" reports now; expected at least one. Look at platform.app and '
                "metrics.org, whether the token may read that organisation, and whether every machine is stopped"
            )
        return tuple(sorted(found))

    def _quantile(self, quantile: str, now: datetime) -> float | None:
        """In milliseconds; None without traffic, for which the service has nothing or NaN."""
        found = self._query(_QUANTILE, now, quantile=quantile)
        if len(found) > 1:
            raise Unparsable(f"{SOURCE}: {len(found)} values for one percentile; expected one")
        return found[0].value * 1000 if found and not math.isnan(found[0].value) else None

    def _hourly(self, expression: str, now: datetime) -> dict[str, dict[datetime, float]]:
        """By machine and hour, in %; an hour without a number is left out."""
        asked = expression.format(app=json.dumps(self._app))
        found = self._prometheus.query_range(asked, now - timedelta(hours=HOURS), now, _HOUR)
        hourly: dict[str, dict[datetime, float]] = {}
        for one in self._own(found):
            if one.value > 100.5:  # counters of two moments may disagree by a rounding
                raise Unparsable(f"{SOURCE}: a share of {one.value:g} %; expected at most 100 %")
            if not math.isnan(one.value):
                hourly.setdefault(_instance(one), {})[one.at] = one.value
        return hourly

    def _query(self, expression: str, now: datetime, **named: str) -> tuple[Sample, ...]:
        return self._own(self._prometheus.query(expression.format(app=json.dumps(self._app), **named), now))

    def _own(self, samples: tuple[Sample, ...]) -> tuple[Sample, ...]:
        others = {one.labels.get("app", "") for one in samples} - {self._app}
        if others:
            raise NotFound(
                f'{SOURCE}: numbers of {", ".join(map(ascii, sorted(others)))}; expected those of "{self._app}". '
                "Is metrics.url right?"
            )
        return samples


def connect(target: Target, remark: Remark = unheard) -> Metrics:
    """The metrics of a target; nothing is asked yet.

    ``FLY_API_BASE_URL`` in its environment moves the API, as it moves those that ``fly`` asks.

    Raises:
        NotAuthorised: Nobody set the token's variable.
        NotFound: The target has no metrics.
    """
    part, platform = target.metrics, target.fly
    if part is None or part.org is None or platform is None:
        raise NotFound(f"{target.file} has no [metrics] of Fly.io; expected one. Add it with org and token_env")
    token = target.secret(part.token_env)
    url = part.url or target.environment.get("FLY_API_BASE_URL") or API_URL
    path = f"/prometheus/{quote(part.org, safe='')}"
    return Metrics(Prometheus(url.rstrip("/"), path, authorization(token), token.variable, remark), platform.app)


def _by_instance(samples: Iterable[Sample]) -> dict[str, float]:
    """The value of each machine; NaN is none."""
    return {_instance(one): one.value for one in samples if not math.isnan(one.value)}


def _instance(sample: Sample) -> str:
    name = sample.labels.get("instance", "")
    if not name:
        raise Unparsable(f"{SOURCE}: a machine's series without its name; expected the label instance")
    return name


def _status(sample: Sample) -> int:
    text = sample.labels.get("status", "")
    if not (len(text) == 3 and text.isascii() and text.isdigit() and text[0] in "12345"):
        raise Unparsable(f"{SOURCE}: responses of status {text[:20]!a}; expected an HTTP status")
    return int(text)


def _counted(sample: Sample) -> float:
    if math.isnan(sample.value):
        raise NotCovered(f"{SOURCE}: the number of responses is NaN; expected a number. Try again in a minute")
    return sample.value
