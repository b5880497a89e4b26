"""Faults of the visitors' day, and of the analytics that tell of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ops_tests.sandbox.evolution_hub.checks_by_need import ERROR_RATE
from ops_tests.sandbox.evolution_hub.scenario import Analytics, Scenario
from ops_tests.sandbox.fault import Fault, blind, finding, harmless, note


def _analytics(**changes: Any) -> Callable[[Scenario], Scenario]:
    return lambda scenario: replace(scenario, analytics=replace(Analytics(), **changes))


def _failing(requests: int, errors: int) -> Callable[[Scenario], Scenario]:
    ended = (("success", requests - errors, 0), ("scriptThrewException", errors, errors))
    return _analytics(invocations=ended)


FAULTS = (
    Fault("analytics-errors-high", "0.4 % of the day's invocations threw", finding("L1", ERROR_RATE),
          _failing(12000, 48)),
    Fault("analytics-errors-critical", "8 % of the day's invocations threw", finding("L2", ERROR_RATE),
          _failing(12000, 960)),
    Fault("analytics-too-few", "the day had 120 invocations, of which 3 threw", note(ERROR_RATE), _failing(120, 3)),
    Fault("analytics-empty", "the analytics know of no invocation", blind(ERROR_RATE), _analytics(invocations=())),
    Fault("analytics-refused", "the analytics refuse the token", blind(ERROR_RATE), _analytics(api="refused")),
    Fault("analytics-unknown-account", "the analytics know no such account", blind(ERROR_RATE),
          _analytics(api="unknown account")),
    Fault("analytics-error", "the analytics answer 200 with an error", blind(ERROR_RATE), _analytics(api="error")),
    Fault("analytics-html", "the analytics answer with a page for people", blind(ERROR_RATE), _analytics(api="html")),
    Fault("analytics-cut", "the analytics' JSON ends in the middle", blind(ERROR_RATE), _analytics(api="cut")),
    Fault("analytics-hangs", "the analytics do not answer", blind(ERROR_RATE), _analytics(api="hangs")),
    harmless("analytics-rate-limited", "the analytics refuse the first question with 429",
             _analytics(api="limited at first")),
)  # fmt: skip
