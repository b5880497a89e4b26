"""Why fly failed: its exit status says almost nothing, so the text on stderr decides."""

from __future__ import annotations

import re

from ops_tests.clients.command import CommandResult, shown
from ops_tests.clients.printed_json import plain
from ops_tests.errors import Blind, NoAnswerInTime, NotAuthorised, NotFound, RateLimited, Unreachable

# The order matters: a refused token often comes wrapped into something that reads like another kind.
_NOT_AUTHORISED = re.compile(
    r"no access token available|must be authenticated|unauthorized|not authorized|no verified tokens|\b401\b|\b403\b"
    r"|permission denied|commands require updated tokens",
    re.IGNORECASE,
)
_NOT_FOUND = re.compile(r"could not find app|app not found|\b404 not found\b|was not found", re.IGNORECASE)
_NO_CLUSTER = re.compile(r"managed postgres cluster \S+ not found", re.IGNORECASE)
_UNREACHABLE = re.compile(r"dial tcp|no such host|connection refused|connection reset|i/o timeout|tls: ", re.IGNORECASE)
_RATE_LIMITED = re.compile(r"\b429\b|rate limit|too many requests", re.IGNORECASE)
_QUERY = re.compile(r"failed to run .*\}: ", re.DOTALL)
_TOKENS = re.compile(r"\b(fm[12][a-z]?_|fo1_)[\w+/=,.-]+")
_PANIC, _DEADLINE = 3, 126


def failure(result: CommandResult, app: str, token_variable: str) -> Blind:
    """Name the kind of a failed call and say it in one sentence.

    Args:
        result: A call that did not exit 0.
        app: The app it was about.
        token_variable: Where our token comes from, or "" for the engineer's own login.
    """
    command, said = shown(result.argv), last_line(result)
    if result.code == _PANIC:
        return Blind(f"{command} crashed (exit 3): {said}; expected an answer. Next: fly version upgrade")
    if result.code == _DEADLINE:
        return NoAnswerInTime(
            f"{command} gave up waiting for Fly.io (exit 126): {said}. Next: https://status.flyio.net"
        )
    if result.code < 0 or not result.stderr.strip():
        return Blind(f"{command} exited {result.code} and gave no reason; expected an answer. Next: type it yourself")
    return _by_text(_without_query(result.stderr), f"{command} failed: {said}", app, token_variable)


def last_line(result: CommandResult) -> str:
    """The last line fly wrote, on stderr if there is one, without query, colours and tokens."""
    for text in (result.stderr, result.stdout):
        lines = [line.strip() for line in _without_query(text).splitlines() if line.strip()]
        if lines:
            return _TOKENS.sub("***", lines[-1].removeprefix("Error: "))[:300]
    return "it said nothing"


def _without_query(text: str) -> str:
    """Since flyctl 0.3.191 the whole GraphQL query stands in the message."""
    return _QUERY.sub("", plain(text))


def _by_text(text: str, seen: str, app: str, token_variable: str) -> Blind:
    if _NOT_AUTHORISED.search(text):
        return NotAuthorised(f"{seen}; expected a token Fly.io accepts. Next: {_login(app, token_variable)}")
    if _NOT_FOUND.search(text):
        return NotFound(
            f'{seen}; expected an app named "{app}" (or the token may not see it). Look at platform.app in the target '
            f"file. Next: {_login(app, token_variable)}"
        )
    if _NO_CLUSTER.search(text):
        return NotFound(
            f"{seen}; expected the cluster of backups.cluster in the target file. Fly.io says the same of a "
            "wrong id, an expired token and a dead network. Next: fly mpg list -o ORG"
        )
    if _UNREACHABLE.search(text):
        return Unreachable(f"{seen}; expected Fly.io's API to answer. Next: curl -v https://api.fly.io")
    if _RATE_LIMITED.search(text):
        return RateLimited(f"{seen}; expected an answer. Wait a minute; does something else ask about {app} in a loop?")
    return Blind(f"{seen}; expected an answer. Next: type the command yourself")


def _login(app: str, token_variable: str) -> str:
    if not token_variable:
        return 'fly auth login, or name a token\'s variable in the target file: platform.token_env = "FLY_API_TOKEN"'
    return f"fly tokens create readonly -o ORG (or, for {app} alone: deploy -a {app}), then set {token_variable}"
