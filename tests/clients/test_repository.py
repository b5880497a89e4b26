"""The repository client with a real git: what it reads, and what it says of a clone that proves nothing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ops_tests.clients.repository import Repository
from ops_tests.errors import Blind, InstrumentMissing, NotAuthorised, NotCovered, NotFound, Unparsable
from ops_tests.records.repository import Tag

ENVIRON = {
    **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{who}_{what}": "dev@example.invalid" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    **dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), "2026-11-01T10:00:00Z"),
}


def git(folder: Path, *words: str) -> str:
    command = ["git", *words]
    return subprocess.run(command, cwd=folder, env=ENVIRON, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository with two commits, a plain and an annotated tag, and tags that are none of versions."""
    folder = tmp_path / "clone"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / "CHANGELOG.md").write_text("## [1.0.0]\n")
    (folder / "package-lock.json").write_text("{}")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "first")
    git(folder, "tag", "v1.0.0")
    git(folder, "tag", "nightly")
    (folder / "CHANGELOG.md").write_text("## [1.1.0]\n")
    git(folder, "commit", "--quiet", "-a", "-m", "second")
    git(folder, "tag", "-a", "v1.1.0", "-m", "v1.1.0")
    git(folder, "tag", "v-tree", "HEAD^{tree}")
    return folder


def reads(folder: Path) -> dict[str, Callable[[], object]]:
    """Every question the client asks."""
    repository = Repository(folder, os.environ)
    return {
        "tags": repository.tags,
        "commit": lambda: repository.commit("abcdef1"),
        "text": lambda: repository.text("HEAD", "CHANGELOG.md"),
        "last_change": lambda: repository.last_change("package-lock.json"),
    }


QUESTIONS = sorted(reads(Path()))


def test_a_tag_stands_at_its_commit_annotated_or_not(clone: Path) -> None:
    first, second = git(clone, "rev-list", "--reverse", "HEAD").splitlines()
    assert Repository(clone, os.environ).tags() == (Tag("v1.0.0", first), Tag("v1.1.0", second))


def test_a_commit_is_known_by_its_beginning(clone: Path) -> None:
    head = git(clone, "rev-parse", "HEAD")
    assert Repository(clone, os.environ).commit(head[:8]) == head


@pytest.mark.parametrize(
    ("name", "said"),
    [("f" * 40, "does not have commit ffffffffffff"), ("--all", "labelled with '--all'"), ("main", "labelled with")],
)
def test_another_commit_or_no_id_at_all_proves_nothing(clone: Path, name: str, said: str) -> None:
    with pytest.raises(NotCovered, match=said):
        Repository(clone, os.environ).commit(name)


def test_a_file_is_read_as_it_is_in_a_revision(clone: Path) -> None:
    repository = Repository(clone, os.environ)
    texts = [repository.text(*place) for place in (("v1.0.0", "CHANGELOG.md"), ("HEAD", "CHANGELOG.md"))]
    assert (texts, repository.text("HEAD", "NEWS")) == (["## [1.0.0]\n", "## [1.1.0]\n"], "")


def test_a_file_is_found_beside_the_folder_that_the_target_names(clone: Path) -> None:
    (clone / "web").mkdir()
    (clone / "web" / "CHANGES").write_text("1.2.0")
    git(clone, "add", ".")
    git(clone, "commit", "--quiet", "-m", "third")
    assert Repository(clone / "web", os.environ).text("HEAD", "CHANGES") == "1.2.0"


def test_the_last_change_of_a_file_is_the_commit_s(clone: Path) -> None:
    change = Repository(clone, os.environ).last_change("package-lock.json")
    assert change.commit == git(clone, "rev-parse", "v1.0.0")
    assert change.changed_at == datetime(2026, 11, 1, 10, tzinfo=UTC)


def test_a_file_nobody_committed_has_no_last_change(clone: Path) -> None:
    with pytest.raises(NotFound, match=r"no commit in .* changed yarn.lock"):
        Repository(clone, os.environ).last_change("yarn.lock")


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_shallow_clone_proves_nothing(clone: Path, tmp_path: Path, question: str) -> None:
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{clone}", "shallow")
    with pytest.raises(NotCovered, match=r"is shallow; .* fetch --unshallow --tags"):
        reads(tmp_path / "shallow")[question]()


@pytest.mark.parametrize("question", QUESTIONS)
def test_without_a_folder_or_a_repository_it_says_so(tmp_path: Path, question: str) -> None:
    with pytest.raises(NotFound, match="is no folder; expected a clone"):
        reads(tmp_path / "gone")[question]()
    with pytest.raises(NotFound, match="is no git repository"):
        reads(tmp_path)[question]()


def test_without_git_it_says_what_to_install(clone: Path) -> None:
    with pytest.raises(InstrumentMissing, match="git is not on PATH; install git"):
        Repository(clone, {"PATH": ""}).tags()


def test_what_lies_about_in_the_environment_leads_nowhere_else(clone: Path, tmp_path: Path) -> None:
    environ = {**os.environ, "GIT_DIR": str(tmp_path), "GIT_TRACE": "1", "GIT_CONFIG_COUNT": "none"}
    assert len(Repository(clone, environ).tags()) == 2


@pytest.fixture
def fake_git(tmp_path: Path) -> Callable[[str], Repository]:
    """A repository client whose git is a shell script."""

    def make(script: str) -> Repository:
        program = tmp_path / "git"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        return Repository(tmp_path, {"PATH": f"{tmp_path}:/usr/bin:/bin"})

    return make


def test_a_folder_of_somebody_else_s_is_told_with_the_remedy(fake_git: Callable[[str], Repository]) -> None:
    with pytest.raises(NotAuthorised, match=r"git config --global --add safe\.directory"):
        fake_git("echo \"fatal: detected dubious ownership in repository at '/x'\" >&2; exit 128").tags()


def test_an_unknown_failure_is_told_in_git_s_words(fake_git: Callable[[str], Repository]) -> None:
    with pytest.raises(Blind, match=r"git cannot read .*: fatal: bad object HEAD"):
        fake_git("echo 'fatal: bad object HEAD' >&2; exit 128").tags()


@pytest.mark.parametrize("script", ["echo maybe", "true", '[ "$7" = rev-parse ] && echo false || echo oddly'])
def test_an_odd_answer_is_no_tag(fake_git: Callable[[str], Repository], script: str) -> None:
    with pytest.raises(Unparsable):
        fake_git(script).tags()


def test_nothing_is_fetched_and_no_program_of_the_repository_runs(
    fake_git: Callable[[str], Repository], tmp_path: Path
) -> None:
    fake_git(f'env > {tmp_path}/environ; echo "$*" >> {tmp_path}/words; echo false').text("HEAD", "x")
    assert "GIT_ALLOW_PROTOCOL=none" in (tmp_path / "environ").read_text().splitlines()
    words = (tmp_path / "words").read_text()
    assert "core.fsmonitor=false" in words
    assert "fetch" not in words
