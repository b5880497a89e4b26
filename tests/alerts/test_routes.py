"""The door to Apprise, the target file's tables, and the commands."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest
from apprise.plugins import pagerduty
from click.testing import CliRunner

from ops_tests.errors import TargetInvalid
from ops_tests.plugin.alerts.sending import send
from ops_tests.records.alerts import Answer, Letter, Word
from ops_tests.target import Secret, Target
from ops_tests.target_file import load_target, packaged_targets
from ops_tests.tools.cli import cli
from tests.alerts.receiver import Receiver
from tests.plugin.conftest import Project

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HEAD = 'base_url = "https://shop.example.com"\n'


def letter(word: Word, level: str = "L3") -> Letter:
    """A letter of one trouble."""
    return Letter("id", "shop", "finding:shop/open", "run", "OPS_ALERT_PAGER", word, level, "title", "body", NOON, NOON)


def test_pagerduty_joins_the_messages_of_a_trouble_and_resolves_it(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    region: ModuleType = pagerduty
    address = receiver.url.replace("json://", "http://")
    monkeypatch.setattr(region, "PAGERDUTY_API_LOOKUP", dict.fromkeys(region.PAGERDUTY_API_LOOKUP, address))
    pager = Secret("OPS_ALERT_PAGER", "pagerduty://integration-key@api-key/source/component")
    assert [send(pager, letter("new")), send(pager, letter("recovered"))] == [Answer(), Answer()]
    assert [(one["event_action"], one["dedup_key"]) for one in receiver.taken] == [
        ("trigger", "ops-tests/shop/finding:shop/open"),
        ("resolve", "ops-tests/shop/finding:shop/open"),
    ]
    assert receiver.taken[0]["payload"]["severity"] == "critical"


def loaded(folder: Path, text: str) -> Target:
    """The target of a file with this text."""
    file = folder / "shop.toml"
    file.write_text(HEAD + text, encoding="utf-8")
    return load_target(file, {"CHAT": "slack://TokenTokenA/TokenTokenTokenB/C"})


@pytest.mark.parametrize("text", ["", "alerts = false\n", "[alerts]\nenabled = false\n"])
def test_nobody_is_told_unless_the_file_says_who(tmp_path: Path, text: str) -> None:
    assert loaded(tmp_path, text).alerting is None


def test_a_table_of_routes_tells_everything_unless_it_says_what(tmp_path: Path) -> None:
    rules = loaded(tmp_path, '[alerts]\nroutes = [{ url_env = "CHAT" }]\n').alerting
    assert rules is not None
    assert rules.routes[0].levels == ("L1", "L2", "L3", "blind")


def test_the_url_of_a_route_and_its_long_parts_are_secrets(tmp_path: Path) -> None:
    known = loaded(tmp_path, '[alerts]\nroutes = [{ url_env = "CHAT" }]\n').known_secrets()
    assert {one.reveal() for one in known} == {"slack://TokenTokenA/TokenTokenTokenB/C", "TokenTokenTokenB"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("alerts = true\n", "alerts: "),
        ("[alerts]\n", "alerts.routes: nobody is told at once of L1, L2, L3, blind"),
        ('[alerts]\nroutes = [{ url_env = "CHAT", levels = ["L3"] }]\n', "nobody is told at once of L1, L2, blind"),
        ('[alerts]\nroutes = [{ url_env = "CHAT", after_minutes = 5 }]\n', "nobody is told at once of L1"),
        ('[alerts]\nroutes = [{ url_env = "slack://a/b" }]\n', "must be the NAME of an environment variable"),
        ('[alerts]\nroutes = [{ url_env = "CHAT" }]\nsmoke_k = 4\n', "alerts.smoke_k: is more than smoke_n"),
        ('[alerts]\nroutes = [{ url_env = "CHAT", level = "L1" }]\n', "did you mean levels?"),
        (
            "[[maintenance]]\nfrom = 2026-03-01T12:00:00\nuntil = 2026-03-02T12:00:00Z\nreason = 'x'\n",
            "with its offset",
        ),
        (
            "[[maintenance]]\nfrom = 2026-03-02T12:00:00Z\nuntil = 2026-03-01T12:00:00Z\nreason = 'x'\n",
            "not after from",
        ),
        ("[[maintenance]]\nform = 2026-03-02T12:00:00Z\n", "did you mean from?"),
    ],
)
def test_a_wrong_table_is_said(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(TargetInvalid) as raised:
        loaded(tmp_path, text)
    assert said in str(raised.value)


def test_the_sandbox_tells_nobody_whatever_its_file_says() -> None:
    told = load_target(packaged_targets()["sandbox"], {}, {"alerts": {"routes": [{"url_env": "A"}]}})
    assert told.alerting is None


def typed(project: Project, monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, list[str]]:
    """Exit status and lines of ``python -m ops_tests alerts ...`` in the project."""
    monkeypatch.chdir(project.folder)
    result = CliRunner().invoke(cli, ["alerts", *words])
    return result.exit_code, result.output.splitlines()


def test_a_test_says_of_every_route_what_came_of_it(
    project: Project, chat: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    routes = '[alerts]\nroutes = [{ url_env = "OPS_ALERT_CHAT" }, { url_env = "OPS_ALERT_PAGER" }]\n'
    project.target(more=routes)
    status, lines = typed(project, monkeypatch, "test", "--target", "shop.toml")
    assert status == 1
    assert lines == [
        "OPS_ALERT_CHAT: delivered",
        "OPS_ALERT_PAGER: not delivered: it is not set; put it into the environment or .env",
    ]
    assert chat.titles == ["[test] shop: alerts arrive here"]


def test_what_fires_is_listed_and_can_be_taken_over(
    project: Project, chat: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.checks('@pytest.mark.daily\ndef test_open(target):\n    assert not target.name, "shut; expected open"\n')
    project.run_here("-m", "daily", "--target", "shop.toml")
    (line,) = typed(project, monkeypatch, "--target", "shop.toml")[1]
    assert line.startswith("firing L1    shop/open since ")
    assert line.endswith("told OPS_ALERT_CHAT")
    assert typed(project, monkeypatch, "ack", "shop/open", "--target", "shop.toml") == (0, ["acknowledged: shop/open"])
    (line,) = typed(project, monkeypatch, "--target", "shop.toml")[1]
    assert line.endswith("told OPS_ALERT_CHAT, acknowledged")
    assert typed(project, monkeypatch, "ack", "shop/shut", "--target", "shop.toml")[0] != 0
