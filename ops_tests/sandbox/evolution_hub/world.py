"""All parts of the embedded Evolution Hub, running in this process and below it."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ops_tests.sandbox import tls, wrangler_state
from ops_tests.sandbox.evolution_hub import d1, visitors
from ops_tests.sandbox.evolution_hub.analytics_api import BASE_PATH, AnalyticsApi
from ops_tests.sandbox.evolution_hub.application import Application
from ops_tests.sandbox.evolution_hub.invocations import Invocations
from ops_tests.sandbox.evolution_hub.www import Www
from ops_tests.sandbox.plain_http import PlainHttp
from ops_tests.sandbox.programs import path_without, write_program

if TYPE_CHECKING:
    from ops_tests.sandbox.evolution_hub.scenario import Scenario
    from ops_tests.sandbox.http_server import Server

NAME = "wrangler"
STATE = "wrangler.json"
EVENTS = "events.ndjson"


@contextmanager
def running(folder: Path, scenario: Scenario) -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    """Run everything.

    Yields:
        The keys of a target file that say where it is, and the variables such a file needs.

    Raises:
        SandboxFailed: A part did not start; the message says which.
    """
    access = wrangler_state.Access(secrets.token_urlsafe(30), secrets.token_urlsafe(30))
    with ExitStack() as parts:
        d1.make(folder, scenario.d1, scenario.environment)
        script = wrangler_state.script(scenario.environment)
        invocations = Invocations(folder / EVENTS, script, wrangler_state.Served(folder / STATE, script).version)
        path = _wrangler(folder, scenario, access)
        server_side, authority = tls.context(folder, scenario.edge.certificate)
        application = Application(scenario, server_side, invocations, partial(d1.tables, folder, scenario.environment))
        www = Www(scenario, server_side, application.url)
        plain = PlainHttp(scenario.edge, application.url)
        analytics = _analytics(scenario, script, access)
        for server in (application, www, plain, analytics):
            _answer(server, parts)
        parts.callback(visitors.begin(application.url).set)
        place = {
            "base_url": application.url,
            "https": {
                "plain_url": plain.url,
                "authority": str(authority),
                "www_url": www.url,
                "also": [www.url.removeprefix("https://")],
            },
            **({"latency_samples": scenario.samples} if scenario.samples else {}),
        }
        yield (
            place,
            {
                "CLOUDFLARE_API_TOKEN": access.token,
                "CLOUDFLARE_ACTS_TOKEN": access.acts_token,
                "CLOUDFLARE_API_BASE_URL": f"{analytics.url}{BASE_PATH}",
                "CLOUDFLARE_ACCOUNT_ID": wrangler_state.ACCOUNT,
                "WRANGLER_SEND_METRICS": "false",
                "WRANGLER_SEND_ERROR_REPORTS": "false",
                "WRANGLER_LOG_PATH": str(folder / "wrangler-logs"),
                "PATH": path,
            },
        )


def _analytics(scenario: Scenario, script: str, access: wrangler_state.Access) -> AnalyticsApi:
    """The analytics; what wrangler is refused, they refuse too, and a Worker it does not know was never invoked."""
    worker = "" if scenario.wrangler.access == "no such worker" else script
    token = "" if scenario.wrangler.access == "refused" else access.token
    return AnalyticsApi(scenario.analytics, wrangler_state.ACCOUNT, worker, token)


def _answer(server: Server, parts: ExitStack) -> None:
    server.says = "cloudflare"
    parts.callback(server.server_close)
    server.answer()


def _wrangler(folder: Path, scenario: Scenario, access: wrangler_state.Access) -> str:
    """Write the command and its state; return PATH."""
    if scenario.wrangler.access == "missing":
        return path_without((NAME,))
    state = folder / STATE
    state.touch(mode=0o600)
    document = wrangler_state.document(scenario, access, folder, datetime.now(UTC))
    state.write_text(json.dumps(document), encoding="utf-8")
    bin_folder = write_program(folder, (NAME,), wrangler_state.STAND_IN, state)
    return os.pathsep.join((str(bin_folder), os.environ.get("PATH", os.defpath)))
