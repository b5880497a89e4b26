"""What is wrong with one key of a target file, in a sentence for whoever wrote it."""

from __future__ import annotations

import difflib
import json
from datetime import date, time
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from ops_tests.target import Target
from ops_tests.target_cloudflare import CloudflarePlatform
from ops_tests.target_parts import FlyPlatform

Place = tuple[int | str, ...]
PLATFORMS: dict[str, type[BaseModel]] = {"fly": FlyPlatform, "cloudflare": CloudflarePlatform}
"""The kinds of platform there are."""

EXPECTED = {
    "bool_type": "expected true or false, without quotes",
    "int_type": "expected a whole number, without quotes",
    "float_type": "expected a number, without quotes",
    "finite_number": "expected a number that has an end",
    "string_type": "expected text in quotes",
    "string_too_short": "must not be empty",
    "path_type": "expected a path in quotes",
    "dict_type": "expected a table",
    "model_type": "expected a table",
    "model_attributes_type": "expected a table",
    "datetime_type": "expected a time without quotes, like 2026-12-05T22:00:00Z",
    "timezone_aware": "expected a time with its offset, like 2026-12-05T22:00:00Z",
    "literal_error": "expected {expected}",
    "greater_than_equal": "expected at least {ge:g}",
    "greater_than": "expected more than {gt:g}",
    "less_than_equal": "expected at most {le:g}",
}
"""By pydantic's name for what is wrong: what to write instead."""
LISTS_OF_TABLES = frozenset({"pages", "backups", "endpoints", "routes", "maintenance"})
LONGEST_VALUE = 60


def problem(item: ErrorDetails) -> str:
    """One sentence: the key, what was expected, and what was found, unless that may be a secret."""
    location = item["loc"]
    key = ".".join(str(step) for step in place_of(location) if step != "[key]")
    if item["type"] in {"union_tag_invalid", "union_tag_not_found"}:
        return _kind(key, item["input"].get("kind"))
    if item["type"] == "extra_forbidden":
        siblings = _keys_at(location[:-1])
        guess = difflib.get_close_matches(str(location[-1]), siblings, 1)
        remedy = f"did you mean {guess[0]}?" if guess else f"known here: {', '.join(siblings)}"
        return f"{key}: unknown key; {remedy}"
    if item["type"] == "missing":
        return f"{key}: missing; add it"
    may_hold_a_secret = "secret" in key or "_env" in key or "@" in str(item["input"])
    found = "" if may_hold_a_secret else _found(item["input"])
    if location[0] == "limits":
        key = key.removesuffix(".value")
    return f"{key}: {_expected(item, key, found)}{found}"


def place_of(location: Place) -> Place:
    """Where it stands in the file: pydantic puts the kind of platform in between."""
    return (location[0], *location[2:]) if location[0] == "platform" and _kind_of(location) else location


def _kind_of(location: Place) -> str:
    return next((kind for kind in PLATFORMS if location[1:2] == (kind,)), "")


def _kind(key: str, found: Any) -> str:
    wanted = " or ".join(map(repr, PLATFORMS))
    return f"{key}.kind: expected {wanted}{_found(found)}" if found is not None else f"{key}.kind: missing; add it"


def _expected(item: ErrorDetails, key: str, found: str) -> str:
    if item["type"] != "tuple_type":
        said = EXPECTED.get(item["type"], item["msg"].removeprefix("Value error, "))
        return said.format(**item.get("ctx", {})) if item["type"] in EXPECTED else said
    if item["loc"][-1] in LISTS_OF_TABLES:
        return f"expected a list of tables, each under [[{key}]]"
    scalar = isinstance(item["input"], str | bool | int)
    return f"expected a list, like [{json.dumps(item['input'])}]" if scalar and found else "expected a list"


def _found(value: Any) -> str:
    """What stands there; a table or a list is not repeated."""
    if isinstance(value, dict | list):
        return ""
    text = str(value) if isinstance(value, date | time) else repr(value)
    return f" (found {text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + '...'})"


def _keys_at(location: Place) -> list[str]:
    """The keys a table at this place of the file may have."""
    kind = _kind_of(location) if location[:1] == ("platform",) else ""
    model: Any = PLATFORMS[kind] if kind else Target
    for step in location[2:] if kind else location:
        if not isinstance(step, int):
            model = _model_in(model.model_fields[step].annotation)
    named = {field.alias or name for name, field in model.model_fields.items()}
    return sorted(named - {"key", "unit", "at_least"})


def _model_in(annotation: Any) -> Any:
    """The model inside ``X | None``, ``tuple[X, ...]`` or either with a remark."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    parts = getattr(annotation, "__args__", ())
    return next((found for part in parts if part is not Ellipsis and (found := _model_in(part))), None)
