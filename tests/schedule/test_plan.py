"""What stands in a schedule, what is left out of it and why, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from ops_tests.errors import UsageProblem
from ops_tests.tools import cli_schedule
from ops_tests.tools.cli import cli
from ops_tests.tools.schedule import FORMATS
from tests.schedule.validators import cron_lines

Printing = Callable[..., str]
Asking = Callable[..., Result]


def flat(text: str) -> str:
    """The comments as running text."""
    return re.sub(r"\s*\n# ", " ", text)


def test_the_command_offers_the_formats_that_there_are() -> None:
    assert set(cli_schedule.FORMATS) == set(FORMATS)


def test_a_crontab_runs_every_suite_and_both_clean_ups(printed: Printing) -> None:
    commands = " ".join(command for _, command in cron_lines(printed("crontab")))
    for suite in ("smoke", "daily", "weekly", "monthly", "audit"):
        assert f"-q -m {suite} --target ops/shop.toml" in commands
    asked = "--target ops/shop.toml --yes --permit shop"
    assert f"-m ops_tests retention --days 10 {asked}" in commands
    assert f"-m ops_tests dead-letters cleanup {asked}" in commands


@pytest.mark.parametrize("style", FORMATS)
def test_every_format_says_what_a_deployment_and_a_quarter_want(printed: Printing, style: str) -> None:
    text = printed(style)
    assert "post_deploy" in text
    assert "--expect-image" in text
    assert "-m dr_drill --target ops/shop.toml --permit shop" in text
    assert "dr_drill" not in "\n".join(
        line for line in text.splitlines() if not line.startswith("#") and not re.search(r"\becho\b", line)
    ), "no schedule begins a drill"


@pytest.mark.parametrize("style", FORMATS)
@pytest.mark.parametrize(
    ("right", "wrong", "why"),
    [
        ("acts = true", "", "it deletes, and the target file does not say acts = true"),
        ('operator_secret_env = "OPERATOR_DATABASE_URL"', "", "operator_secret_env names no role that may delete"),
    ],
)
def test_nothing_deletes_without_permission(
    printed: Printing, folder: Path, style: str, right: str, wrong: str, why: str
) -> None:
    file = folder / "ops" / "shop.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(right, wrong), encoding="utf-8")
    text = printed(style)
    assert "--yes" not in text
    assert f"Left out, retention: {why}" in flat(text).replace("database.operator", "operator")
    assert f"Left out, dead-letters: {why}" in flat(text).replace("database.operator", "operator")
    assert "OPERATOR_DATABASE_URL" not in text


@pytest.mark.parametrize(
    ("right", "wrong", "gone", "why"),
    [
        ("[dead_letters]\n", "", "dead-letters", "the target file has no [dead_letters]"),
        ("[retention]\ndays = 10\n", "", "retention", "the target file has no [retention]"),
        ("[webhooks]\n", "[webhooks]\nrecords_deliveries = false\n", "retention", "there is nothing to delete"),
    ],
)
def test_what_the_target_lacks_is_left_out_and_said(
    printed: Printing, folder: Path, right: str, wrong: str, gone: str, why: str
) -> None:
    file = folder / "ops" / "shop.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(right, wrong), encoding="utf-8")
    text = printed("crontab")
    assert len(re.findall("--yes", text)) == 1
    assert re.search(rf"Left out, {gone}: .*{re.escape(why)}\.", flat(text))


def test_a_target_with_nothing_but_an_address_needs_no_variable_and_no_fly(printed: Printing) -> None:
    for style in FORMATS:
        text = printed(style, "ops/bare.toml")
        assert set(re.findall(r"\b[A-Z]+_(?:[A-Z_]+_)?(?:URL|TOKEN|SECRET)\b", text)) == {"OPS_HISTORY_URL"}
        assert "fly" not in text
        assert "EXPECT_IMAGE" not in text
        assert "Nobody misses a run that does not come" in flat(text)


@pytest.mark.parametrize("style", ["crontab", "systemd"])
def test_path_leads_to_fly_or_says_that_it_was_not_found(
    printed: Printing, folder: Path, monkeypatch: pytest.MonkeyPatch, style: str
) -> None:
    (folder / "fly").touch(mode=0o755)
    monkeypatch.setenv("PATH", f"/nowhere:{folder}")
    assert f"PATH={folder}:/usr/local/bin:/usr/bin:/bin" in printed(style)
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("HOME", str(folder / "home"))
    text = printed(style)
    assert f"PATH={folder}/home/.fly/bin:/usr/local/bin" in text
    assert "fly was not found here" in flat(text)


def test_each_job_gets_only_the_secrets_it_looks_up(printed: Printing) -> None:
    jobs = {one["metadata"]["name"]: one["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["env"]
            for one in yaml.safe_load_all(printed("kubernetes")) if one["kind"] == "CronJob"}  # fmt: skip
    names = {job: {variable["name"] for variable in variables} for job, variables in jobs.items()}
    assert names["ops-tests-shop-retention"] == {"HOME", "DATABASE_URL", "OPERATOR_DATABASE_URL"}
    assert "SMOKE_SWITCH_URL" in names["ops-tests-shop-smoke"]
    assert "SMOKE_SWITCH_URL" not in names["ops-tests-shop-daily"]
    assert all("OPERATOR_DATABASE_URL" not in of for job, of in names.items() if "-retention" not in job
               and "-dead-letters" not in job)  # fmt: skip
    assert all("BACKUP_DATABASE_URL" not in of for of in names.values()), "only the drill looks at it"


def test_github_has_no_smoke_and_says_why(printed: Printing) -> None:
    text = printed("github")
    assert "GitHub begins late" in flat(text)
    assert not re.search(r"cron: \"[0-9]+-59/5", text)
    assert "SMOKE_SWITCH_URL" not in text
    assert yaml.safe_load(text)["permissions"] == {"contents": "read"}


def test_no_secret_is_printed(printed: Printing, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in re.findall(r'"([A-Z_]+)"', (folder / "ops" / "shop.toml").read_text(encoding="utf-8")):
        monkeypatch.setenv(name, f"hunter2-{name}")
    (folder / ".env").write_text("OPS_HISTORY_URL=postgresql://hunter2@db.example.com/ops\n", encoding="utf-8")
    assert [style for style in FORMATS if "hunter2" in printed(style)] == []


def test_a_target_outside_the_folder_runs_by_its_path_but_is_not_carried_elsewhere(
    printed: Printing, asked: Asking, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("else where%") / "far.toml"
    elsewhere.write_text('name = "far"\nbase_url = "https://far.example.com"\n', encoding="utf-8")
    assert f"--target '{elsewhere}'".replace("%", "\\%") in printed("crontab", str(elsewhere))
    assert f"--target '{elsewhere}'".replace("%", "%%") in printed("systemd", str(elsewhere))
    for style in ("github", "kubernetes"):
        error = asked(style, str(elsewhere)).exception
        assert isinstance(error, UsageProblem)
        assert "move the file into it" in str(error)


def test_outside_a_clone_nothing_is_carried_and_the_checks_are_named(
    printed: Printing, asked: Asking, folder: Path
) -> None:
    (folder / "pytest.ini").unlink()
    assert "-m pytest -q --pyargs ops_tests.checks -m smoke" in printed("crontab")
    error = asked("github").exception
    assert isinstance(error, UsageProblem)
    assert "has no pytest.ini; type it in the clone" in str(error)


def test_long_and_dotted_names_are_names_in_kubernetes_too(printed: Printing, folder: Path) -> None:
    (folder / "ops" / "far.toml").write_text(
        f'name = "{"far.away_" * 9}x"\nbase_url = "https://far.example.com"\n', encoding="utf-8"
    )
    names = re.findall(r"^  name: (.*)$", printed("kubernetes", "ops/far.toml"), re.MULTILINE)
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,50}[a-z0-9])?", name) for name in names)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--target", "ops/shop.toml"), "Missing option '--format'"),
        (("--target", "ops/shop.toml", "--format", "anacron"), "'anacron' is not one of 'crontab'"),
    ],
)
def test_what_is_mistyped_is_status_4(folder: Path, words: tuple[str, ...], said: str) -> None:
    result = CliRunner().invoke(cli, ["schedule", *words])
    assert result.exit_code == 4
    assert said in result.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "no target is named; type --target NAME"),
        (("--target", "sandbox"), "the embedded sandbox lives no longer than a run of checks"),
        (("--target", "timedfy"), "did you mean timedify?"),
    ],
)
def test_a_target_that_cannot_be_scheduled_gets_a_sentence(folder: Path, words: tuple[str, ...], said: str) -> None:
    error = CliRunner().invoke(cli, ["schedule", "--format", "crontab", *words]).exception
    assert isinstance(error, UsageProblem)
    assert said in str(error)
