"""Why wrangler failed: its exit status is always 1, so the text decides."""

from __future__ import annotations

import re

from ops_tests.clients.command import CommandResult, shown
from ops_tests.clients.printed_json import documents, plain
from ops_tests.errors import Blind, InstrumentMissing, NotAuthorised, NotFound, RateLimited, Unreachable

_OLD_NODE = re.compile(r"^.*requires at least Node.*", re.IGNORECASE | re.MULTILINE)
_NOT_AUTHORISED = re.compile(
    r"necessary to set a CLOUDFLARE_API_TOKEN|not authenticated|not logged in|authentication error|unauthorized"
    r"|code: (7403|10000|10001|9109|9106)\b",
    re.IGNORECASE,
)
_NO_WORKER = re.compile(r"does not exist on your account|code: 10007\b|Worker \".*\" not found", re.IGNORECASE)
_NO_DATABASE = re.compile(r"Couldn't find (a D1 )?DB|code: 7404\b", re.IGNORECASE)
_UNREACHABLE = re.compile(r"fetch failed|ECONNREFUSED|ECONNRESET|ENOTFOUND|ETIMEDOUT|EAI_AGAIN", re.IGNORECASE)
_RATE_LIMITED = re.compile(r"code: (971|10429)\b|\b429\b|rate limit|too many requests", re.IGNORECASE)
_ERROR = re.compile(r"\[ERROR\]\s*(.+)")
_SECRETS = re.compile(r"\b(Bearer\s+)?[A-Za-z0-9_-]{40,}\b")


def failure(result: CommandResult, worker: str, token_variable: str) -> Blind:
    """Name the kind of a failed call and say it in one sentence.

    Args:
        result: A call that did not exit 0, or printed nothing.
        worker: The Worker it was about.
        token_variable: Where our token comes from, or "" for the engineer's own login.
    """
    command = shown(result.argv)
    text = plain(f"{result.stderr}\n{result.stdout}")
    seen = f"{command} failed: {said(result)}"
    if _OLD_NODE.search(text):
        return InstrumentMissing(f"{seen}. Next: install a newer Node, or an older wrangler")
    if _NOT_AUTHORISED.search(text):
        return NotAuthorised(f"{seen}; expected a token Cloudflare accepts. Next: {_login(token_variable)}")
    if _NO_WORKER.search(text):
        return NotFound(
            f'{seen}; expected a Worker named "{worker}" (or the token may not see it). Look at platform.worker, which '
            "holds the whole name with its environment"
        )
    if _NO_DATABASE.search(text):
        return NotFound(f"{seen}; expected the database of d1.database in the target file. Next: wrangler d1 list")
    if _UNREACHABLE.search(text):
        return Unreachable(
            f"{seen}; expected Cloudflare's API to answer. Next: curl -v https://api.cloudflare.com/client/v4/ips"
        )
    if _RATE_LIMITED.search(text):
        return RateLimited(f"{seen}; expected an answer. Wait five minutes; does something else ask in a loop?")
    return Blind(f"{seen}; expected an answer. Next: type the command yourself")


def said(result: CommandResult) -> str:
    """What wrangler gave as the error, or else the last line it wrote, without colours and tokens."""
    text = plain(f"{result.stdout}\n{result.stderr}")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if printed := _as_json(text):
        return _SECRETS.sub("***", printed[-1].strip())[:300]
    errors = _ERROR.findall(text)
    coded = [line for line in lines if "[code: " in line]
    told = [errors[-1].strip(), *coded[-1:]] if errors else [*_OLD_NODE.findall(text), *coded[-1:], *lines[-1:]][:1]
    return _SECRETS.sub("***", " ".join(dict.fromkeys(told)))[:300] or f"it said nothing (exit {result.code})"


def _as_json(text: str) -> list[str]:
    """The error that ``--json`` prints on standard output, its notes behind it."""
    errors = [one["error"] for one in documents(text) if isinstance(one, dict) and isinstance(one.get("error"), dict)]
    return [
        " ".join(str(one.get("text") or "") for one in (error, *filter(_is_object, error.get("notes") or ())))
        for error in errors
    ]


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _login(token_variable: str) -> str:
    if not token_variable:
        return 'wrangler login, or name a token\'s variable: platform.token_env = "CLOUDFLARE_API_TOKEN"'
    return (
        "make a token that may read Workers Scripts, Workers Tail and D1 (https://dash.cloudflare.com/profile/"
        f"api-tokens), then set {token_variable}"
    )
