"""Faults of real traffic and of the metrics service that tells of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ops_tests.sandbox.checks_by_need import ERROR_RATE, LOAD, METRICS
from ops_tests.sandbox.fault import Fault, blind, finding, harmless, note

if TYPE_CHECKING:
    from ops_tests.sandbox.scenario import Scenario

SLOW = ((0.1, 62.0), (0.25, 88.0), (0.5, 96.0), (1.0, 99.2), (5.0, 100.0))


def _metrics(**changes: Any) -> Callable[[Scenario], Scenario]:
    return lambda scenario: replace(scenario, metrics=replace(scenario.metrics, **changes))


FAULTS = (
    Fault("error-rate-high", "2 % of the day's requests failed",
          finding("L1", ERROR_RATE), _metrics(responses=((200, 9800.0), (500, 150.0), (503, 50.0)))),
    Fault("error-rate-critical", "6 % of the day's requests failed",
          finding("L2", ERROR_RATE), _metrics(responses=((200, 9400.0), (502, 600.0)))),
    Fault("requests-too-few", "the day had 120 requests, of which 3 failed",
          note(ERROR_RATE), _metrics(responses=((200, 117.0), (500, 3.0)))),
    Fault("requests-none", "the day had no requests at all",
          note(ERROR_RATE), _metrics(responses=())),
    Fault("responses-slow", "a tenth of the responses took longer than 250 ms",
          note(ERROR_RATE), _metrics(buckets=SLOW)),
    Fault("cpu-high", "in its busiest hour every machine's CPU was busy for 93 %",
          finding("L1", LOAD), _metrics(cpu_percent=93.0)),
    Fault("memory-high", "in its fullest hour every machine used 91 % of its memory",
          finding("L1", LOAD), _metrics(memory_percent=91.0)),
    Fault("metrics-empty", "the metrics service has no series",
          blind(*METRICS), _metrics(api="empty")),
    Fault("metrics-nan", "the metrics service answers NaN",
          blind(*METRICS), _metrics(api="NaN")),
    Fault("metrics-refused", "the metrics service refuses the token",
          blind(*METRICS), _metrics(api="refused")),
    Fault("metrics-hangs", "the metrics service does not answer",
          blind(*METRICS), _metrics(api="hangs")),
    Fault("metrics-another-app", "the metrics service has series of another app only",
          blind(*METRICS), _metrics(api="another app")),
    Fault("metrics-unfiltered", "the metrics service answers with another app's series",
          blind(*METRICS), _metrics(api="unfiltered")),
    Fault("metrics-text", "the metrics service answers with a page for people",
          blind(*METRICS), _metrics(api="text")),
    Fault("metrics-error", "the metrics service answers status error",
          blind(*METRICS), _metrics(api="error")),
    Fault("metrics-partial", "the metrics service answers with a part of the data",
          blind(*METRICS), _metrics(api="partial")),
    Fault("metrics-stale", "the metrics service answers with yesterday's numbers",
          blind(*METRICS), _metrics(api="stale")),
    Fault("metrics-old-load", "two hours ago the metrics service lost sight of CPU and memory",
          blind(LOAD), _metrics(api="old load")),
    harmless("metrics-slow", "the metrics service takes 2 s for each answer", _metrics(api="slow")),
    harmless("metrics-rate-limited", "the metrics service refuses the first question with 429",
             _metrics(api="limited at first")),
)  # fmt: skip
