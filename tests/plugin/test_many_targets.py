"""Many targets in a file, and a shard of them."""

from __future__ import annotations

import pytest

from ops_tests.rules.sharding import Shard
from tests.plugin.conftest import Project

CHECK = "def test_open(target):\n    pass\n"
FOUR = ("shop-1", "shop-2", "shop-3", "shop-4")


def listing(project: Project, *lines: str) -> str:
    """Write a targets file and return the option that names it."""
    return f"--targets-file={project.write('targets.txt', chr(10).join(lines) + chr(10))}"


def four(project: Project) -> str:
    """Four targets, named in a file."""
    project.checks(CHECK)
    return listing(project, *(project.target(name) for name in FOUR))


def checked(project: Project) -> list[str]:
    """The targets of the latest run."""
    return [one.name for one in project.record().targets]


def test_every_target_of_the_file_is_checked(project: Project) -> None:
    project.checks(CHECK)
    lines = ("\ufeff# ours", "", project.target("shop"), "  ./other.toml  # the second", "")
    project.target("other")
    assert project.run_here(listing(project, *lines)).ret == 0
    assert checked(project) == ["shop", "other"]
    assert {one.target: one.outcome for one in project.record().checks} == {"shop": "ok", "other": "ok"}


def test_paths_are_relative_to_the_file_and_the_next_command_names_them_from_here(project: Project) -> None:
    project.checks(CHECK)
    (project.folder / "ops").mkdir()
    project.target("ops/my shop")
    project.write("ops/my shop.toml", 'name = "shop"\nbase_url = "http://127.0.0.1:9"\n')
    file = project.write("ops/targets.txt", "my shop.toml\n")
    project.run_here(f"--targets-file={file}")
    assert [one.argument for one in project.record().targets] == ["'ops/my shop.toml'"]


def test_what_is_named_by_hand_is_added_and_the_variable_is_not(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPS_TARGET", "timedify")
    option = four(project)
    project.run_here(option, "--target", project.target("by-hand"))
    assert checked(project) == ["by-hand", *FOUR]


def test_every_problem_of_a_targets_file_is_in_one_message(project: Project) -> None:
    project.checks(CHECK)
    project.target("shop")
    project.write("copy.toml", 'name = "shop"\nbase_url = "http://127.0.0.1:9"\n')
    project.write("odd.toml", 'name = "odd"\nbase_url = "odd"\n[health]\npth = 1\n')
    lines = ("shop.toml", "./shop.toml", "copy.toml", "# a comment", "nowhere.toml", "timedfy", "odd.toml")
    result = project.run_here(listing(project, *lines))
    said = "\n".join(result.errlines + result.outlines)
    assert result.ret == 4
    for one in (
        f"--targets-file {project.folder / 'targets.txt'} has 5 problems:",
        "  - line 2: the target 'shop' is named twice, first by line 1; take one out",
        "  - line 3: two targets are called 'shop': ",
        "  - line 5: target file nowhere.toml does not exist; looked at ",
        "  - line 6: unknown target 'timedfy'; did you mean timedify?",
        "      - health.pth: unknown key; did you mean path?",
    ):
        assert one in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"\n# nobody\n", "names no target; expected the name of a target or the path of its .toml file in each line"),
        (b"\xff\xfe", "is no text in UTF-8; save it as such"),
    ],
    ids=["missing", "empty", "no text"],
)
def test_a_file_that_names_nothing_is_status_4(project: Project, content: bytes | None, said: str) -> None:
    project.checks(CHECK)
    file = project.folder / "targets.txt"
    if content is not None:
        file.write_bytes(content)
    result = project.run_here(f"--targets-file={file}")
    assert result.ret == 4
    result.stderr.fnmatch_lines([f"ERROR: --targets-file {file} {said}"])


def test_a_target_named_by_hand_and_in_the_file_is_named_twice(project: Project) -> None:
    result = project.run_here(four(project), "--target", "shop-3.toml")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*line 3: the target 'shop-3' is named twice, first by --target; take one out"])


