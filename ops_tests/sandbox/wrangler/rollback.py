"""``wrangler rollback``: without a terminal it confirms itself."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ops_tests.sandbox import state_file
from ops_tests.sandbox.wrangler.output import out, print_banner
from ops_tests.sandbox.wrangler.session import Flags, WranglerError, failed, known_worker, worker

if TYPE_CHECKING:
    from ops_tests.sandbox.state_file import State

NO_CANDIDATE = "Could not find stable Worker Version to rollback to. Please try again with an explicit Version ID."
ASKED = """\
? Please provide an optional message for this rollback (120 characters max)
🤖 Using default value in non-interactive context: {message}
│
├ WARNING  You are about to rollback to Worker Version {version}.
│ This will immediately replace the current deployment and become the active deployment across all your deployed \
triggers.
│ However, your local development environment will not be affected by this rollback.
│ Rolling back to a previous deployment will not rollback any of the bound resources (Durable Object, D1, R2, KV, etc).
│
│ (100%) {version}
│
? Are you sure you want to deploy this Worker Version to 100% of traffic?
🤖 Using fallback value in non-interactive context: yes
Performing rollback...
│
╰  SUCCESS  Worker Version {version} has been deployed to 100% of traffic.

Current Version ID: {version}
"""


def rollback(state: State, flags: Flags) -> int:
    """Deploy a version to all traffic: the one named, or that of the latest other deployment that has all of it."""
    wanted, message = flags.get("0", ""), flags.get("message", "Rollback")
    name = worker({key: value for key, value in flags.items() if key != "0"})
    known = known_worker(state, name, "/deployments", acts=True)
    version = wanted or _candidate(known["deployments"])
    if version not in {item["id"] for item in known["versions"]}:
        path = f"/accounts/{state['account']}/workers/scripts/{name}/versions/{version}"
        raise failed(path, "workers.api.error.not_found [code: 10009]", 10009)
    state_file.change(state["file"], lambda now: _deploy(now["workers"][name]["deployments"], version, message))
    print_banner()
    out(ASKED.format(version=version, message=message))
    return 0


def _candidate(deployments: list[State]) -> str:
    for one in reversed(deployments[:-1]):
        for share in one["versions"]:
            if share["percentage"] == 100:
                return str(share["version_id"])
    raise WranglerError(NO_CANDIDATE)


def _deploy(deployments: list[State], version: str, message: str) -> None:
    now = time.time()
    number = len(deployments)
    fresh = {
        "id": f"0b5e{number:04x}-7c11-4e0a-9d52-{int(now * 1000):012x}",
        "source": "wrangler",
        "strategy": "percentage",
        "author_email": "ops@example.invalid",
        "created_on": f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(now))}.{int(now % 1 * 1e6):06d}Z",
        "annotations": {"workers/triggered_by": "rollback", "workers/message": message},
        "versions": [{"version_id": version, "percentage": 100}],
    }
    deployments.append(fresh)
