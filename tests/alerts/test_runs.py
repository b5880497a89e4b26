"""What runs tell a real receiver: it fails, hangs, asks to wait, is wrong, comes back; runs die and meet."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ops_tests.plugin.alerts import outbox, sending
from ops_tests.plugin.history.place import Place
from ops_tests.plugin.history.responses import responses
from ops_tests.plugin.history.store import visit
from ops_tests.records.alerts import Letter
from tests.alerts.conftest import history_of
from tests.alerts.receiver import Receiver
from tests.plugin.conftest import Eventually, Project

RED = 'def test_open(target):\n    assert not target.name, "shut; expected open"\n'
GREEN = "def test_open(target):\n    pass\n"
SECRET = "hook-0123456789-of-the-chat"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test waits ten seconds for a route that hangs."""
    monkeypatch.setattr(sending, "LIMIT_SECONDS", 3)


def run(project: Project, source: str) -> pytest.RunResult:
    """A run of the suite ``daily``, here."""
    project.checks(f"@pytest.mark.daily\n{source}")
    return project.run_here("-m", "daily", "--target", "shop.toml")


def everything_written(project: Project) -> str:
    """The text of every report."""
    return "".join(one.read_text(encoding="utf-8") for one in project.reports.glob("latest*"))


def test_red_is_told_once_and_its_end_once(project: Project, chat: Receiver) -> None:
    for source in (GREEN, RED, RED, GREEN, GREEN):
        run(project, source)
    assert [title.partition(" (")[0] for title in chat.titles] == ["[L1] shop: FAILED: open", "[recovered] shop: open"]
    assert [one["status"] for one in chat.taken] == ["firing", "resolved"]
    assert chat.taken[1]["message"].splitlines()[0] == "It holds again."
    assert "Next: " not in chat.taken[1]["message"]
    assert {one["dedup_key"] for one in chat.taken} == {"ops-tests/shop/finding:shop/open"}
    assert "shut; expected open" in chat.taken[0]["message"]


@pytest.mark.parametrize(
    ("mode", "said"),
    [("fails", "error=500"), ("limits", "error=429"), ("hangs", "no answer within 3 s")],
)
def test_what_could_not_be_delivered_is_a_finding_of_the_next_run_and_arrives_when_the_route_is_back(
    project: Project, chat: Receiver, request: pytest.FixtureRequest, mode: str, said: str
) -> None:
    chat.mode = mode
    if mode == "hangs":
        request.getfixturevalue("impatient")
    first = run(project, RED)
    assert any(line.startswith("OPS_ALERT_CHAT could not be told: ") and said in line for line in first.outlines)
    second = run(project, GREEN)
    assert second.ret == 1
    assert "1 message waits" in project.check("alerts/alerts_are_delivered").sentence
    assert chat.titles == []
    chat.mode = "takes"
    third = run(project, GREEN)
    assert third.ret == 0
    assert [title.partition(" (")[0] for title in chat.titles] == ["[L1] shop: FAILED: open", "[recovered] shop: open"]
    assert "could not be delivered until now" in chat.taken[0]["message"]
    assert SECRET not in everything_written(project) + "".join(first.outlines + second.outlines)


@pytest.mark.parametrize("clock", [timedelta(0), timedelta(hours=1)], ids=["in seconds", "as a date"])
def test_a_route_that_asks_to_be_left_is_left_until_then(project: Project, chat: Receiver, clock: timedelta) -> None:
    chat.mode = "limits"
    chat.rests = format_datetime(datetime.now(UTC) + clock, usegmt=True) if clock else "3600"
    run(project, RED)
    chat.mode = "takes"
    assert run(project, GREEN).ret == 1
    assert "It asks to be left until 20" in project.check("alerts/alerts_are_delivered").sentence
    assert len(chat.tried) == 1
    let_claims_end(history_of(project.folder))
    assert run(project, GREEN).ret == 0
    assert [title.partition(" (")[0] for title in chat.titles] == ["[L1] shop: FAILED: open", "[recovered] shop: open"]


