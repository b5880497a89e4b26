"""Faults of wrangler itself, which say nothing of the application."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ops_tests.sandbox.evolution_hub import checks_by_need as known
from ops_tests.sandbox.evolution_hub.scenario import Scenario, Wrangler
from ops_tests.sandbox.fault import Fault, blind, harmless

Change = Callable[[Scenario], Scenario]


def _wrangler(**changes: Any) -> Change:
    return lambda scenario: replace(scenario, wrangler=replace(Wrangler(), **changes))


FAULTS = (
    Fault("wrangler-missing", "wrangler is not installed", blind(*known.NEED_WRANGLER), _wrangler(access="missing")),
    Fault("wrangler-logged-out", "wrangler sees no token",
          blind(*known.NEED_WRANGLER), _wrangler(access="not logged in")),
    Fault("wrangler-refused", "Cloudflare refuses the token",
          blind(*known.NEED_WRANGLER, known.ERROR_RATE), _wrangler(access="refused")),
    Fault("wrangler-unknown-worker", "the Worker is not on the account",
          blind(*known.NEED_WORKER, known.ERROR_RATE), _wrangler(access="no such worker")),
    Fault("wrangler-hangs", "wrangler never answers", blind(*known.NEED_WRANGLER), _wrangler(habit="hangs")),
    harmless("wrangler-slow", "wrangler takes 2 s to start", _wrangler(habit="slow")),
    harmless("wrangler-talks", "wrangler talks before its JSON", _wrangler(habit="noise")),
    Fault("wrangler-text", "wrangler prints text where JSON was asked for",
          blind(*known.NEED_WRANGLER), _wrangler(habit="text")),
    Fault("wrangler-cut", "wrangler's JSON ends in the middle, with status 0",
          blind(*known.NEED_WRANGLER), _wrangler(habit="cut")),
    Fault("wrangler-killed", "wrangler's child is killed, and the launcher ends with 0",
          blind(*known.NEED_WRANGLER), _wrangler(habit="killed")),
    Fault("tail-silent", "the live log stays empty", blind(known.INVOCATIONS), _wrangler(tail="silent")),
    Fault("tail-not-ours", "the live log never shows our own request",
          blind(known.INVOCATIONS), _wrangler(tail="visitors only")),
    Fault("tail-ends", "the live log ends at once with a sentence",
          blind(known.INVOCATIONS), _wrangler(tail="ends at once")),
    Fault("tail-breaks", "the live log ends after two events with a sentence",
          blind(known.INVOCATIONS), _wrangler(tail="ends with text")),
    Fault("tail-killed", "the live log's child is killed, and the launcher ends with 0",
          blind(known.INVOCATIONS), _wrangler(tail="killed")),
    Fault("tail-late", "the live log shows events 30 s late", blind(known.INVOCATIONS), _wrangler(latency_seconds=30)),
)  # fmt: skip
