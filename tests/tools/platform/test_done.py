"""``releases``, ``restart``, ``scale-memory`` and ``rollback``: what they show, and what they do."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.tools.platform.live import ALONE, APP, CURRENT, DO, OLDER, OLDEST, ONE, TWO, Live, alone


def test_releases_are_listed_newest_first_without_a_permit(live: Live) -> None:
    said = live.type("releases", "--last", "2")
    assert [line.split()[:2] for line in said.lines] == [["v42", "complete"], ["v41", "failed"]]
    assert said.lines[0].endswith(f"registry.fly.io/{APP}:{CURRENT}")


def test_releases_as_json_are_a_document_a_line(live: Live) -> None:
    found = [json.loads(line) for line in live.type("releases", "--json").lines]
    assert [one["version"] for one in found] == [42, 41, 40, 39]
    assert found[2]["image"] == f"registry.fly.io/{APP}:{OLDER}"


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("words", "typed"),
    [
        (("restart",), [f"fly machine restart {ONE} -a {APP}", f"fly machine restart {TWO} -a {APP}"]),
        (("restart", TWO), [f"fly machine restart {TWO} -a {APP}"]),
        (("scale-memory", "2048"), [f"fly scale memory 2048 -a {APP}"]),
        (("scale-memory", "512", "--down"), [f"fly scale memory 512 -a {APP}"]),
        (("rollback",), [f"fly deploy -a {APP} --image registry.fly.io/{APP}:{OLDER} -y"]),
        (("rollback", "--to", "v39"), [f"fly deploy -a {APP} --image registry.fly.io/{APP}:{OLDEST} -y"]),
    ],
    ids=" ".join,
)
def test_a_dry_run_shows_what_is_now_and_what_would_be_typed(
    live: Live, words: tuple[str, ...], typed: list[str]
) -> None:
    said = live.type(*words)
    assert (said.status, said.lines[0], said.error) == (0, "now:", "")
    assert said.lines[1] == f"  {ONE} started in fra, 1 of 1 checks passing, 1024 MB"
    place = said.lines.index("would be typed, with the token in FLY_ACTS_TOKEN:")
    assert said.lines[place + 1 : -1] == [f"  {line}" for line in typed]
    assert said.lines[-1] == "nothing was changed; to do it, type it again with --yes --permit sandbox-live"


def test_a_dry_run_says_when_nothing_else_answers(live: Live) -> None:
    assert ALONE not in live.type("restart", ONE).lines
    live.change(alone)
    assert ALONE in live.type("restart", ONE).lines


def test_a_size_that_is_there_is_nothing_to_do(live: Live) -> None:
    assert live.type("scale-memory", "1024").lines[-1] == "every machine has 1024 MB; there is nothing to do"
    assert live.type("scale-memory", "1024", *DO).lines == ["every machine has 1024 MB; nothing was done"]


def test_all_started_machines_are_restarted_one_by_one(live: Live) -> None:
    said = live.type("restart", *DO)
    assert said.status == 0, said
    told = [re.fullmatch(r"(\w+): restarted and healthy after [\d.]+ s", line) for line in said.lines[:2]]
    assert [one and one[1] for one in told] == [ONE, TWO]
    assert said.lines[2] == "now:"
    assert said.lines[-1] == "next: pytest -m post_deploy --target target.toml"
    begun = [one["events"][0]["timestamp"] for one in live.machines().values()]
    ended = [one["events"][1]["timestamp"] for one in live.machines().values()]
    assert begun[0] < ended[1]


def test_a_named_machine_alone_is_restarted_even_one_at_rest(live: Live) -> None:
    live.change(lambda state: state["machines"][1].update(state="stopped"))
    assert live.type("restart", TWO, TWO, *DO).lines[0].startswith(f"{TWO}: restarted and healthy after ")
    assert [one["state"] for one in live.machines().values()] == ["started", "started"]
    assert [one["events"][1]["type"] for one in live.machines().values()] == ["launch", "exit"]


def test_memory_is_given_to_every_machine(live: Live) -> None:
    said = live.type("scale-memory", "2048", *DO)
    assert (said.status, said.lines[0].startswith("2 machines have 2048 MB and are healthy after ")) == (0, True)
    assert {one["config"]["guest"]["memory_mb"] for one in live.machines().values()} == {2048}


def test_less_memory_is_given_when_that_is_meant(live: Live) -> None:
    live.change(alone)
    assert live.type("scale-memory", "512", "--down", *DO).status == 0
    assert live.machines()[ONE]["config"]["guest"]["memory_mb"] == 512


def test_a_rollback_deploys_the_image_before_and_looks_at_machines_and_health(live: Live) -> None:
    said = live.type("rollback", *DO)
    assert said.status == 0, said
    assert said.lines[0].startswith("every machine runs the image of v40 after ")
    assert said.lines[1].startswith("health answers 200 after ")
    assert {one["image_ref"]["tag"] for one in live.machines().values()} == {OLDER}
    assert live.type("releases", "--last", "1").lines[0].startswith("v43 complete")
    assert any(line.startswith("back to: v39 ") for line in live.type("rollback").lines)


def test_without_a_variable_for_it_the_own_login_acts(
    live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.change(alone)
    monkeypatch.delenv("FLY_ACTS_TOKEN")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert "would be typed, with your own fly login (FLY_ACTS_TOKEN is not set):" in live.type("restart").lines
    said = live.type("restart", *DO)
    assert (said.status, "expected your own fly login to be allowed to" in said.error) == (3, True)
    login = live.sandbox.environment["FLY_ACTS_TOKEN"].removeprefix("FlyV1 ")
    (tmp_path / ".fly").mkdir()
    (tmp_path / ".fly" / "config.yml").write_text(f"access_token: {login}\n", encoding="utf-8")
    assert live.type("restart", *DO).status == 0