def test_a_route_that_hangs_does_not_hold_the_others(
    project: Project, receivers: Callable[[], Receiver], monkeypatch: pytest.MonkeyPatch, impatient: None
) -> None:
    pager, chat = receivers(), receivers()
    pager.mode = "hangs"
    monkeypatch.setenv("OPS_ALERT_PAGER", pager.url)
    monkeypatch.setenv("OPS_ALERT_CHAT", chat.url)
    project.target(more='[alerts]\nroutes = [{ url_env = "OPS_ALERT_PAGER" }, { url_env = "OPS_ALERT_CHAT" }]\n')
    result = run(project, RED)
    assert chat.titles == ["[L1] shop: FAILED: open"]
    assert "told OPS_ALERT_CHAT: [L1] shop: FAILED: open" in result.outlines
    run(project, GREEN)
    assert "[L2] shop: FAILED: alerts are delivered" in chat.titles
    assert len(pager.tried) == 2


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("slakc://hook-0123456789-of-the-chat", "OPS_ALERT_CHAT is no URL that Apprise knows"),
        ("hook-0123456789-of-the-chat", "told by OPS_ALERT_CHAT: it is no URL like"),
        ("", "told by OPS_ALERT_CHAT: it is not set"),
    ],
    ids=["a scheme nobody knows", "no URL", "not set"],
)
def test_a_wrong_url_is_said_by_its_variable_and_changes_no_status(
    project: Project, chat: Receiver, monkeypatch: pytest.MonkeyPatch, url: str, said: str
) -> None:
    monkeypatch.setenv("OPS_ALERT_CHAT", url)
    result = run(project, RED)
    assert result.ret == 1
    assert any(said in line for line in result.outlines), result.outlines
    assert SECRET not in everything_written(project) + "".join(result.outlines)


