"""The dead man's switch hears of every scheduled run; whatever it does, the run's verdict stands."""

from __future__ import annotations

import pytest

from tests.dead_mans_switch import switch
from tests.plugin.conftest import Project

GREEN = "@pytest.mark.smoke\ndef test_lit(target):\n    pass\n"
RED = "@pytest.mark.smoke\ndef test_lit(target):\n    assert not target, 'dark'\n"
PART = '\n[heartbeat]\nsmoke = "OPS_HEARTBEAT_SMOKE"\n'


def run(
    project: Project, url: str, source: str, monkeypatch: pytest.MonkeyPatch, suite: str = "smoke"
) -> pytest.RunResult:
    project.checks(source)
    monkeypatch.setenv("OPS_HEARTBEAT_SMOKE", url)
    return project.run_here("--target", project.target(more=PART), "-m", suite)


def test_a_green_run_tells_start_and_success_with_one_id(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    with switch() as told:
        assert run(project, told.url, GREEN, monkeypatch).ret == 0
    assert told.paths() == ["/ping/s3cr3t-uuid/start", "/ping/s3cr3t-uuid"]
    assert len({rid for _, rid, _ in told.heard}) == 1
    assert "OK on shop: 1 check holds\nrun " in next(body for path, _, body in told.heard if path.endswith("uuid"))


@pytest.mark.parametrize("source", [RED, GREEN.replace("pass", "raise OSError")], ids=["red", "blind"])
def test_a_run_that_is_not_green_tells_a_failure(
    project: Project, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    with switch() as told:
        run(project, told.url, source, monkeypatch)
    assert told.paths() == ["/ping/s3cr3t-uuid/start", "/ping/s3cr3t-uuid/fail"]


def test_the_end_is_told_after_a_start_that_is_slow_to_arrive(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    with switch(start_seconds=1) as told:
        assert run(project, told.url, GREEN, monkeypatch).ret == 0
    assert told.paths() == ["/ping/s3cr3t-uuid/start", "/ping/s3cr3t-uuid"]


def test_a_suite_without_a_switch_tells_nobody(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    with switch() as told:
        run(project, told.url, GREEN.replace("smoke", "daily"), monkeypatch, "daily")
    assert told.heard == []


@pytest.mark.parametrize(
    ("status", "url", "said"),
    [
        (500, "", "the address in OPS_HEARTBEAT_SMOKE answered 500"),
        (404, "", "the address in OPS_HEARTBEAT_SMOKE answered 404"),
        (200, "http://127.0.0.1:9/s3cr3t-uuid", "127.0.0.1:9 refused the connection"),
        (200, "s3cr3t-uuid", "OPS_HEARTBEAT_SMOKE is no address like"),
    ],
    ids=["500", "404", "refused", "no address"],
)
def test_a_switch_that_cannot_be_told_is_one_line_without_its_address(
    project: Project, monkeypatch: pytest.MonkeyPatch, status: int, url: str, said: str
) -> None:
    with switch(status) as told:
        result = run(project, url or told.url, GREEN, monkeypatch)
    lines = [line for line in result.outlines if "dead man's switch" in line]
    assert (result.ret, len(lines), said in lines[0]) == (0, 1, True)
    assert "s3cr3t-uuid" not in result.stdout.str()


def test_a_live_log_never_bears_the_address(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.checks(GREEN)
    with switch() as told:
        monkeypatch.setenv("OPS_HEARTBEAT_SMOKE", told.url)
        live = ("-o", "log_cli=true", "--log-cli-level=DEBUG")
        result = project.run("--target", project.target(more=PART), "-m", "smoke", *live)
    assert (result.ret, len(told.heard)) == (0, 2)
    assert "s3cr3t-uuid" not in result.stdout.str() + result.stderr.str()


def test_an_unset_variable_is_said(project: Project) -> None:
    project.checks(GREEN)
    result = project.run_here("--target", project.target(more=PART), "-m", "smoke")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["the dead man's switch of shop was not told: OPS_HEARTBEAT_SMOKE is not set*"])
