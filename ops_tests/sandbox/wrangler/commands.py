"""What each command prints."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from ops_tests.sandbox.wrangler import d1, rollback, tail
from ops_tests.sandbox.wrangler.output import out, print_banner, print_json
from ops_tests.sandbox.wrangler.session import (
    Flags,
    WranglerError,
    admit,
    known_worker,
    signed_in,
    worker,
)

if TYPE_CHECKING:
    from ops_tests.sandbox.state_file import State

SHOWN = 10
"""How many deployments and versions are listed."""


def whoami(state: State, flags: Flags) -> int:
    """Who the token is; without one the status depends on whether JSON was asked for."""
    if not signed_in(state):
        if "json" not in flags:
            print_banner()
            out("Getting User settings...\nYou are not authenticated. Please run `wrangler login`.\n")
            return 0
        out('\n{"loggedIn":false}\n')
        return 1
    account = _known_user(state)
    email = "ops@example.invalid"
    if "json" in flags:
        accounts = [{"id": account, "name": "Acme"}]
        print_json({"loggedIn": True, "authType": "User API Token", "email": email, "accounts": accounts}, indent=4)
        return 0
    print_banner()
    out(f"Getting User settings...\n👋 You are logged in with an User API Token, associated with the email {email}.\n")
    return 0


def _known_user(state: State) -> str:
    if os.environ["CLOUDFLARE_API_TOKEN"] in {state["token"], state["acts_token"]} - {""}:
        return str(state["account"])
    try:
        return admit({**state, "token": "", "acts_token": ""}, "")
    except WranglerError as error:
        refused = WranglerError("A request to the Cloudflare API (/user/tokens/verify) failed.", *error.notes)
        refused.chatter, refused.then = error.chatter, error.then
        raise refused from None


def deployments_list(state: State, flags: Flags) -> int:
    """The last deployments, the newest last."""
    return _listed(known_worker(state, worker(flags), "/deployments")["deployments"], flags, "Deployment")


def versions_list(state: State, flags: Flags) -> int:
    """The last versions, the newest last."""
    return _listed(known_worker(state, worker(flags), "/versions?deployable=true")["versions"], flags, "Version")


def _listed(items: list[State], flags: Flags, kind: str) -> int:
    if "json" in flags:
        print_json(items[-SHOWN:])
        return 0
    print_banner()
    for item in items[-SHOWN:]:
        created = item.get("created_on") or item["metadata"]["created_on"]
        out(f"{kind} ID: {item['id']}\nCreated:     {created}\n\n")
    return 0


def deployments_status(state: State, flags: Flags) -> int:
    """The newest deployment."""
    name = worker(flags)
    found = known_worker(state, name, "/deployments")["deployments"]
    if not found:
        raise WranglerError(f"The Worker {name} has no deployments.")
    if "json" in flags:
        print_json(found[-1])
        return 0
    print_banner()
    shares = "".join(f"({item['percentage']}%) {item['version_id']}\n" for item in found[-1]["versions"])
    out(f"Created:     {found[-1]['created_on']}\n{shares}")
    return 0


def secret_list(state: State, flags: Flags) -> int:
    """Names and types; JSON unless ``--format pretty``."""
    name = worker(flags)
    try:
        found = known_worker(state, name, "/secrets")["secrets"]
    except WranglerError as error:
        if error.code != 10007:
            raise
        advice = (
            "\nIf this is a new Worker, run `wrangler deploy` first to create it.\n"
            "Otherwise, check that the Worker name is correct and you're logged into the right account."
        )
        raise WranglerError(f'Worker "{name}" not found.', advice) from None
    if flags.get("format", "json") == "json":
        print_json(found)
    else:
        print_banner()
        out("".join(f"Secret Name: {item['name']}\n\n" for item in found))
    return 0


RUN: dict[tuple[str, ...], Callable[[State, Flags], int]] = {
    ("whoami",): whoami,
    ("deployments", "list"): deployments_list,
    ("deployments", "status"): deployments_status,
    ("versions", "list"): versions_list,
    ("secret", "list"): secret_list,
    ("rollback",): rollback.rollback,
    ("d1", "execute"): d1.execute,
    ("d1", "time-travel", "info"): d1.time_travel_info,
    ("d1", "migrations", "list"): d1.migrations_list,
    ("tail",): tail.tail,
}