def test_where_no_route_is_set_the_run_is_blind_about_its_alerts_and_leaves_no_letter(
    project: Project, chat: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPS_ALERT_CHAT")
    assert run(project, GREEN).ret == 10
    own = project.check("alerts/alerts_are_delivered")
    assert (own.outcome, own.sentence) == (
        "blind",
        "nobody on shop is told by OPS_ALERT_CHAT: it is not set; put it into the environment or .env",
    )
    monkeypatch.setenv("OPS_ALERT_CHAT", chat.url)
    assert run(project, GREEN).ret == 0
    assert chat.titles == []


def test_a_second_route_that_is_not_set_is_a_note(project: Project, chat: Receiver) -> None:
    project.target(more='[alerts]\nroutes = [{ url_env = "OPS_ALERT_CHAT" }, { url_env = "OPS_ALERT_UNSET" }]\n')
    assert run(project, GREEN).ret == 0
    own = project.check("alerts/alerts_are_delivered")
    assert (own.outcome, "OPS_ALERT_UNSET: it is not set" in own.notes[0]) == ("note", True)


def test_apprise_is_imported_only_when_there_is_something_to_send(project: Project, chat: Receiver) -> None:
    project.checks(f"@pytest.mark.daily\n{GREEN}")
    project.write(
        "conftest.py", "import sys\ndef pytest_unconfigure():\n    print('IMPORTED', 'apprise' in sys.modules)\n"
    )
    assert "IMPORTED False" in project.run("-m", "daily", "--target", "shop.toml").outlines


@pytest.mark.parametrize("more", ["alerts = false\n", "[alerts]\nenabled = false\n", ""])
def test_who_switched_alerts_off_is_told_nothing(project: Project, chat: Receiver, more: str) -> None:
    project.target(more=more)
    assert run(project, RED).ret == 1
    assert chat.tried == []


def test_maintenance_holds_alerts_and_not_checks_and_not_recoveries(project: Project, chat: Receiver) -> None:
    run(project, RED)
    now = datetime.now(UTC)
    window = (
        f"from = {now - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}\nuntil = {now + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    )
    project.target(
        more=f'[alerts]\nroutes = [{{ url_env = "OPS_ALERT_CHAT" }}]\n[[maintenance]]\n{window}\nreason = "new disk"\n'
    )
    result = run(project, GREEN + "@pytest.mark.daily\ndef test_lit(target):\n    assert not target.name, 'dark'\n")
    assert result.ret == 1
    assert any(line.startswith("alerts on shop are held: maintenance until ") for line in result.outlines)
    assert [title.partition(" (")[0] for title in chat.titles] == ["[L1] shop: FAILED: open", "[recovered] shop: open"]


def test_a_deploy_under_way_holds_alerts_until_it_ends(project: Project, chat: Receiver) -> None:
    deploying = (
        "import ops_tests.plugin.deploying as one\none._under_way = lambda *_: 'deploying v43, running for 3 min'\n"
    )
    project.write("conftest.py", deploying)
    command = ("-m", "daily", "--target", "shop.toml")
    project.checks(f"@pytest.mark.daily\n{RED}")
    result = project.run(*command)
    assert "alerts on shop are held: deploying v43, running for 3 min" in result.outlines
    assert result.outlines[-1].partition(" -> ")[0].endswith("; deploying v43, running for 3 min: alerts are held")
    assert chat.tried == []
    project.write("conftest.py", "")
    project.run(*command)
    assert chat.titles == ["[L1] shop: FAILED: open"]


def test_alerts_that_break_are_said_and_change_no_verdict(
    project: Project, chat: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError(f"with {SECRET}")

    monkeypatch.setattr("ops_tests.plugin.alerts.memory.firing", broken)
    result = run(project, RED)
    assert result.ret == 1
    assert any(line.startswith("alerts broke, so nobody may have been told: ZeroDiv") for line in result.outlines)
    assert SECRET not in "".join(result.outlines)


def test_without_history_it_is_told_now_and_says_what_nobody_knows(
    project: Project, chat: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPS_HISTORY_URL", "postgresql://ops:unheard-of@127.0.0.1:9/history")
    assert run(project, RED).ret == 1
    (message,) = chat.taken
    assert "The history cannot be read" in message["message"]
    assert "unheard-of" not in message["message"]


def test_a_run_that_is_killed_between_sending_and_marking_is_made_good_by_the_next(
    project: Project, chat: Receiver, eventually: Eventually
) -> None:
    project.checks(f"@pytest.mark.daily\n{RED}")
    chat.mode = "keeps and hangs"
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-m", "daily", "--target", "shop.toml"]
    process = subprocess.Popen(command, cwd=project.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    eventually(lambda: bool(chat.taken))
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    chat.mode = "takes"
    let_claims_end(history_of(project.folder))
    run(project, GREEN)
    assert [title.partition(" (")[0] for title in chat.titles] == ["[L1] shop: FAILED: open"] * 2 + [
        "[recovered] shop: open"
    ]


def test_a_run_that_is_interrupted_asks_and_tells_nobody_and_the_next_one_does(
    project: Project, chat: Receiver
) -> None:
    chat.mode = "fails"
    run(project, RED)
    chat.mode = "takes"
    project.checks(
        f"@pytest.mark.daily\n{RED}@pytest.mark.daily\ndef test_stop(target):\n    raise KeyboardInterrupt\n"
    )
    assert project.run("-m", "daily", "--target", "shop.toml").ret == 2
    assert len(chat.tried) == 1
    run(project, RED)
    assert chat.titles == ["[L1] shop: FAILED: open"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_a_route_hangs_does_not_hang_the_run_and_nothing_is_sent_twice(
    project: Project, chat: Receiver, eventually: Eventually, number: signal.Signals
) -> None:
    project.checks(f"@pytest.mark.daily\n{RED}")
    project.write("conftest.py", "from ops_tests.plugin.alerts import sending\nsending.LIMIT_SECONDS = 2\n")
    chat.mode = "hangs"
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-m", "daily", "--target", "shop.toml"]
    process = subprocess.Popen(command, cwd=project.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    eventually(lambda: bool(chat.tried))
    process.send_signal(number)
    said, _ = process.communicate(timeout=20)
    assert process.returncode == 1, said
    assert "FINDING L1 on shop" in said.splitlines()[-1]
    chat.mode = "takes"
    run(project, GREEN)
    assert [title.partition(" (")[0] for title in chat.titles] == ["[L1] shop: FAILED: open", "[recovered] shop: open"]
    assert len(chat.tried) == 3


def let_claims_end(history: Path) -> None:
    """As if a minute had passed since the run that claimed a letter died."""
    with closing(sqlite3.connect(history)) as connection, connection:
        connection.execute("UPDATE ops_outbox SET claimed_until = ''")


def letter(number: int) -> Letter:
    """A letter to the chat."""
    now = datetime(2026, 3, 1, 12, number, tzinfo=UTC)
    words = (
        f"id-{number}",
        "shop",
        "finding:shop/open",
        "run",
        "OPS_ALERT_CHAT",
        "new",
        "L1",
        f"{number}",
        "",
        now,
        now,
    )
    return Letter(*words)


def test_two_runs_at_once_send_each_letter_once_and_in_order(place: Place) -> None:
    visit(place, lambda history: outbox.post(history, [letter(number) for number in range(8)]))
    taken: list[str] = []

    def work() -> None:
        now = datetime.now(UTC)
        while found := visit(place, lambda history: outbox.claim(history, "shop", "OPS_ALERT_CHAT", now)):
            taken.append(found.title)
            visit(place, partial(outbox.delivered, letter=found, now=now))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken == [f"{number}" for number in range(8)]
    assert visit(place, lambda history: outbox.waiting(history, "shop")) == []


def test_what_another_run_is_sending_is_left_to_it_until_its_claim_ends(place: Place) -> None:
    now = datetime.now(UTC)
    visit(place, lambda history: outbox.post(history, [letter(1), letter(2)]))

    def claimed(at: datetime) -> Any:
        return visit(place, lambda history: outbox.claim(history, "shop", "OPS_ALERT_CHAT", at))

    assert claimed(now) == letter(1)
    assert claimed(now) is None
    assert claimed(now + outbox.CLAIM + timedelta(seconds=1)) == letter(1)


def test_how_long_it_took_to_tell_somebody_is_in_the_tables(place: Place) -> None:
    told = datetime(2026, 3, 1, 12, 9, tzinfo=UTC)

    def work(history: Any) -> list[tuple[datetime, datetime | None]]:
        outbox.post(history, [letter(1), letter(2)])
        outbox.delivered(history, letter(1), told)
        return responses(history, "shop", letter(1).since)

    assert visit(place, work) == [(letter(1).since, told), (letter(2).since, None)]
