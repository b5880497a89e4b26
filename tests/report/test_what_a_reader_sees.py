"""What a reader sees in a browser: with scripts blocked, on a phone, by day and by night, printed."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from tests.report.browser import WAYS, Seen, run

PAGES = ("green", "red", "blind", "whole", "drill")
EVERY_LOOK = [f"{name}/{way}" for name in (*PAGES, "status") for way in WAYS]
AT_HOME = pytest.mark.parametrize("look", EVERY_LOOK)
SECTIONS = {
    "green": ["What changed", "Objectives", "Checks", "Evidence", "Environment and versions"],
    "drill": ["What changed", "Objectives", "Drill", "Checks", "Evidence", "Environment and versions"],
    "blind": [
        "What is wrong, and what to type next", "What changed", "Objectives", "Checks", "Evidence", "Runbook",
        "Environment and versions",
    ],
    "red": [
        "What is wrong, and what to type next", "What changed", "Objectives", "Checks", "Errors in the log, by shape",
        "Evidence", "Runbook", "Environment and versions",
    ],
    "whole": [
        "What is wrong, and what to type next", "What changed", "Objectives", "Checks", "Latency",
        "Errors in the log, by shape", "Evidence", "Runbook", "Environment and versions",
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_the_sections_come_in_their_order_and_the_verdict_before_all(seen: Seen, name: str) -> None:
    for way in WAYS:
        headings = seen[f"{name}/{way}"]["headings"]
        assert headings[0][0] == 1
        assert [text for level, text in headings if level == 2] == SECTIONS[name]


@AT_HOME
def test_no_heading_skips_a_level(seen: Seen, look: str) -> None:
    levels = [level for level, _ in seen[look]["headings"]]
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


@AT_HOME
def test_every_text_stands_out_from_its_ground(seen: Seen, look: str) -> None:
    assert seen[look]["faint"] == []


@AT_HOME
def test_nothing_makes_the_page_scroll_sideways(seen: Seen, look: str) -> None:
    assert (seen[look]["scrolls"], seen[look]["sticksOut"]) == (0, [])


@pytest.mark.parametrize("look", ["whole/wide", "red/wide", "whole/printed", "blind/wide"])
def test_no_unit_and_no_name_is_torn_off(seen: Seen, look: str) -> None:
    assert seen[look]["torn"] == []


@pytest.mark.parametrize("way", WAYS)
def test_the_words_of_a_timeline_can_be_read_and_lie_beside_each_other(seen: Seen, way: str) -> None:
    assert (seen[f"drill/{way}"]["crowded"], seen[f"drill/{way}"]["tiny"]) == ([], [])


@pytest.mark.parametrize("way", ["wide", "phone", "printed"])
def test_a_drill_says_in_words_what_its_timeline_shows(seen: Seen, way: str) -> None:
    text = " ".join(seen[f"drill/{way}"]["text"].split())
    for said in (
        "BAD no answer 21.6 s to 24.6 s 3 s", "DONE restart machine B 40.3 s to 43.8 s 3.5 s",
        "BAD 503, repeated 9.8 s to 13.1 s 5.7 s in 3 parts, the longest 1.9 s", "DONE restart machine A at 9.5 s",
        "recovery time 4.2 s was 3.95 s on ", "rows 120,394 rows",
    ):  # fmt: skip
        assert said in text


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_shows_no_empty_cell(seen: Seen, name: str) -> None:
    assert seen[f"{name}/phone"]["hollow"] == 0


@AT_HOME
def test_a_command_is_one_line_that_scrolls_in_its_block_and_is_whole_on_paper(seen: Seen, look: str) -> None:
    assert seen[look]["hidden"] == 0
    if not look.endswith("/printed"):
        assert [shown for _, shown in seen[look]["commands"]] == [typed for typed, _ in seen[look]["commands"]]


@AT_HOME
def test_landmarks_tables_pictures_and_links_are_sound(seen: Seen, look: str) -> None:
    faults = ("unnamed", "unscoped", "headless", "broken", "doubled")
    assert {fault: seen[look][fault] for fault in faults if seen[look][fault]} == {}
    assert seen[look]["mains"] == 1


@pytest.mark.parametrize(("name", "word"), [("green", "OK"), ("red", "FINDING L2"), ("blind", "BLIND")])
def test_the_verdict_is_read_from_across_the_room(seen: Seen, name: str, word: str) -> None:
    assert seen[f"{name}/wide"]["shout"][0] == word
    assert seen[f"{name}/wide"]["shout"][1] >= 80
    assert seen[f"{name}/phone"]["shout"][1] >= 40


@pytest.mark.parametrize("name", PAGES)
def test_scripts_change_nothing_that_is_read(seen: Seen, name: str) -> None:
    def lines(way: str) -> list[str]:
        return [
            one
            for one in seen[f"{name}/{way}"]["text"].splitlines()
            if "own table" not in one and "needs scripts" not in one
        ]

    assert lines("scripts") == lines("wide")


@pytest.mark.parametrize("name", ["green", "red", "blind"])
def test_the_table_of_pytest_stays_away_until_it_is_asked_for(seen: Seen, name: str) -> None:
    assert {way: seen[f"{name}/{way}"]["tables"] for way in WAYS} == dict.fromkeys(WAYS, 0)
    assert seen[f"{name}/scripts"]["onDemand"] == 1
    assert "own table" in seen[f"{name}/scripts"]["text"]
    assert "own table" not in seen[f"{name}/wide"]["text"]


def test_a_red_page_says_what_is_broken_since_when_and_what_to_type(seen: Seen) -> None:
    text = seen["red/phone"]["text"]
    for said in (
        "/health answered 503; expected 200", "red since ", "release v42 came between, v41 was live before",
        "more may follow from it", "curl -sS -i --max-time 10 http://127.0.0.1:9/health",
        "new in this run: it held at ", "Since the last run", "Since the last green run",
    ):  # fmt: skip
        assert said in text


def test_sixteen_blind_checks_of_one_cause_are_one_box(seen: Seen) -> None:
    boxes = [text for level, text in seen["blind/wide"]["headings"] if level == 3 and "blind" in text.lower()]
    assert len(boxes) == 1
    assert "6 more saw the same" in seen["blind/wide"]["text"]


@pytest.mark.parametrize("name", PAGES)
def test_on_paper_the_evidence_stands_open_and_on_white(seen: Seen, name: str) -> None:
    assert seen[f"{name}/printed"]["shutLines"] == 0
    assert seen[f"{name}/printed"]["ground"] == [255, 255, 255]


def test_on_the_screen_the_evidence_is_shut(seen: Seen) -> None:
    assert seen["red/wide"]["shutLines"] > 0


def test_the_reader_who_prefers_the_dark_gets_it(seen: Seen, scheme: str) -> None:
    assert (max(seen["red/wide"]["ground"]) < 60) == (scheme == "dark")


def test_a_page_with_faults_is_not_taken_for_a_sound_one(seen: Seen) -> None:
    faulty = seen["faulty/phone"]
    assert [one.rpartition(" ")[2] for one in faulty["faint"]] == ["faint"]
    assert faulty["scrolls"] > 1000
    assert any("wide" in one for one in faulty["sticksOut"])
    assert (faulty["unnamed"], faulty["unscoped"], faulty["headless"], faulty["broken"]) == (1, 1, 1, ["#nowhere"])
    assert [level for level, _ in faulty["headings"]] == [1, 3]
    assert (faulty["torn"], faulty["hollow"], faulty["hidden"]) == (["99.9 %"], 1, 1)
    assert (faulty["crowded"], faulty["tiny"]) == (["on / under"], ["on"])
    assert faulty["commands"] == [[1, 1], [1, 2]]
    assert "by script" not in faulty["text"]
    assert "by script" in seen["faulty/scripts"]["text"]


def test_it_prints(chromium: str, documents: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(documents["red"], encoding="utf-8")
    run(chromium, tmp_path, f"--print-to-pdf={tmp_path / 'page.pdf'}", (tmp_path / "page.html").as_uri())
    printed = (tmp_path / "page.pdf").read_bytes()
    assert printed.startswith(b"%PDF-")
    assert 1 <= printed.count(b"/Type /Page\n") <= 6
