"""Judging releases and routine by the repository."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ops_tests.errors import NotCovered
from ops_tests.limits import Limits
from ops_tests.records.platform import Image, Machine, Release
from ops_tests.records.repository import Changelog, FileChange, Tag
from ops_tests.rules import repository as rules

NOW = datetime(2026, 11, 21, 5, 30, tzinfo=UTC)
COMMIT, OTHER = "a" * 40, "b" * 40
NEW, OLD = Image("registry.fly.io/shop", "new"), Image("registry.fly.io/shop", "old")
RELEASES = [Release(7, "failed", NOW, Image("x", "broken")), Release(6, "complete", NOW, NEW)]
MACHINE = Machine("m1", "started", "fra", NEW, commit=COMMIT)
LIMIT = Limits().lock_file_age_days


def test_what_was_released_is_what_the_newest_complete_release_s_image_says() -> None:
    old = replace(MACHINE, id="m2", image=OLD, commit=OTHER)
    assert rules.released_commit(RELEASES, [old, MACHINE]) == COMMIT


@pytest.mark.parametrize(
    ("releases", "machines", "said"),
    [
        (RELEASES[:1], [MACHINE], "none of the 1 releases listed is complete"),
        ([], [MACHINE], "none of the 0 releases"),
        (RELEASES, [], "no machine runs the image of release v6"),
        (RELEASES, [replace(MACHINE, image=OLD)], "no machine runs the image of release v6"),
        (RELEASES, [replace(MACHINE, commit="")], "bears no label with its commit; expected one. Next: .*Dockerfile"),
    ],
)
def test_without_a_label_that_counts_nothing_is_proved(
    releases: list[Release], machines: list[Machine], said: str
) -> None:
    with pytest.raises(NotCovered, match=said):
        rules.released_commit(releases, machines)


def test_only_a_tag_at_the_commit_counts() -> None:
    tags = [Tag("v1.0.0", OTHER), Tag("v1.1.0", COMMIT), Tag("v1.1", COMMIT)]
    assert rules.tags_at(COMMIT, tags) == ["v1.1.0", "v1.1"]
    assert rules.tags_at(COMMIT, tags[:1]) == []


@pytest.mark.parametrize(
    ("names", "newest"),
    [
        (("v1.9.0", "v1.10.0", "v1.2.3"), "v1.10.0"),
        (("v2.0.0-rc.2", "v2.0.0", "v2.0.0-rc.10"), "v2.0.0"),
        (("v2.0.0-rc.2", "v1.9.9", "v2.0.0-rc.10"), "v2.0.0-rc.10"),
        (("v2.0.0-beta", "v2.0.0-alpha"), "v2.0.0-beta"),
        (("vendor", "v3", "v2.9+build.1"), "v3"),
    ],
)
def test_versions_are_ordered_as_numbers_and_releases_come_behind_their_candidates(
    names: tuple[str, ...], newest: str
) -> None:
    tags = [Tag(name, COMMIT) for name in names]
    assert rules.newest_tag(tags).name == rules.newest_tag(tags[::-1]).name == newest


def test_without_a_version_s_tag_there_is_no_newest() -> None:
    with pytest.raises(NotCovered, match=r"no tag like v1.2.3"):
        rules.newest_tag([Tag("vendor", COMMIT)])
    assert rules.described([Tag("vendor", COMMIT)]) == "there is no tag v* at all"


@pytest.mark.parametrize(
    "text",
    [
        "## [1.3.0] - 2026-11-19",
        "## v1.3.0 (2026-11-19)",
        "# Release 1.3.0",
        "### 2026-11-19: Version 1.3.0",
        "1.3.0\n=====",
        "## [1.3.0](https://example.com/compare/v1.2.0...v1.3.0)",
    ],
)
def test_a_section_is_found_in_the_usual_spellings(text: str) -> None:
    assert rules.sections(f"# Changelog\n\n{text}\n\n- work\n") == {"1.3.0"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "## [Unreleased]",
        "## 1.3.0-rc.1",
        "## 11.3.0",
        "## 1.3.01",
        "- needs 1.3.0",
        "## [1.4.0](x/v1.3.0...v1.4.0)",
    ],
)
def test_another_version_is_no_section_of_it(text: str) -> None:
    assert "1.3.0" not in rules.sections(text)


def test_the_section_may_come_with_the_tag_or_after_it() -> None:
    for at_tag, at_head in (("## 1.3.0", "## 1.4.0"), ("## 1.2.0", "## 1.3.0")):
        assert rules.unnamed(Changelog("CHANGELOG.md", "v1.3.0", at_tag, at_head)) == []
    without = Changelog("CHANGELOG.md", "v1.3.0", "## 1.2.0", "## 1.2.0")
    assert rules.unnamed(without) == ["CHANGELOG.md has no section for v1.3.0"]


def test_without_a_changelog_nothing_is_proved() -> None:
    with pytest.raises(NotCovered, match=r"neither in v1.3.0 nor checked out"):
        rules.unnamed(Changelog("CHANGES", "v1.3.0", "", ""))


def test_a_lock_file_is_reminded_of_when_it_is_old() -> None:
    young, old = (FileChange("yarn.lock", COMMIT, NOW - timedelta(days=days)) for days in (31, 32))
    assert rules.reminder(young, NOW, LIMIT) == []
    assert rules.reminder(old, NOW, LIMIT) == [
        "yarn.lock was last changed on 2026-10-20, 32 d ago; expected 31 d (limits.lock_file_age_days) at most"
    ]


def test_a_change_of_tomorrow_is_a_wrong_clock() -> None:
    with pytest.raises(NotCovered, match=r"yet to come; .* clock"):
        rules.age_days(FileChange("yarn.lock", COMMIT, NOW + timedelta(days=2)), NOW)
    assert rules.age_days(FileChange("yarn.lock", COMMIT, NOW + timedelta(minutes=2)), NOW) == 0
