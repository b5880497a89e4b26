"""A folder like a clone, with the target file of a whole application, and the command that prints schedules."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ops_tests.tools.cli import cli

WHOLE = """
name = "shop"
base_url = "https://shop.example.com"
acts = true

[platform]
kind = "fly"
app = "shop"
token_env = "FLY_API_TOKEN"

[runtime]
exec_token_env = "FLY_EXEC_TOKEN"

[webhooks]
secret_env = "SHOPIFY_API_SECRET"

[database]
dsn_env = "DATABASE_URL"
operator_secret_env = "OPERATOR_DATABASE_URL"
backup_secret_env = "BACKUP_DATABASE_URL"

[dead_letters]

[retention]
days = 10

[heartbeat]
smoke = "SMOKE_SWITCH_URL"
daily = "DAILY_SWITCH_URL"

[alerts]
routes = [{ url_env = "ALERT_URL" }]
"""
BARE = 'name = "bare"\nbase_url = "https://bare.example.com"\n'

Asking = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: what a clone is recognised by, and two target files."""
    for name in ("Makefile", "requirements.lock"):
        (tmp_path / name).touch()
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (tmp_path / "ops").mkdir()
    (tmp_path / "ops" / "shop.toml").write_text(WHOLE, encoding="utf-8")
    (tmp_path / "ops" / "bare.toml").write_text(BARE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPS_TARGET", raising=False)
    return tmp_path


@pytest.fixture
def asked(folder: Path) -> Asking:
    """Ask for a schedule; errors come as they are raised."""

    def ask(style: str, target: str = "ops/shop.toml") -> Result:
        return CliRunner().invoke(cli, ["schedule", "--format", style, "--target", target])

    return ask


@pytest.fixture
def printed(asked: Asking) -> Callable[..., str]:
    """A schedule that was printed."""

    def text(style: str, target: str = "ops/shop.toml") -> str:
        result = asked(style, target)
        assert result.exit_code == 0, result.output + repr(result.exception)
        return result.stdout

    return text
