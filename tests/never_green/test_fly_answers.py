"""What fly prints, whole, cut, emptied and spoilt: a record or an error, and never fine for want of evidence."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ops_tests.clients import fly_json
from ops_tests.clients.fly import Fly
from ops_tests.errors import Blind, NotCovered
from ops_tests.records.logs import LogLine, LogWindow
from ops_tests.rules import log_coverage, log_errors, machines, releases, secrets
from ops_tests.rules.log_entries import entries
from ops_tests.sandbox import fly_state
from ops_tests.sandbox.scenario import CURRENT_IMAGE, Platform, Release
from ops_tests.target import Secret
from ops_tests.target_parts import SecretsPart
from tests.never_green.spoiling import (
    DEEP,
    EMPTY_ANSWERS,
    EXAMPLES,
    FEW,
    LONG_NUMBER,
    cut,
    emptied,
    printed,
    spoilt,
    torn,
)

NOW = datetime(2026, 8, 20, 5, 31, 4, tzinfo=UTC)
SINCE = NOW - timedelta(minutes=5)
HEALTHY = Platform()
STOPPED, *OTHERS = HEALTHY.machines
FAULTS: dict[str, tuple[str, Platform]] = {
    "a machine stopped": ("machines", replace(HEALTHY, machines=(replace(STOPPED, state="stopped"), *OTHERS))),
    "a check critical": ("machines", replace(HEALTHY, machines=(replace(STOPPED, check="critical"), *OTHERS))),
    "a host away": ("machines", replace(HEALTHY, machines=(replace(STOPPED, host="unreachable"), *OTHERS))),
    "a release failed": (
        "releases",
        replace(HEALTHY, releases=(Release(43, "failed", 3, CURRENT_IMAGE), *HEALTHY.releases)),
    ),
    "a secret staged": ("secrets", replace(HEALTHY, secrets=(("SCOPES", "Staged"), *HEALTHY.secrets[2:]))),
}
DOCUMENTED = SecretsPart(names=tuple(name for name, _status in HEALTHY.secrets))
WARNING = "WARN app flag 'timedify' does not match app name in config file\n"


def state(plan: Platform, part: str) -> Any:
    """A part of what fly knows."""
    return fly_state.document(plan, "token", NOW)[part]


def complaints(part: str, text: str) -> list[str]:
    """What the rules have to say about a printed answer, notes included."""
    if part == "machines":
        found = fly_json.machines(text)
        return machines.unwell(found, 1) + machines.unchecked(found)
    if part == "releases":
        return releases.incomplete(
            fly_json.releases(text), machines.running(fly_json.machines(printed(state(HEALTHY, "machines"))))
        )
    names = fly_json.secret_names(text)
    return secrets.undocumented(names, DOCUMENTED) + secrets.undeployed(names)


def every_word(part: str, text: str) -> list[str]:
    """Everything a check would ask the rules and put into sentences; what cannot be read says nothing."""
    with contextlib.suppress(Blind):
        found = complaints(part, text)
        if part == "machines":
            found += [machines.described(fly_json.machines(text))]
        if part == "releases":
            candidates = releases.rollback_candidates(fly_json.releases(text))
            found += [releases.described(one) for one in candidates]
        return found
    return []


def is_fine(part: str, text: str) -> bool:
    """Whether a check would be green without so much as a note."""
    try:
        return not complaints(part, text)
    except Blind:
        return False


PARTS = pytest.mark.parametrize("part", ["machines", "releases", "secrets"])


@PARTS
def test_the_whole_answer_is_fine(part: str) -> None:
    assert is_fine(part, WARNING + printed(state(HEALTHY, part)))


@PARTS
@EXAMPLES
@given(data=st.data())
def test_a_cut_answer_is_never_fine(part: str, data: st.DataObject) -> None:
    text = data.draw(cut(WARNING + printed(state(HEALTHY, part))))
    assert not is_fine(part, text)


@PARTS
@pytest.mark.parametrize("text", EMPTY_ANSWERS)
def test_an_empty_answer_is_never_fine(part: str, text: str) -> None:
    assert not is_fine(part, text)


@pytest.mark.parametrize("fault", FAULTS)
@EXAMPLES
@given(data=st.data())
def test_emptying_a_place_hides_no_fault(fault: str, data: st.DataObject) -> None:
    part, plan = FAULTS[fault]
    text = printed(data.draw(emptied(state(plan, part))))
    assert not is_fine(part, text)


def test_a_release_without_machines_or_image_is_not_fine() -> None:
    found = fly_json.releases(printed(state(HEALTHY, "releases")))
    present = fly_json.machines(printed(state(HEALTHY, "machines")))
    for listed, serving in ((found, ()), ([replace(found[0], image=None)], present)):
        with pytest.raises(NotCovered, match="nothing shows that release v42 runs"):
            releases.incomplete(listed, machines.running(serving))


@PARTS
@EXAMPLES
@given(data=st.data())
def test_a_spoilt_answer_is_a_record_or_an_error(part: str, data: st.DataObject) -> None:
    document = data.draw(spoilt(state(HEALTHY, part)))
    "\n".join(every_word(part, printed(document))).encode()


@PARTS
@EXAMPLES
@given(data=st.data())
def test_a_torn_answer_is_a_record_or_an_error(part: str, data: st.DataObject) -> None:
    "\n".join(every_word(part, data.draw(torn(WARNING + printed(state(HEALTHY, part)))))).encode()


@pytest.mark.parametrize("text", [DEEP, "[" + LONG_NUMBER + "]", '[{"version": "' + LONG_NUMBER + '"}]'])
@pytest.mark.parametrize("read", [fly_json.machines, fly_json.releases, fly_json.secret_names, fly_json.log_lines])
def test_depth_and_length_are_no_crash(read: Callable[[str], object], text: str) -> None:
    with pytest.raises(Blind):
        read(text.replace("[", "{", 1) if read is fly_json.log_lines else text)


def log_item(age: int, message: str) -> dict[str, Any]:
    """A line of the log as ``fly logs --json`` prints it."""
    meta = {"Instance": "i", "Region": "fra", "Event": {"Provider": "app"}}
    moment = (NOW - timedelta(seconds=age)).isoformat().replace("+00:00", "Z")
    return {"level": "info", "instance": "i", "message": message, "region": "fra", "timestamp": moment, "meta": meta}


LOG = [log_item(age, "GET /health 200 - - 3.1 ms") for age in range(310, 0, -10)]
FAILING = [*LOG, log_item(5, "GET /app 503 - - 10002.441 ms")]


def window(lines: tuple[LogLine, ...]) -> LogWindow:
    """What the client makes of lines: complete when they reach back far enough."""
    complete = bool(lines) and min(line.timestamp for line in lines) <= SINCE
    return LogWindow(SINCE, NOW, tuple(sorted(lines, key=lambda line: line.timestamp)), complete, "fly logs")


def log_is_fine(text: str) -> bool:
    """Whether the check of the log would be green."""
    try:
        seen = window(fly_json.log_lines(text))
        found = log_errors.errors(entries(seen.lines))
        log_coverage.require_cover(seen, expects_lines=True, previous_look=None)
    except Blind:
        return False
    "\n".join(entry.text for entry in found).encode()
    return not found


def stream(items: list[dict[str, Any]]) -> str:
    """Objects one after the other, as ``fly logs --json`` prints them."""
    return "".join(map(printed, items))


def test_the_whole_log_is_fine_unless_it_shows_an_error() -> None:
    assert (log_is_fine(stream(LOG)), log_is_fine(stream(FAILING))) == (True, False)


@EXAMPLES
@given(last=st.integers(0, len(LOG) - 1), data=st.data())
def test_a_log_cut_within_a_line_is_never_fine(last: int, data: st.DataObject) -> None:
    assert not log_is_fine(stream(LOG[:last]) + data.draw(cut(printed(LOG[last])).filter(bool)))


@EXAMPLES
@given(items=st.permutations(FAILING))
def test_the_order_of_a_log_hides_no_error(items: list[dict[str, Any]]) -> None:
    assert not log_is_fine(stream(items))


@EXAMPLES
@given(first=st.integers(1, len(LOG)))
def test_a_log_without_its_beginning_is_never_fine(first: int) -> None:
    assert not log_is_fine(stream(LOG[first + 1 :]))


@EXAMPLES
@given(document=spoilt(FAILING[-3:]), text=torn(stream(FAILING[-3:])))
@example(document=[{"message": "\ud83d", "timestamp": NOW.isoformat()}], text=DEEP)
def test_a_spoilt_log_is_a_record_or_an_error(document: Any, text: str) -> None:
    log_is_fine("".join(map(printed, document)) if isinstance(document, list) else printed(document))
    log_is_fine(text)


@pytest.fixture
def fly(tmp_path: Path) -> Fly:
    """The client with an executable that prints two files and ends with what a third one says."""
    program = tmp_path / "fly"
    program.write_text(f"#!/bin/sh\ncd '{tmp_path}'; cat out; cat err >&2; exit $(cat status)\n", encoding="utf-8")
    program.chmod(0o755)
    return Fly("demo", {"PATH": f"{tmp_path}:/usr/bin:/bin"}, Secret("FLY_API_TOKEN", "fm2_x"))


@FEW
@given(
    call=st.sampled_from(["version", "machine_list", "releases", "secrets_list", "logs"]),
    out=st.one_of(torn(printed(state(HEALTHY, "releases"))).map(str.encode), st.binary(max_size=40)),
    err=st.one_of(st.just(b""), st.binary(max_size=40), st.sampled_from([b"429", b"Error: 401", b"\x1b[1mError: \n"])),
    status=st.sampled_from([0, 0, 1, 3, 126]),
)
def test_whatever_a_fly_prints_the_client_answers_or_is_blind(
    fly: Fly, tmp_path: Path, call: str, out: bytes, err: bytes, status: int
) -> None:
    for name, content in {"out": out, "err": err, "status": str(status).encode()}.items():
        (tmp_path / name).write_bytes(content)
    with contextlib.suppress(Blind):
        fly.logs(SINCE) if call == "logs" else getattr(fly, call)()
