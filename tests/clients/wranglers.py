"""A ``wrangler`` on PATH for the tests of its client: the sandbox's stand-in, over a state of the test's own."""

from __future__ import annotations

import json
import os
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path

from ops_tests.clients.cloudflare import CloudflarePlatform
from ops_tests.sandbox.evolution_hub import d1
from ops_tests.sandbox.evolution_hub.scenario import Scenario
from ops_tests.sandbox.wrangler_state import ACCOUNT, STAND_IN, Access, document
from ops_tests.target import Secret

TOKEN = "v1.0-reads-4f1c7a90b2"
WORKER = "evolution-hub-production"
STARTED = datetime(2026, 11, 20, 12, tzinfo=UTC)


def wrangler_on_path(folder: Path, plan: Scenario) -> dict[str, str]:
    """The environment in which ``wrangler`` is the stand-in with this plan."""
    state = folder / "wrangler.json"
    state.write_text(json.dumps(document(plan, Access(TOKEN, "acts"), folder, STARTED)))
    d1.make(folder, plan.d1, plan.environment)
    program = folder / "bin" / "wrangler"
    program.parent.mkdir()
    words = [sys.executable, "-I", "-S", str(STAND_IN), str(state)]
    program.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
    program.chmod(0o755)
    return {"PATH": f"{program.parent}:{os.environ['PATH']}", "HOME": str(folder), "CLOUDFLARE_ACCOUNT_ID": ACCOUNT}


def platform(environ: dict[str, str], worker: str = WORKER, staging: str = "") -> CloudflarePlatform:
    """The platform that asks it."""
    token = Secret("CLOUDFLARE_API_TOKEN", TOKEN)
    first = platform(environ, staging) if staging else None
    return CloudflarePlatform(worker, environ, token, staging=first)
