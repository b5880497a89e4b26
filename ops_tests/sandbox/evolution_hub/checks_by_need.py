"""Which checks of Evolution Hub go blind together: those that need the same instrument."""

from __future__ import annotations

from ops_tests.sandbox.checks_by_need import (
    ANSWERS,
    CANDIDATE,
    CERTIFICATE,
    ERROR_RATE,
    HEADERS,
    IN_TIME,
    RELEASE,
    SAYS_HEALTHY,
    SECRETS,
)

__all__ = [
    "ANSWERS",
    "CANDIDATE",
    "CERTIFICATE",
    "ERROR_RATE",
    "HEADERS",
    "IN_TIME",
    "RELEASE",
    "SAYS_HEALTHY",
    "SECRETS",
]

WWW = "availability/www_leads_to_the_apex"
API = "availability/api_answers_within_the_objective"
WELCOME, PRICING, USAGE = (
    f"availability/other_pages_answer[{path}]" for path in ("/welcome", "/pricing", "/api/ai-image/usage")
)
PAGES = ("availability/other_pages_answer[/]", WELCOME, PRICING, USAGE)
INVOCATIONS, STAGING, D1, BOOKMARK = WORKERS = (
    "workers/no_invocation_fails",
    "workers/staging_is_not_behind_production",
    "workers/d1_answers",
    "workers/d1_is_recoverable",
)
NEED_APPLICATION = (SAYS_HEALTHY, IN_TIME, HEADERS, *PAGES, API, INVOCATIONS)
NEED_WORKER = (RELEASE, CANDIDATE, SECRETS, STAGING, INVOCATIONS)
NEED_WRANGLER = (*NEED_WORKER, D1, BOOKMARK)
