"""Where an application tells its health, what it says there, and how long that takes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ops_tests.limits import LONGEST_SECONDS, Limit, Limits
from ops_tests.records.web import Answer
from ops_tests.tools.draft import Key, Part, left_out

Ask = Callable[[str], Answer]

PATHS = ("/health", "/healthz", "/up", "/status", "/ping", "/api/health")
ASKED = 5
ROOM = 3
"""A proposed limit is so many times the slowest answer: under load an answer is late, and that is no fault yet."""
_WELL = {"ok", "healthy", "up", "pass", "passing", "passed", "alive", "ready", "running", "green", "connected", "pong"}
_TELLS_HEALTH = re.compile(r"status|state|health|alive|ready|^ok$|^up$", re.IGNORECASE)
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PLAIN_TEXT = re.compile(r"[\x20-\x7e]{1,200}")
_DEPTH = 3
_NAMED_AT_MOST = 8


def look(ask: Ask, nowhere: Answer) -> tuple[Part, list[Answer]]:
    """The part [health], and the answers it rests on: none where no path was found.

    Args:
        ask: One polite GET; it raises ``Unreachable`` when nobody answers.
        nowhere: What the application answers to a path that nobody has.

    Raises:
        Unreachable: Nobody answered any more.
    """
    failing = ""
    for path in PATHS:
        first = ask(path)
        if _tells(first, nowhere):
            answers = [first, *(ask(path) for _ in range(ASKED - 1))]
            return Part("health", *_said(path, answers)), answers
        failing = failing or (path if first.status >= 500 and first.status != nowhere.status else "")
    if failing:
        return Part("health", f"{failing} answered with a failure: what it says in health is to be filled in.",
                    (Key("path", failing), Key("expect", {"status": ["ok"]}, seen=False))), []  # fmt: skip
    return left_out("health", f"None of {', '.join(PATHS)} tells health: until this says where, /health is asked."), []


def _tells(answer: Answer, nowhere: Answer) -> bool:
    """Whether it is an answer of its own: an application that answers 200 to everything has said nothing."""
    whole = answer.status == 200 and not answer.redirected_to and not answer.damage and bool(answer.body.strip())
    its_own = nowhere.status != 200 or nowhere.body != answer.body
    return whole and its_own and (_object(answer) is not None or bool(_PLAIN_TEXT.fullmatch(answer.body.strip())))


def _object(answer: Answer) -> dict[str, Any] | None:
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _said(path: str, answers: Sequence[Answer]) -> tuple[str, tuple[Key, ...]]:
    """The line above the part, and its keys."""
    asked = f"{path} answered {len(answers)} times"
    bodies = [_object(one) for one in answers]
    if bodies[0] is None:
        texts = {one.body.strip() for one in answers}
        same = len(texts) == 1
        key = Key("plain_text", min(texts), "" if same else "it differs from time to time: fill in", seen=same)
        return f"{asked} in plain text. Is this what it says when all is well?", (Key("path", path), key)
    values = [dict(_flat(body or {})) for body in bodies]
    steady = {key: one for key, one in values[0].items() if all(one == other.get(key) for other in values)}
    well = {key: [one] for key, one in steady.items() if one is True or str(one).lower() in _WELL}
    expect = well or {key: [one] for key, one in steady.items() if _stands_in(key, one)}
    others = [key for key in values[0] if key not in expect]
    why = f"{asked}; its body says so." if well else f"{asked}; no value there is a known word of health."
    if others:
        why += f" Left out, fill in what must hold: {', '.join(others[:_NAMED_AT_MOST])}."
    unknown = Key("expect", {"status": ["ok"]}, seen=False)
    return why, (Key("path", path), Key("expect", expect) if expect else unknown)


def _stands_in(key: str, value: Any) -> bool:
    """Whether a steady word may prove that our application answers; never what names a state that is not well."""
    last = key.rpartition(".")[2]
    return isinstance(value, str) and bool(_PLAIN_KEY.fullmatch(value)) and not _TELLS_HEALTH.search(last)


def _flat(node: dict[str, Any], place: str = "", depth: int = 1) -> Iterator[tuple[str, Any]]:
    """Every value with its dotted key, as ``health.expect`` names it."""
    for key, value in node.items():
        if not _PLAIN_KEY.fullmatch(key):
            continue
        if isinstance(value, dict) and depth < _DEPTH:
            yield from _flat(value, f"{place}{key}.", depth + 1)
        elif isinstance(value, str | bool | int):
            yield f"{place}{key}", value


def limit(name: str, seconds: Sequence[float], what: str) -> Key:
    """A limit of three times the slowest answer, and never below the default.

    Args:
        name: Its key under [limits].
        seconds: What was measured.
        what: What was measured, in words.
    """
    default: Limit = Limits.model_fields[name].default
    proposed = min(round(ROOM * max(seconds), 1), LONGEST_SECONDS - 1)
    measured = f"{len(seconds)} {what} took {max(seconds):.2f} s at most"
    if proposed <= default.value:
        return Key(name, default.value, f"{measured}: the default holds", seen=False)
    value = {"value": proposed, "l2_from": max(default.l2_from, proposed)} if default.l2_from else proposed
    return Key(name, value, f"{measured}; {ROOM} times that")
