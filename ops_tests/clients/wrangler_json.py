"""What wrangler prints as JSON, turned into records: chatter before it, errors in its place, objects in a stream."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from ops_tests import USER_AGENT
from ops_tests.clients.printed_json import after_blanks, beginning, decoded, documents, encodable, plain
from ops_tests.errors import Unparsable
from ops_tests.records.platform import SecretName
from ops_tests.records.workers import D1Answer, D1Bookmark, Invocation

T = TypeVar("T")
D1_ERRORS = range(7400, 7600)
"""The codes of D1 itself; 7403, not permitted, and 7404, a database nobody knows, are no answer of one."""
_NOT_OURS = (7403, 7404)


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Share(_Shape):
    """How many of the requests, in percent, go to a version."""

    version_id: str = Field(min_length=1)
    percentage: float = Field(ge=0, le=100)


class Deployment(_Shape):
    """One deployment of a Worker."""

    id: str = Field(min_length=1)
    created_on: AwareDatetime = Field(strict=False)
    annotations: dict[str, Any] = {}
    versions: tuple[Share, ...] = Field(min_length=1, strict=False)


class _Version(_Shape):
    id: str = Field(min_length=1)
    number: int = Field(ge=1)


class _Name(_Shape):
    name: str = Field(min_length=1)


class _Meta(_Shape):
    duration: float | None = None


class _Result(_Shape):
    results: list[dict[str, Any]]
    success: bool
    meta: _Meta = _Meta()


_DEPLOYMENTS = TypeAdapter(list[Deployment])
_VERSIONS = TypeAdapter(list[_Version])
_NAMES = TypeAdapter(list[_Name])
_RESULTS = TypeAdapter(list[_Result])
_OBJECT = TypeAdapter(dict[str, Any])


def deployments(text: str) -> tuple[Deployment, ...]:
    """Read ``wrangler deployments list --json``, newest first; wrangler sorts them the other way round.

    Raises:
        Unparsable: No list, or a deployment without id, time or versions.
    """
    found = _read(text, _DEPLOYMENTS, "wrangler deployments list")
    return tuple(sorted(found, key=lambda one: one.created_on.astimezone(UTC), reverse=True))


def version_numbers(text: str) -> dict[str, int]:
    """Read ``wrangler versions list --json``: the versions' numbers, by id.

    Raises:
        Unparsable: No list, or a version without id or number.
    """
    return {one.id: one.number for one in _read(text, _VERSIONS, "wrangler versions list")}


def secret_names(text: str) -> tuple[SecretName, ...]:
    """Read ``wrangler secret list``; never a value, wrangler knows none.

    Raises:
        Unparsable: No list, or a secret without a name.
    """
    return tuple(SecretName(one.name) for one in _read(text, _NAMES, "wrangler secret list"))


def d1_answer(text: str, database: str) -> D1Answer:
    """Read ``wrangler d1 execute --json`` of one statement that gives one value.

    Raises:
        Unparsable: Neither an answer nor D1's refusal.
    """
    if refusal := d1_refusal(text):
        return D1Answer(database, refusal=refusal)
    found = _read(text, _RESULTS, "wrangler d1 execute")
    rows = [row for one in found if one.success for row in one.results]
    value = next(iter(rows[0].values()), None) if rows else None
    took = found[0].meta.duration if found else None
    return D1Answer(database, value, "" if rows else "no row", None if took is None else took / 1000)


def d1_bookmark(text: str, database: str) -> D1Bookmark:
    """Read ``wrangler d1 time-travel info --json``; a bookmark that is missing or empty is "".

    Raises:
        Unparsable: Neither an object nor D1's refusal.
    """
    if refusal := d1_refusal(text):
        return D1Bookmark(database, refusal=refusal)
    found = _read(text, _OBJECT, "wrangler d1 time-travel info")
    bookmark = found.get("bookmark")
    return D1Bookmark(database, encodable(bookmark) if isinstance(bookmark, str) else "")


def d1_refusal(text: str) -> str:
    """What D1 itself said where it refused: ``no such table: x: SQLITE_ERROR [code: 7500]``; else "".

    It stands on standard output, as JSON behind a blank line.
    """
    for document in documents(plain(text)):
        error = document.get("error") if isinstance(document, dict) else None
        if isinstance(error, dict) and error.get("code") in D1_ERRORS and error.get("code") not in _NOT_OURS:
            notes = [one.get("text") for one in error.get("notes") or () if isinstance(one, dict)]
            words = next(filter(None, notes), None) or error.get("text") or "an error without words"
            return encodable(str(words))[:300]
    return ""


def invocations(text: str, word: str = "") -> tuple[tuple[Invocation, ...], str]:
    """Read ``wrangler tail --format json``: objects of many lines, one after the other.

    Args:
        text: What it printed.
        word: What the addresses of the watch's own requests bear. Others of this suite are left out: the checks that
            sent them judge them, and whether they fall into the watch is chance.

    Returns:
        What was read, and what stands where the stream stops being JSON, else "". Chatter before the first object is
        passed over; a last object that is cut is none: it is still being written.
    """
    text, found = plain(text), list[Invocation]()
    first = re.search(r"^\{", text, re.MULTILINE)
    place = first.start() if first else after_blanks(text, 0)
    while place < len(text):
        try:
            item, place = decoded(text, place)
        except ValueError:
            return tuple(found), "" if text[place] == "{" else beginning(text[place:])
        if not isinstance(item, dict):
            return tuple(found), beginning(str(item))
        event = item.get("event")
        if isinstance(event, dict) and event.get("type") in {"overload", "overload-stop"}:
            return tuple(found), "that there is more than it can show (overload)"
        seen = _invocation(item, event if isinstance(event, dict) else {})
        if not _of_another_check(event, word):
            found.append(seen)
        if _lacks_status(seen, event):
            return tuple(found), f"nothing of what {seen.what} answered"
    return tuple(found), ""


def _of_another_check(event: Any, word: str) -> bool:
    request = event.get("request") if isinstance(event, dict) else None
    if not isinstance(request, dict) or not isinstance(headers := request.get("headers"), dict):
        return False
    return headers.get("user-agent") == USER_AGENT and word not in str(request.get("url"))


def _lacks_status(seen: Invocation, event: Any) -> bool:
    """Whether it ended well with an answer that says nothing; one that broke off has no answer at all."""
    return seen.outcome == "ok" and seen.status is None and isinstance(event, dict) and "response" in event


def _invocation(item: Mapping[str, Any], event: Mapping[str, Any]) -> Invocation:
    response, thrown = event.get("response"), item.get("exceptions")
    status = response.get("status") if isinstance(response, dict) else None
    names = [encodable(str(one.get("name") or "Error"))[:80] for one in thrown or () if isinstance(one, dict)]
    outcome = item.get("outcome")
    return Invocation(
        what=_what(event),
        outcome=encodable(outcome)[:40] if isinstance(outcome, str) and outcome else "unknown",
        status=status if type(status) is int else None,
        exceptions=tuple(names),
    )


def _what(event: Mapping[str, Any]) -> str:
    request = event.get("request")
    if isinstance(request, dict):
        return encodable(f"{str(request.get('method') or '?')[:10]} {_path(str(request.get('url') or ''))[:120]}")
    kinds = {"cron": "cron", "queue": "queue", "rpcMethod": "RPC", "mailFrom": "e-mail", "scheduledTime": "alarm"}
    return next((said for key, said in kinds.items() if key in event), "something else")


def _path(url: str) -> str:
    """The path alone: what follows it may be somebody's."""
    try:
        return urlsplit(url).path or "/"
    except ValueError:
        return "?"


def _read(text: str, shape: TypeAdapter[T], command: str) -> T:
    """The first document of this shape; chatter may stand before it.

    Raises:
        Unparsable: There is none. The message names places and kinds, never values.
    """
    wrong = f"it began with {beginning(text)}"
    for document in documents(plain(text)):
        try:
            return shape.validate_python(document)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            wrong = f"{'.'.join(map(str, first['loc'])) or 'it'}: {first['msg']}"
    raise Unparsable(
        f"{command} printed no JSON of the documented shape ({wrong}). Next: wrangler --version, and look whether its "
        "JSON has changed since"
    )


def moment(deployment: Deployment) -> datetime:
    """When it was made, UTC."""
    return deployment.created_on.astimezone(UTC)
