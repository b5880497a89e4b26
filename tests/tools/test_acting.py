"""What every command that changes something asks for before it does."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from ops_tests.errors import NotPermitted, UsageProblem
from ops_tests.plugin import locks
from ops_tests.plugin.locks import TargetLock, lock_file
from ops_tests.tools.acting import Asked, acting
from ops_tests.tools.cli import cli
from ops_tests.tools.named_target import named_target

TEXT = 'name = "shop"\nbase_url = "http://127.0.0.1:9"\n'


@click.command()
@acting
def change(asked: Asked) -> None:
    """Say what was permitted."""
    if not asked.yes:
        click.echo(asked.not_done)
        return
    with asked.permit() as permit:
        click.echo(f"permitted on {permit.target}")


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a target that may be acted on."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.toml").write_text(f"acts = true\n{TEXT}", encoding="utf-8")
    return tmp_path


def said(*arguments: str) -> str:
    return CliRunner().invoke(change, arguments, catch_exceptions=False).output.strip()


def test_without_yes_it_is_only_shown_and_the_way_to_do_it_is_told(shop: Path) -> None:
    assert said("--target", "shop.toml") == "nothing was changed; to do it, type it again with --yes --permit shop"


def test_with_yes_and_a_permit_it_is_done(shop: Path) -> None:
    assert said("--target", "shop.toml", "--yes", "--permit", "shop") == "permitted on shop"


@pytest.mark.parametrize(
    ("text", "arguments", "why"),
    [
        (f"acts = true\n{TEXT}", (), "no --permit was given. To permit it: type --permit shop"),
        (f"acts = true\n{TEXT}", ("--permit", "other"), "--permit names other. To permit it: type --permit shop"),
        (TEXT, ("--permit", "shop"), "does not say acts = true. To permit it: write acts = true into "),
    ],
    ids=["no permit", "another target's", "a file that forbids it"],
)
def test_it_is_refused_with_what_would_permit_it(shop: Path, text: str, arguments: tuple[str, ...], why: str) -> None:
    (shop / "shop.toml").write_text(text, encoding="utf-8")
    with pytest.raises(NotPermitted, match=re.escape(why)):
        said("--target", "shop.toml", "--yes", *arguments)


def test_it_waits_for_runs_that_observe_and_then_gives_up(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "WAIT_SECONDS", 0.3)
    with TargetLock(lock_file(shop, named_target("shop.toml", shop))) as held:
        assert held.taken(alone=False)
        with pytest.raises(NotPermitted, match="at work on shop"):
            said("--target", "shop.toml", "--yes", "--permit", "shop")


def test_the_embedded_sandbox_is_gone_when_a_command_comes(shop: Path) -> None:
    with pytest.raises(UsageProblem, match="python -m ops_tests sandbox --write DIR keeps one up"):
        said("--target", "sandbox")


def test_a_target_must_be_named(shop: Path) -> None:
    with pytest.raises(UsageProblem, match="no target is named"):
        said()


def test_a_second_target_is_not_lost_in_silence() -> None:
    said = CliRunner().invoke(cli, ["releases", "--target", "timedify", "--target=evolution-hub"])
    assert isinstance(said.exception, UsageProblem)
    assert "a command looks at one target" in str(said.exception)
