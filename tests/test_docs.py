"""The documents are true: commands, tables, keys and paths agree with the code."""

from __future__ import annotations

import ast
import inspect
import itertools
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, get_args

import click
import pytest
from pydantic import BaseModel

from ops_tests.limits import Limit
from ops_tests.plugin import exit_status
from ops_tests.plugin.options import CHECKS, SUITES
from ops_tests.rules import objectives
from ops_tests.sandbox.faults import FAULTS, SYSTEMS
from ops_tests.target import Target
from ops_tests.target_file import load_target, packaged_targets
from ops_tests.tools.cli import cli
from tests.documents import DOCUMENTS, REPOSITORY, blocks, commands, paths, table
from tests.house.check_rules import checks
from tests.house.source import read
from tests.patience import calm_run
from tests.running import environment

README, CONTRIBUTING = DOCUMENTS["README.md"], DOCUMENTS["CONTRIBUTING.md"]
TARGET_FILE = DOCUMENTS["docs/target-file.md"]
TYPED = sorted({command for text in DOCUMENTS.values() for command in commands(text)})
MADE, RUN, ASKED = (
    [one for one in TYPED if re.match(rf"(\.venv/bin/)?{word} ", one)] for word in ("make", "pytest", "python")
)
CHECKED = {
    (source.path.split("/test_")[1].removesuffix(".py"), check.name.removeprefix("test_")): check
    for source in read(CHECKS, "test_*.py")
    for check in checks(source)
}
WORKED_EXAMPLE = "session-foreign"
"""The fault that is in the package only after CONTRIBUTING's worked example was carried out."""
ELSEWHERE = ("queue", "no_job_waits_too_long")
"""The check of the how-to for another project."""


def test_the_documents_hold_commands_to_check() -> None:
    assert min(len(MADE), len(RUN), len(ASKED)) > 1


@pytest.mark.parametrize("command", MADE)
def test_a_make_command_in_a_document_can_be_made(command: str) -> None:
    words = [word for word in shlex.split(command)[1:] if not word.startswith("PYTHON=")]
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
    tried = subprocess.run(
        ["make", "-n", *words], cwd=REPOSITORY, env=environ, capture_output=True, text=True, check=False
    )
    assert tried.returncode == 0, tried.stderr
    assert {word.partition("=")[2] for word in words if word.startswith("FAULT=")} <= {*FAULTS, WORKED_EXAMPLE}


