"""What is written into a target file is what is read from it, whatever an application said."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops_tests.limits import LONGEST_SECONDS
from ops_tests.records.web import Answer
from ops_tests.target import Target
from ops_tests.target_contradictions import ONLY_CLOUDFLARE
from ops_tests.target_file import load_target
from ops_tests.tools import live_health
from ops_tests.tools.draft import BLANK, Key, Part, drafted, one_line, toml

URL = "https://shop.example.com"
NEEDED = {
    **dict.fromkeys(("health_gate", "runtime", "backups", "secrets", "logs", "metrics"), "platform"),
    **dict.fromkeys(("dead_letters", "migrations", "retention"), "database"),
}
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = TEXT | st.booleans() | st.integers(-(10**9), 10**9)
VALUES = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(TEXT, st.lists(SCALARS, max_size=2), max_size=3)


def loaded(folder: Path, text: str) -> Target:
    file = folder / "written.toml"
    file.write_text(text, encoding="utf-8")
    return load_target(file, {})


def answer(body: str, status: int = 200, seconds: float = 0.1) -> Answer:
    return Answer(URL, status, {}, body, datetime.now(UTC), seconds, seconds)


NOWHERE = answer("not found", 404)


def health(*bodies: str, nowhere: Answer = NOWHERE) -> dict[str, Any]:
    """The keys that stand in [health] of an application with these bodies at /health, the last one for ever."""
    left = list(bodies)

    def ask(path: str) -> Answer:
        return answer(left.pop(0) if len(left) > 1 else left[0]) if path == "/health" else nowhere

    part, _answers = live_health.look(ask, nowhere)
    return {key.name: key.value for key in part.keys if key.seen and part.seen}


def test_a_file_of_the_address_alone_says_nothing_else(tmp_path: Path) -> None:
    text = drafted("shop", URL, [])
    assert tomllib.loads(text) == {"name": "shop", "base_url": URL}
    assert loaded(tmp_path, text).health == Target(name="shop", base_url=URL).health
    assert all(f"# {part.header}" in text for part in BLANK)


def test_every_part_of_the_target_file_has_its_place() -> None:
    above = {"name", "base_url", "control_url", "acts", "latency_paths", "latency_samples", "severity_words"}
    assert {part.name for part in BLANK} == {*Target.model_fields} - above - {*ONLY_CLOUDFLARE}


def test_all_that_is_commented_out_loads_once_the_marks_are_taken_away(tmp_path: Path) -> None:
    text = re.sub(r"^# (?=\[|[\w-]+ = )", "", drafted("shop", URL, []), flags=re.MULTILINE)
    target = loaded(tmp_path, text)
    assert all(getattr(target, part.name) is not None for part in BLANK)


@pytest.mark.parametrize("name", [part.name for part in BLANK])
def test_a_part_that_was_seen_is_read_as_it_was_written(name: str, tmp_path: Path) -> None:
    parts = [Part(one.name, one.why, one.keys) for one in BLANK if one.name in {name, NEEDED.get(name)}]
    text = drafted("shop", URL, parts)
    loaded(tmp_path, text)
    found = tomllib.loads(text)[name]
    keys = next(one for one in parts if one.name == name).keys
    assert (found[0] if isinstance(found, list) else found) == {key.name: key.value for key in keys}


@given(VALUES)
def test_any_value_is_read_as_it_was_written(value: Any) -> None:
    assert tomllib.loads(f"key = {toml(value)}") == {"key": value}


@given(TEXT, TEXT)
def test_what_an_instrument_said_stays_within_its_comment(why: str, remark: str) -> None:
    part = Part("platform", why, (Key("kind", "fly", remark), Key("app", "shop", remark, seen=False)), seen=False)
    assert tomllib.loads(drafted("shop", URL, [part])) == {"name": "shop", "base_url": URL}
    assert one_line(why).isprintable()


def test_words_of_health_are_expected_and_what_changes_is_left_out() -> None:
    bodies = [json.dumps({"status": "OK", "uptime": n, "services": {"db": True, "cache": False}}) for n in range(5)]
    assert health(*bodies) == {"path": "/health", "expect": {"status": ["OK"], "services.db": [True]}}


@pytest.mark.parametrize("body", ['{"status":"degraded"}', '{"health":"starting"}', '{"ready":false}', "{}"])
def test_a_state_that_is_not_well_never_becomes_what_is_expected(body: str) -> None:
    assert "expect" not in health(body)


def test_a_body_without_a_word_of_health_is_known_by_its_steady_words() -> None:
    assert health('{"service":"shop","at":"2026-11-21 06:00"}')["expect"] == {"service": ["shop"]}


def test_plain_text_is_expected_only_when_it_is_the_same_each_time() -> None:
    assert health("pong") == {"path": "/health", "plain_text": "pong"}
    assert health("at 1", "at 2") == {"path": "/health"}


def test_an_application_that_answers_200_to_everything_has_no_health_path() -> None:
    assert health("hello", nowhere=answer("hello")) == {}


def test_a_health_path_that_fails_just_now_is_named_and_nothing_is_expected_of_it() -> None:
    part, answers = live_health.look(lambda path: answer("", 503) if path == "/up" else NOWHERE, NOWHERE)
    assert [(key.name, key.value) for key in part.keys if key.seen] == [("path", "/up")]
    assert not answers


@pytest.mark.parametrize("name", ["health_seconds", "database_seconds"])
@pytest.mark.parametrize("slowest", [0.01, 0.5, 1.3, 2.6, 9.99])
def test_a_proposed_limit_is_three_times_the_slowest_answer_and_never_below_the_default(
    name: str, slowest: float, tmp_path: Path
) -> None:
    key = live_health.limit(name, [0.01, slowest], "answers")
    target = loaded(tmp_path, drafted("shop", URL, [Part("limits", "Measured.", (key,))]))
    default, found = getattr(Target(name="shop", base_url=URL).limits, name), getattr(target.limits, name)
    assert found.value == pytest.approx(min(max(default.value, 3 * slowest), LONGEST_SECONDS - 1), abs=0.06)
    assert f"{slowest:.2f} s" in key.why