def test_a_file_outside_the_project_may_stand_behind_a_blank(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    project.checks(CHECK)
    file = tmp_path_factory.mktemp("elsewhere") / "targets.txt"
    file.write_text(str(project.folder / project.target()), encoding="utf-8")
    assert project.run("--targets-file", str(file)).ret == 0
    assert checked(project) == ["shop"]


def test_all_variables_that_are_unset_are_told_at_once(project: Project) -> None:
    project.checks("def test_open(target, database):\n    pass\n")
    names = [project.target(name, more=f'[database]\ndsn_env = "{name.upper()}_URL"\n') for name in ("red", "blue")]
    result = project.run_here(listing(project, *names))
    assert result.ret == 4
    said = "\n".join(result.errlines)
    assert "target red cannot be checked:\n  - database: RED_URL is not set" in said
    assert "target blue cannot be checked:\n  - database: BLUE_URL is not set" in said


def test_the_shards_together_check_every_target_once(project: Project) -> None:
    option = four(project)
    seen = []
    for number in (1, 2, 3):
        expected = [name for name in FOUR if Shard(number, 3).holds(name)]
        result = project.run_here(option, f"--shard={number}/3")
        assert result.ret == 0
        if expected:
            result.stdout.fnmatch_lines([f"shard {number}/3: {len(expected)} of 4 targets; target: {expected[0]} (*"])
            assert checked(project) == expected
        seen += expected
    assert sorted(seen) == list(FOUR)


@pytest.mark.parametrize("more", [(), ("-n", "2")], ids=["in one process", "in two workers"])
def test_a_shard_without_a_target_is_no_error_says_so_and_writes_no_report(
    project: Project, more: tuple[str, ...]
) -> None:
    project.checks(CHECK)
    option = listing(project, project.target())
    empty = next(number for number in (1, 2) if not Shard(number, 2).holds("shop"))
    result = project.run_here(option, f"--shard={empty}/2", *more)
    assert result.ret == 0
    result.stderr.fnmatch_lines([f"Exit: shard {empty}/2: none of the 1 targets falls into it, so nothing is checked*"])
    assert not list(project.reports.glob("*"))


def test_no_shard_hides_that_a_target_does_not_exist(project: Project) -> None:
    option = listing(project, *(project.target(name) for name in FOUR), "nowhere.toml")
    project.checks(CHECK)
    assert {project.run_here(option, f"--shard={number}/8").ret for number in range(1, 9)} == {4}


@pytest.mark.parametrize(("shard", "said"), [("0/4", "counts from 1"), ("a/b", "wants I/N, like 1/4")])
def test_a_shard_that_is_none_is_status_4(project: Project, shard: str, said: str) -> None:
    result = project.run_here(four(project), f"--shard={shard}")
    assert result.ret == 4
    result.stderr.fnmatch_lines([f"*--shard*{said}*"])


def test_each_target_is_asked_for_its_own_pages_only(project: Project) -> None:
    page = '[[pages]]\npath = "/{}"\n'
    names = [project.target(name, more=page.format(name)) for name in FOUR]
    project.checks("def test_lit(target, page):\n    pass\n")
    assert project.run_here(listing(project, *names)).ret == 0
    found = {(one.target, one.check) for one in project.record().checks}
    assert found == {(name, f"shop/lit[/{name}]") for name in FOUR}


def test_what_the_suite_leaves_out_is_collected_once_and_not_for_each_target(project: Project) -> None:
    project.write(
        "test_shop.py",
        """
        import pytest

        pytestmark = pytest.mark.runbook("shop.md#open")

        @pytest.mark.smoke
        def test_open(target):
            pass

        @pytest.mark.daily
        def test_lit(target):
            pass
        """,
    )
    result = project.run_here(listing(project, *(project.target(name) for name in FOUR)), "-m", "smoke")
    result.assert_outcomes(passed=4, deselected=1)


def test_a_target_that_hangs_keeps_only_the_next_of_its_worker_waiting(project: Project) -> None:
    project.checks(
        """
        import time
        from pathlib import Path

        def test_open(target):
            while target.name == "shop-1" and len(list(Path().glob("*.ended"))) < 2:
                time.sleep(0.02)
            Path(f"{target.name}.ended").touch()
        """
    )
    names = [project.target(name) for name in FOUR]
    assert project.run(listing(project, *names), "-n", "2").ret == 0