def pytest_says(*arguments: str) -> str:
    """What pytest prints with the suite's plugin."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=REPOSITORY, env=environment(), capture_output=True, text=True, check=True).stdout


@cache
def pytest_options() -> frozenset[str]:
    """Every option pytest knows with the suite's plugin."""
    return frozenset(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", pytest_says("--help")))


def every_command(group: click.Group) -> Iterator[click.Command]:
    """The commands of a group, those of the groups in it too."""
    for command in group.commands.values():
        yield command
        yield from every_command(command) if isinstance(command, click.Group) else ()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_options_a_document_names_exist(document: str) -> None:
    named = set(re.findall(r"`(--[a-z-]+)[^`\n]*`", DOCUMENTS[document]))
    pip_s = {"--no-build-isolation"}
    our_own = {option for command in every_command(cli) for one in command.params for option in one.opts}
    assert named <= pytest_options() | pip_s | our_own


def test_the_first_screen_shows_what_daily_really_collects(tmp_path: Path) -> None:
    finished, _ = calm_run(tmp_path, "-m", "daily")
    collected = next(line for line in finished.lines if line.startswith("collected "))
    assert f"\n{collected}\n" in README
    assert f"\nOK on sandbox: {collected.split()[-2]} checks hold" in README


@pytest.mark.parametrize("command", RUN)
def test_the_options_of_a_pytest_command_exist(command: str) -> None:
    words = shlex.split(command)
    assert {word.partition("=")[0] for word in words if word.startswith("-")} <= pytest_options()


@pytest.mark.parametrize("command", RUN)
def test_what_a_pytest_command_names_exists(command: str) -> None:
    words = shlex.split(command)
    given = dict(itertools.pairwise(words))
    assert given.get("-m", "daily") in SUITES
    assert {after for word, after in itertools.pairwise(words) if word == "--fault"} <= set(FAULTS)
    assert given.get("--target", "sandbox") in {
        *packaged_targets(),
        "NAME",
        "ops/shop.toml",
        "shop.toml",
        "DIR/target.toml",
    }
    wanted = given.get("-k", "health").removeprefix("not ")
    assert any(wanted in name for _, name in [*CHECKED, ELSEWHERE])


@pytest.mark.parametrize("command", ASKED)
def test_a_command_of_the_suite_is_one(command: str) -> None:
    words = shlex.split(command)
    assert words[1:3] == ["-m", "ops_tests"]
    cli.commands[words[3]].make_context(words[3], words[4:], parent=click.Context(cli))


def test_leaving_deliveries_out_leaves_out_every_check_that_sends() -> None:
    sending = {"signed", "forged", "unsigned", "stray", "repeated", "response"}
    senders = {
        name for (_, name), check in CHECKED.items() if any(one.arg.split("_")[0] in sending for one in check.args.args)
    }
    assert senders
    assert all("delivery" in name for name in senders)


def marks(subject: str, name: str) -> set[str]:
    """The marks of a check."""
    found = re.findall(r"pytest\.mark\.(\w+)", " ".join(map(ast.unparse, CHECKED[subject, name].decorator_list)))
    return set(found) - {"runbook", "acts"}


def test_the_suites_of_the_readme_are_the_suites() -> None:
    assert tuple(row[0].strip("`") for row in table(README, "marker", "who runs it", "when")) == SUITES


def test_the_table_of_checks_agrees_with_their_marks() -> None:
    told = {
        (row[0].replace(" ", "_"), row[1].replace(" ", "_")): {
            suite for suite, cell in zip(SUITES, row[2:], strict=True) if cell
        }
        for row in table(README, "subject", "check", *SUITES)
    }
    assert told == {key: marks(*key) for key in CHECKED}


def test_the_table_of_objectives_names_every_objective() -> None:
    rows = table(README, "objective", "promise", "judged by")
    told = [name for row in rows for name in re.findall(r"`(.+?)`", row[0])]
    past = objectives.Past({}, (), (), frozenset({*Target.model_fields, "metrics.org"}))
    assert sorted(told) == sorted(one.id for one in objectives.objectives("shop", past, (), datetime.now(UTC)))


def test_the_exit_statuses_agree_with_the_code() -> None:
    assert table(README, "status", "meaning") == table(inspect.getdoc(exit_status) or "", "status", "meaning")


def test_the_role_in_the_readme_is_the_sandbox_s() -> None:
    (written,) = [block.text for block in blocks(README) if block.language == "sql"]
    assert written == (REPOSITORY / "ops_tests/sandbox/reader_role.sql").read_text(encoding="utf-8")


def example_targets(folder: Path) -> list[Path]:
    """The target files of the documents, beside the migrations they name: one on Fly.io, one on Cloudflare."""
    (folder / "prisma" / "migrations").mkdir(parents=True)
    (folder / "ops").mkdir()
    files = []
    for block in (block for block in blocks(TARGET_FILE) if block.language == "toml"):
        files.append(folder / block.text.partition("\n")[0].removeprefix("# "))
        files[-1].write_text(block.text, encoding="utf-8")
    return files


def test_the_target_files_of_the_documents_load_and_have_every_part(tmp_path: Path) -> None:
    fly, cloudflare = (load_target(file, {}) for file in example_targets(tmp_path))
    assert fly.model_fields_set | cloudflare.model_fields_set == set(Target.model_fields)
    assert fly.limits.health_seconds.l2_from == 3


def models(annotation: Any) -> list[type[BaseModel]]:
    """The models inside an annotation."""
    if isinstance(annotation, type):
        return [annotation] if issubclass(annotation, BaseModel) and annotation is not Limit else []
    return [found for argument in get_args(annotation) for found in models(argument)]


def keys(model: type[BaseModel], above: str = "") -> Iterator[str]:
    """The dotted keys of a model; a part is named by its keys alone, unless it is explained as a whole."""
    for name, field in ((field.alias or name, field) for name, field in model.model_fields.items()):
        inner = models(field.annotation)
        if not inner or above or name == "limits":
            yield above + name
        for one in inner:
            yield from keys(one, f"{above}{name}.")


def test_the_table_of_keys_names_every_key_and_no_other() -> None:
    told = [row[0].strip("`") for row in table(TARGET_FILE, "key", "meaning", "without it")]
    assert sorted(told) == sorted(set(keys(Target)))  # what two kinds of platform share is told once


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_a_document_names_exists(document: str) -> None:
    made = {block.words[1] for block in blocks(CONTRIBUTING) if block.words[:1] == ("new",)}
    named = {path for path in paths(DOCUMENTS[document]) - made if "NAME" not in path}
    places = (REPOSITORY, (REPOSITORY / document).parent)
    assert not {path for path in named if not any((place / path).exists() for place in places)}


def test_the_changelog_counts_right() -> None:
    assert f"- {len(CHECKED)} checks" in DOCUMENTS["CHANGELOG.md"]
    assert f"{sum(len(system.faults) for system in SYSTEMS.values())} faults" in DOCUMENTS["CHANGELOG.md"]
