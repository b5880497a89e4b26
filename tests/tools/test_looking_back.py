"""``postmortem``, ``status-page`` and ``release-checklist`` from a history that was planted."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ops_tests.errors import HistoryUnavailable, UsageProblem
from ops_tests.plugin.alerts import outbox
from ops_tests.plugin.history import writing
from ops_tests.plugin.history.place import place_of
from ops_tests.plugin.history.store import Store, visit
from ops_tests.records.alerts import Letter
from ops_tests.records.run import (
    CheckRecord,
    Drill,
    Figure,
    Level,
    Measurement,
    Outcome,
    RunRecord,
    TargetRecord,
    Waiver,
)
from ops_tests.tools.cli import cli
from tests.running import environment

NOW = datetime.now(UTC).replace(microsecond=0)
HEALTH, DATABASE = "availability/health_answers_200", "database/database_answers"
SECRET_SENTENCE = "machine d8d4017a6e3278 at db.internal:5432 refused hunter2hunter2; expected an answer"
TOML = """
name = "inside-name"
base_url = "https://shop-fly-app.example.com"

[[maintenance]]
from = 2020-01-01T00:00:00Z
until = 2020-01-01T01:00:00Z
reason = "long over"

[[maintenance]]
from = 2099-01-01T02:00:00+02:00
until = 2099-01-01T04:00:00+02:00
reason = "new disk for db.internal"
"""


def check(name: str, outcome: Outcome = "ok", *, value: float = 0, level: Level | None = Level.L3) -> CheckRecord:
    wrong = outcome == "finding"
    return CheckRecord(
        target="inside-name", check=name, subject=name.partition("/")[0], claim="It is so.",
        suites=("smoke", "daily", "post_deploy"), anchor="availability.md#health-answers-200", outcome=outcome,
        level=level if wrong else None, sentence=SECRET_SENTENCE if outcome not in {"ok", "note"} else "",
        measurements=(Measurement(value=value, unit="s", limit=1, key="limits.health_seconds", level=None),),
        waiver=Waiver(check=name, reason="old", owner="anna", until=NOW.date()) if outcome == "waived" else None,
        evidence=("d8d4017a6e3278",), duration_seconds=0.2,
    )  # fmt: skip


def keep(
    folder: Path,
    minutes: float,
    *checks: CheckRecord,
    suite: str = "smoke",
    release: str = "",
    targets: int = 1,
    drills: tuple[Drill, ...] = (),
) -> str:
    """Keep a run that began so many minutes from now; returns its id."""
    begun = NOW + timedelta(minutes=minutes)
    names = ["inside-name", "other"][:targets]
    red = any(one.outcome == "finding" for one in checks)
    record = RunRecord(
        run_id=f"{suite[0]}{abs(minutes):g}", suite=suite, faults=(), started_at=begun,
        targets=tuple(TargetRecord(name=one, base_url="https://x", sandbox=False, release=release) for one in names),
        finished_at=begun + timedelta(seconds=5), exit_status=int(red), level=Level.L3 if red else None,
        verdict="FINDING L3: it | said" if red else "OK", environment={},
        checks=tuple(one.model_copy(update={"started_at": begun}) for one in checks),
        drills=drills,
    )  # fmt: skip
    complaints: list[str] = []
    writing.store(folder, record, complaints.append)
    assert not complaints
    return record.run_id


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has its own present: how old a look is decides what it is worth."""
    monkeypatch.setitem(globals(), "NOW", datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a target and no history yet."""
    monkeypatch.chdir(tmp_path)
    for variable in ("OPS_TARGET", "OPS_HISTORY_URL"):
        monkeypatch.delenv(variable, raising=False)
    (tmp_path / "shop.toml").write_text(TOML, encoding="utf-8")
    (tmp_path / "reports").mkdir()
    return tmp_path


def told(*arguments: str) -> str:
    result: Result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def outage(folder: Path) -> str:
    """An hour ago release v42 came and broke the database for ten minutes; somebody was told after five."""
    keep(folder, -70, check(HEALTH), check(DATABASE), release="v41")
    keep(folder, -60, check(HEALTH, "finding", value=3), check(DATABASE, "finding", value=2), release="v42")
    named = keep(folder, -55, check(HEALTH, "finding", value=5), check(DATABASE, "finding", value=4),
                 check("shop/known", "waived"), release="v42")  # fmt: skip
    keep(folder, -50, check(HEALTH), check(DATABASE), release="v43")
    since = NOW - timedelta(minutes=60)
    letter = Letter("1", "inside-name", f"finding:{DATABASE}", named, "OPS_PAGER", "new", "L3", "[L3] the database", "",
                    since, since + timedelta(minutes=4))  # fmt: skip
    other = Letter("2", "inside-name", "finding:shop/other", named, "OPS_PAGER", "new", "L1", "another", "", since,
                   since + timedelta(minutes=4))  # fmt: skip

    def post(history: Store) -> None:
        outbox.post(history, [letter, other])
        outbox.delivered(history, letter, since + timedelta(minutes=5))

    visit(place_of(folder), post)
    return named


def test_a_postmortem_tells_what_the_history_knows(shop: Path) -> None:
    said = told("postmortem", outage(shop))
    row = re.findall(r"^\| ([\w ]+?) \| (.*) \|$", said, re.MULTILINE)
    facts = dict(row)
    assert facts["worst level"] == "L3"
    assert facts["first red"].startswith(f"{NOW - timedelta(minutes=60):%Y-%m-%d %H:%M}")
    assert facts["somebody was told"].endswith("(after 5 min)")
    assert facts["lasted"] == "10 min"
    assert "down since" in said
    assert "at least 5 min and at most" in said
    assert "- Measured: 2 s to 4 s in 2 looks, limit 1 s." in said
    assert f"- May have followed from it: {HEALTH}." in said
    assert "- shop/known: waived until" in said
    assert "- Release v42 came between, v41 was live before." in said
    assert "told by OPS_PAGER (new): [L3] the database" in said
    assert "another" not in said
    assert "FINDING L3: it \\| said" in said


def test_a_postmortem_tells_what_the_drills_of_its_run_measured(shop: Path) -> None:
    recovery = Figure(name="recovery time", value=4.2, unit="s")
    drill = Drill(target="inside-name", name="cold start", began_at=NOW, ended_at=NOW, figures=(recovery,))
    keep(shop, -1, check(HEALTH, "finding"), drills=(drill,))
    assert "- Measured by the drill cold start of this run: recovery time 4.2 s.\n" in told("postmortem", "s1")


def test_the_timeline_is_in_the_order_of_time(shop: Path) -> None:
    said = told("postmortem", outage(shop))
    moments = re.findall(r"^\| (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) \|", said, re.MULTILINE)
    assert len(moments) == 7
    assert moments == sorted(moments)


@pytest.mark.parametrize(
    "heading", ["Summary", "Impact", "Root cause", "What went well", "Where we were lucky", "Actions"]
)
def test_a_postmortem_has_the_headings_that_people_fill(shop: Path, heading: str) -> None:
    keep(shop, -1, check(HEALTH, "finding"))
    assert f"\n## {heading}\n\n" in told("postmortem", "s1")


def test_what_lasts_was_never_told_or_is_blind_is_said_so(shop: Path) -> None:
    keep(shop, -1, check(HEALTH, "blind"))
    said = told("postmortem", "s1")
    assert "| worst level | none: blind |" in said
    assert "| recovered | not yet |" in said
    assert "nobody was told by an alert" in said


def test_a_run_is_found_by_its_beginning_and_by_its_report(shop: Path) -> None:
    keep(shop, -123, check(HEALTH, "finding"))
    (shop / "reports" / "20260101T0-smoke.json").write_text('{"run_id": "s123"}', encoding="utf-8")
    for name in ("s12", "20260101T0-smoke", "reports/20260101T0-smoke.html"):
        assert "`s123` (smoke)" in told("postmortem", name)


def test_a_run_nobody_knows_is_told_with_the_newest_that_found_something(shop: Path) -> None:
    keep(shop, -5, check(HEALTH, "finding"))
    keep(shop, -3, check(HEALTH))
    with pytest.raises(UsageProblem, match=r"no run is called 'nope'; the newest that found something: s5 \(.*: L3\)$"):
        told("postmortem", "nope")


@pytest.mark.parametrize(
    ("run", "said"),
    [
        ("s3", "run s3 found nothing wrong on inside-name; the newest that found something: "),
        ("s", r"3 runs begin with 's': s3, s5, s55; type more of it"),
        ("", "no run is called ''"),
        ("half", r"half\.json is no report of a run"),
    ],
)
def test_a_run_that_cannot_be_meant_is_told(shop: Path, run: str, said: str) -> None:
    keep(shop, -55, check(HEALTH, "finding"))
    keep(shop, -5, check(HEALTH, "finding"))
    keep(shop, -3, check(HEALTH))
    (shop / "reports" / "half.json").write_text('{"run', encoding="utf-8")
    with pytest.raises(UsageProblem, match=said):
        told("postmortem", run)


def test_of_a_run_on_several_targets_the_one_that_was_wrong_is_meant(shop: Path) -> None:
    keep(shop, -5, check(HEALTH, "finding"), targets=2)
    assert "on inside-name" in told("postmortem", "s5")
    with pytest.raises(UsageProblem, match="looked at inside-name or other; name one: --target NAME"):
        told("postmortem", "s5", "--target", "nobody")


@pytest.mark.parametrize(
    "command",
    [("postmortem", "x"), ("status-page", "--target", "shop.toml"), ("release-checklist", "--target", "shop.toml")],
)
def test_without_a_history_there_is_a_sentence_and_none_is_begun(shop: Path, command: tuple[str, ...]) -> None:
    with pytest.raises(HistoryUnavailable, match=r"no run is kept yet in .*; the first is made by pytest -m smoke"):
        told(*command)
    assert not list((shop / "reports").iterdir())


def test_a_status_page_tells_users_the_parts_and_nothing_of_the_inside(shop: Path) -> None:
    keep(shop, -9, check(HEALTH), check(DATABASE, "finding"), check("webhooks/webhook_accepts_a_signed_delivery[x]"))
    page = told("status-page", "--target", "shop.toml")
    text = " ".join(html.unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL)).split())
    assert "There is an outage Application ● operational Event processing ● operational Data ✕ outage" in text
    assert "Planned maintenance 2099-01-01 00:00 UTC to 2099-01-01 02:00 UTC" in text
    assert f"Last looked at {NOW - timedelta(minutes=9):%Y-%m-%d %H:%M} UTC" in text
    inside = ("inside-name", "example.com", "d8d4017a", "internal", "hunter2", "health_answers", "database_answers",
              "refused", "long over", "new disk", "webhook", "2020", str(shop), "s9")  # fmt: skip
    assert [word for word in inside if word in page] == []


def test_a_status_page_loads_nothing_and_runs_nothing(shop: Path) -> None:
    keep(shop, -9, check(HEALTH))
    page = told("status-page", "--target", "shop.toml")
    assert not re.search(r"<script|src=|href=|url\(|@import|http-equiv", page)
    assert "prefers-color-scheme: dark" in page


def test_a_status_page_is_written_whole_and_leaves_nothing_else(shop: Path) -> None:
    keep(shop, -9, check(HEALTH))
    (shop / "public").mkdir()
    file = shop / "public" / "status.html"
    assert told("status-page", "--target", "shop.toml", "--output", str(file)) == f"written: {file}\n"
    assert file.read_text(encoding="utf-8").endswith("</html>\n")
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("place", ["nowhere/status.html", "public"])
def test_a_file_that_cannot_be_written_is_told(shop: Path, place: str) -> None:
    keep(shop, -9, check(HEALTH))
    (shop / "public").mkdir()
    with pytest.raises(UsageProblem, match=f"{place} cannot be written: .*; name another with --output"):
        told("status-page", "--target", "shop.toml", "--output", place)
    assert not [one for one in shop.rglob(".*") if one.is_file()]


def steps(said: str) -> dict[str, bool]:
    """Whether a step is ticked, by what it says."""
    return {says: tick == "x" for tick, says in re.findall(r"^- \[([ x])\] (.*?) \(", said, re.MULTILINE)}


COMPLETE = "platform/latest_release_is_complete"


def test_a_checklist_is_ticked_by_looks_of_the_right_time(shop: Path) -> None:
    keep(shop, -40, check(COMPLETE), check("platform/backups_are_fresh"), suite="daily", release="v41")
    keep(shop, -20, check("logs/recent_logs_show_no_errors"), suite="post_deploy", release="v42")
    found = steps(told("release-checklist", "--target", "shop.toml"))
    assert found["The newest backup is fresh"]
    assert found["It is deployed: a run has seen it live"]
    assert not found["The release is complete, and every machine runs its image"]
    assert not found["The log stays free of errors"]
    keep(shop, -10, check(COMPLETE), suite="daily", release="v42")
    found = steps(told("release-checklist", "--target", "shop.toml", "--release", "42"))
    assert found["The release is complete, and every machine runs its image"]


def test_a_run_that_saw_the_deploy_end_does_not_count_after_it_unless_it_came_after_it(shop: Path) -> None:
    keep(shop, -20, check(COMPLETE), suite="daily", release="v42")
    name = "The release is complete, and every machine runs its image"
    assert not steps(told("release-checklist", "--target", "shop.toml"))[name]
    keep(shop, -25, check(COMPLETE), suite="post_deploy", release="v42")
    assert steps(told("release-checklist", "--target", "shop.toml"))[name]


def test_a_release_nobody_has_seen_is_a_list_for_the_time_before(shop: Path) -> None:
    keep(shop, -20, check("platform/backups_are_fresh"), check(COMPLETE), suite="daily", release="v42")
    said = told("release-checklist", "--target", "shop.toml", "--release", "v43")
    assert "No run has seen v43 live" in said
    assert [says for says, done in steps(said).items() if done] == ["The newest backup is fresh"]
    assert "`pytest -m post_deploy --expect-release 43 --target shop.toml`" in said
    assert [line for line in said.splitlines() if line.startswith("## ")] == [
        "## Before the deploy", "## Deploy", "## After the deploy", "## The first 30 minutes",
    ]  # fmt: skip


@pytest.mark.parametrize("release", ["v", "0", "1.2.3", "latest", "-1"])
def test_a_release_that_is_no_number_is_told(shop: Path, release: str) -> None:
    keep(shop, -20, check(HEALTH))
    with pytest.raises(UsageProblem, match=f"--release wants a release number like 42 or v42, not '{release}'"):
        told("release-checklist", "--target", "shop.toml", f"--release={release}")


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("postmortem",), 4),
        (("postmortem", "x"), 3),
        (("status-page",), 4),
        (("release-checklist", "--target", "nobody"), 4),
    ],
)
def test_their_errors_are_sentences_with_a_status(shop: Path, words: tuple[str, ...], status: int) -> None:
    command = [sys.executable, "-m", "ops_tests", *words]
    ended = subprocess.run(
        command, cwd=shop, env=environment(), capture_output=True, text=True, check=False, timeout=60
    )
    assert (ended.returncode, ended.stdout) == (status, "")
    assert ended.stderr
    assert "Traceback" not in ended.stderr
