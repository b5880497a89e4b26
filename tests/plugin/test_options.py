"""What is checked is what somebody named, and nothing is started for those who only ask."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from ops_tests.plugin.options import suite
from tests.plugin.conftest import INI, Project

CHECK = "def test_open(target):\n    pass\n"
NOTHING_REAL = "target: sandbox (embedded sandbox: nothing real is checked)"
WAYS = ("flag", "variable", "dotenv", "ini")
"""How a target may be named, first come first served."""


def on_a_terminal(project: Project, *arguments: str) -> tuple[int, str]:
    """Run with a terminal as standard output; exit status and what was written."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    with subprocess.Popen(command, cwd=project.folder, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        written = b""
        while piece := _read(ours):
            written += piece
    os.close(ours)
    return process.returncode, written.decode()


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # how Linux says that the other side of a terminal is gone
        return b""


@pytest.mark.parametrize("first", range(len(WAYS)), ids=WAYS)
def test_the_target_is_named_by_flag_then_variable_then_dotenv_then_ini(
    project: Project, monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    files = {way: project.target(way) for way in WAYS[first:]}
    project.checks(CHECK)
    project.write("pytest.ini", INI + "ops_target = ini.toml\n")
    project.write(".env", f"OPS_TARGET={files.get('dotenv', '')}\n")
    for file in [files["variable"]] if "variable" in files else []:
        monkeypatch.setenv("OPS_TARGET", file)
    project.run_here(*(["--target", files["flag"]] if "flag" in files else []))
    assert [one.name for one in project.record().targets] == [WAYS[first]]


@pytest.mark.parametrize("ci", ["", "true"])
def test_a_dot_env_that_everybody_reads_is_told_once(
    project: Project, monkeypatch: pytest.MonkeyPatch, ci: str
) -> None:
    monkeypatch.setenv("CI", ci)
    project.checks(CHECK)
    file = project.write(".env", "A=1\n")
    for mode, times in ((0o644, 1), (0o600, 0)):
        file.chmod(mode)
        result = project.run_on_shop()
        assert result.ret == 0
        assert result.stdout.str().count(f"everybody on this machine can read {file}; type: chmod 600 {file}") == times


def test_a_malformed_line_of_dot_env_is_told_by_its_number_alone(project: Project) -> None:
    project.checks(CHECK)
    file = project.write(".env", "# ours\n\nhidden word\nB='hidden\nhidden\nA=1\n")
    said = project.run_on_shop().stdout.str()
    assert f"{file}: lines 3, 4, 5 are no NAME=value and left out; is a quote not closed?" in said
    assert "hidden" not in said


def test_a_dot_env_that_is_no_text_ends_with_4(project: Project) -> None:
    project.checks(CHECK)
    (project.folder / ".env").write_bytes(b"A=\xff\n")
    result = project.run_on_shop()
    assert (result.ret, "cannot be read" in result.stderr.str()) == (4, True)


def test_without_terminal_and_target_it_ends_with_4_and_the_line_to_type(project: Project) -> None:
    project.checks(CHECK)
    result = project.run_here("-m", "smoke")
    assert result.ret == 4
    assert "Type: pytest -m smoke --target NAME (or set OPS_TARGET)" in result.stderr.str()
    assert not project.reports.exists() or not list(project.reports.iterdir())


def test_ci_is_no_terminal_even_with_one(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.checks(CHECK)
    monkeypatch.setenv("CI", "true")
    status, output = on_a_terminal(project)
    assert (status, "no target is named" in output) == (4, True)


def test_on_a_terminal_it_is_the_sandbox_and_the_first_line_says_so(project: Project) -> None:
    project.checks(CHECK)
    status, output = on_a_terminal(project)
    assert (status, output.splitlines()[0]) == (0, NOTHING_REAL)


def test_sandbox_if_unnamed_falls_to_the_sandbox(project: Project) -> None:
    project.checks(CHECK)
    result = project.run("--sandbox-if-unnamed")
    assert (result.ret, result.outlines[0]) == (0, NOTHING_REAL)


def test_sandbox_if_unnamed_gives_way_to_a_name(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.checks(CHECK)
    monkeypatch.setenv("OPS_TARGET", project.target())
    result = project.run_here("--sandbox-if-unnamed")
    assert result.outlines[0] == "target: shop (http://127.0.0.1:9)"


@pytest.mark.parametrize("listing", [["--markers"], ["--fixtures"], ["--help"], ["--collect-only", "-q"]])
def test_a_listing_needs_no_target_and_starts_nothing(project: Project, listing: list[str]) -> None:
    project.checks(CHECK)
    result = project.run(*listing)
    assert result.ret == 0
    assert "target: " not in result.stdout.str()
    assert not project.reports.exists()


def test_tests_that_are_no_checks_need_no_target(project: Project) -> None:
    project.write("pytest.ini", INI.replace("ops_checks = .", "ops_checks = checks"))
    (project.folder / "tests").mkdir()
    project.write("tests/test_plain.py", "def test_plain():\n    pass\n")
    assert project.run("tests").ret == 0
    assert not project.reports.exists()


@pytest.mark.parametrize("place", ["checks", "checks/test_shop.py::test_open", "."])
def test_a_folder_the_ini_names_holds_checks(project: Project, place: str) -> None:
    project.write("pytest.ini", INI.replace("ops_checks = .", "ops_checks = checks"))
    (project.folder / "checks").mkdir()
    project.checks(CHECK, subject="shop")
    (project.folder / "test_shop.py").rename(project.folder / "checks" / "test_shop.py")
    assert "no target is named" in project.run_here(place).stderr.str()


@pytest.mark.parametrize("bad", ["", "v", "x42", "-1", "4.2", "1e3", "42 ", "vv42", "1234567890", "\u0664\u0662"])
def test_a_bad_release_number_is_refused_with_an_example(project: Project, bad: str) -> None:
    with pytest.raises(pytest.UsageError, match="wants a release number like 42 or v42, not"):
        project.pytester.parseconfig(f"--expect-release={bad}")


@pytest.mark.parametrize("good", ["42", "v42", "0042"])
def test_a_release_number_may_bear_its_v(project: Project, good: str) -> None:
    assert project.pytester.parseconfig(f"--expect-release={good}").getoption("ops_expect_release") == 42


def test_a_bad_release_number_ends_with_4(project: Project) -> None:
    result = project.run("--expect-release", "latest")
    assert result.ret == 4
    assert "--expect-release wants a release number like 42 or v42, not 'latest'" in result.stderr.str()


@pytest.mark.parametrize("option", ["--target", "--expect-image", "--expect-release"])
def test_an_empty_value_from_an_unset_variable_is_refused(project: Project, option: str) -> None:
    result = project.run(f"{option}=")
    assert result.ret == 4


@pytest.mark.parametrize(
    ("expression", "named"),
    [("daily", "daily"), ("daily and not webhooks", "daily"), ("not post_deploy", "not post_deploy"), ("", "all")],
)
def test_a_suite_is_what_the_expression_asks_for_and_not_what_it_leaves_out(
    project: Project, expression: str, named: str
) -> None:
    assert suite(project.pytester.parseconfig("-m", expression)) == named


def test_a_mark_that_a_project_lists_itself_is_not_registered_twice(project: Project) -> None:
    project.write("pytest.ini", INI + "markers = smoke: ours\n")
    told = [line for line in project.run_here("--markers").outlines if line.startswith("@pytest.mark.smoke")]
    assert told == ["@pytest.mark.smoke: ours"]


def test_a_target_where_no_check_is_reached_is_a_usage_error(project: Project) -> None:
    project.write("pytest.ini", "[pytest]\n")
    result = project.run("-m", "daily", "--target", project.target())
    assert (result.ret, "no check is reached from " in result.stderr.str()) == (4, True)
