"""Whom to tell, of what, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ops_tests.alert_settings import AlertRoute, AlertsPart, MaintenanceWindow
from ops_tests.records.alerts import Alert, Letter, Message, PastLook
from ops_tests.records.run import CheckRecord, Level, Outcome, Waiver
from ops_tests.rules import alert_wording
from ops_tests.rules.alerting import UNDELIVERED, Situation, judge, maintenance, unremembered
from ops_tests.target_parts import SeverityWords

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HEALTH = "availability/health_answers_200"
BODY = "availability/health_body_says_healthy"
DATABASE = "database/database_answers"
SECRETS = "platform/secrets_are_the_documented_ones"
CHAT = AlertRoute(url_env="CHAT")
RULES = AlertsPart(routes=(CHAT,))
BY_LEVEL = AlertsPart(
    routes=(
        AlertRoute(url_env="PAGER", levels=("L2", "L3")),
        CHAT.model_copy(update={"levels": ("L1", "L2", "L3")}),
        AlertRoute(url_env="OWNER", levels=("blind",)),
        AlertRoute(url_env="BOSS", levels=("L3",), after_minutes=30),
    )
)


def check(name: str, outcome: Outcome = "ok", level: Level = Level.L1, sentence: str = "") -> CheckRecord:
    """The record of one check."""
    waiver = Waiver(check=name, reason="known", owner="anna", until=NOON.date()) if outcome == "waived" else None
    return CheckRecord(
        target="shop", check=name, subject=name.partition("/")[0], claim="", suites=("smoke",), anchor="shop.md#open",
        outcome=outcome, level=level if outcome == "finding" else None, waiver=waiver,
        sentence=sentence or ("" if outcome == "ok" else f"{name} is wrong; expected otherwise"),
    )  # fmt: skip


class Story:
    """Runs of one target, one after the other, each judged with what the earlier ones left."""

    def __init__(self, rules: AlertsPart = RULES) -> None:
        self.rules = rules
        self.alerts: dict[str, Alert] = {}
        self.looks: list[PastLook] = []
        self.messages: list[Message] = []

    def run(
        self, minutes: float, *checks: CheckRecord, suite: str = "daily", held: str = "", failing: str = ""
    ) -> list[str]:
        """Run so many minutes after noon; returns what is told, as words with level, check and routes."""
        now = NOON + timedelta(minutes=minutes)
        if suite == "smoke":
            self.looks += [PastLook(one.check, now, one.outcome) for one in checks]
        firing = [alert for alert in self.alerts.values() if alert.firing]
        failed = frozenset(failing.split())
        situation = Situation(now, f"run-{minutes:g}", now, suite, checks, firing, self.rules, self.looks, held, failed)
        alerts, self.messages = judge(situation)
        self.alerts |= {alert.key: alert for alert in alerts}
        return [f"{one.word} {one.alert.severity} {one.alert.check} {','.join(one.routes)}" for one in self.messages]


def test_every_suite_but_smoke_is_believed_at_once() -> None:
    assert Story().run(0, check(HEALTH, "finding")) == [f"new L1 {HEALTH} CHAT"]


def test_smoke_is_believed_when_two_of_three_are_red_and_recovered_when_three_are_green() -> None:
    story, red, green = Story(), check(HEALTH, "finding"), check(HEALTH)
    told = [story.run(5 * at, one, suite="smoke") for at, one in enumerate([red, red, green, red, green, green, green])]
    assert told == [[], [f"new L1 {HEALTH} CHAT"], [], [], [], [], [f"recovered L1 {HEALTH} CHAT"]]


def test_a_single_blink_of_smoke_tells_nobody_anything() -> None:
    story, green = Story(), check(HEALTH)
    runs = [green, check(HEALTH, "finding"), green, green, green, green]
    assert [told for at, one in enumerate(runs) if (told := story.run(5 * at, one, suite="smoke"))] == []


def test_the_first_red_of_smoke_is_when_it_began() -> None:
    story = Story()
    story.run(0, check(HEALTH, "finding"), suite="smoke")
    story.run(5, check(HEALTH, "finding"), suite="smoke")
    assert story.messages[0].alert.since == NOON


def test_it_is_told_once_and_again_when_the_reminder_is_due() -> None:
    story, red = Story(), check(HEALTH, "finding", Level.L3)
    told = {minutes: story.run(minutes, red) for minutes in (0, 5, 10, 14.5, 20, 29.5)}
    assert {minutes for minutes, said in told.items() if said} == {0, 14.5, 29.5}
    assert told[14.5] == [f"still L3 {HEALTH} CHAT"]


@pytest.mark.parametrize(("level", "hours"), [(Level.L1, 4), (Level.L2, 1), (Level.L3, 0.25)])
def test_a_reminder_waits_as_long_as_the_reaction_may_take(level: Level, hours: float) -> None:
    story, red = Story(), check(HEALTH, "finding", level)
    story.run(0, red)
    assert story.run(hours * 60 - 2, red) == []
    assert story.run(hours * 60, red) == [f"still {level} {HEALTH} CHAT"]


def test_a_rising_level_is_told_at_once_and_a_falling_one_is_not() -> None:
    story = Story(BY_LEVEL)
    assert story.run(0, check(HEALTH, "finding")) == [f"new L1 {HEALTH} CHAT"]
    assert story.run(1, check(HEALTH, "finding", Level.L3)) == [f"worse L3 {HEALTH} CHAT,PAGER"]
    assert story.messages[0].was == Level.L1
    assert story.run(2, check(HEALTH, "finding", Level.L2)) == []
    assert story.run(3, check(HEALTH, "finding", Level.L3)) == []


def test_a_cause_is_one_message_that_counts_what_follows() -> None:
    story = Story()
    told = story.run(0, check(HEALTH, "finding"), check(BODY, "blind"), check(DATABASE, "finding", Level.L3))
    assert told == [f"new L3 {DATABASE} CHAT"]
    assert set(story.messages[0].alert.follows) == {HEALTH, BODY}


def test_what_followed_and_stays_red_when_its_root_is_gone_is_news() -> None:
    story = Story()
    story.run(0, check(HEALTH, "finding"), check(DATABASE, "finding", Level.L3))
    told = story.run(5, check(HEALTH, "finding"), check(DATABASE))
    assert told == [f"new L1 {HEALTH} CHAT", f"recovered L3 {DATABASE} CHAT"]


def test_the_endpoints_of_one_check_are_one_alert_that_ends_when_all_hold() -> None:
    story, names = Story(), [f"webhooks/webhook_refuses_get[{name}]" for name in ("a", "b", "c")]
    told = story.run(0, *(check(name, "finding") for name in names))
    assert told == ["new L1 webhooks/webhook_refuses_get CHAT"]
    assert story.run(5, check(names[0]), check(names[1]), check(names[2], "finding")) == []
    assert story.run(10, check(names[0])) == []
    assert story.run(15, *map(check, names)) == ["recovered L1 webhooks/webhook_refuses_get CHAT"]


@pytest.mark.parametrize("seen", [(), (check(HEALTH, "not applicable"),), (check(SECRETS),)])
def test_what_a_run_did_not_look_at_changes_nothing(seen: tuple[CheckRecord, ...]) -> None:
    story = Story()
    story.run(0, check(HEALTH, "finding", Level.L3))
    before = dict(story.alerts)
    assert story.run(600, *seen) == []
    assert story.alerts == before


def test_blind_is_no_recovery_and_goes_to_the_owner_of_the_instrument() -> None:
    story = Story(BY_LEVEL)
    story.run(0, check(SECRETS, "finding"))
    assert story.run(5, check(SECRETS, "blind")) == [f"new blind {SECRETS} OWNER"]
    assert story.run(10, check(SECRETS)) == [f"recovered L1 {SECRETS} CHAT", f"recovered blind {SECRETS} OWNER"]


def test_a_finding_where_it_was_blind_says_that_one_can_look_again() -> None:
    story = Story(BY_LEVEL)
    story.run(0, check(SECRETS, "blind"))
    assert story.run(5, check(SECRETS, "finding")) == [f"new L1 {SECRETS} CHAT", f"recovered blind {SECRETS} OWNER"]


def test_blind_checks_of_one_cause_are_one_message_also_when_one_of_them_says_it_otherwise_later() -> None:
    story, names = Story(), ["logs/a", "logs/b", "platform/c"]
    assert len(story.run(0, *(check(name, "blind", sentence="no token") for name in names))) == 1
    words = [check("platform/c", "blind", sentence="no token"), check("logs/a", "blind", sentence="refused")]
    assert story.run(5, *words, check("logs/b", "blind", sentence="no token")) == []


def test_waived_is_not_told_and_ends_what_was() -> None:
    story = Story()
    assert story.run(0, check(SECRETS, "waived")) == []
    story.run(5, check(SECRETS, "finding"))
    assert story.run(10, check(SECRETS, "waived")) == [f"waived L1 {SECRETS} CHAT"]


def test_what_is_held_is_told_afterwards_if_it_lasts() -> None:
    story, red = Story(), check(HEALTH, "finding", Level.L3)
    assert story.run(0, red, held="maintenance") == []
    assert story.run(20, red, held="maintenance") == []
    assert story.run(40, red) == [f"new L3 {HEALTH} CHAT"]
    assert story.messages[0].alert.since == NOON


def test_a_level_that_rose_while_held_is_told_afterwards() -> None:
    story = Story()
    story.run(0, check(HEALTH, "finding"))
    assert story.run(5, check(HEALTH, "finding", Level.L3), held="deploying") == []
    assert story.run(10, check(HEALTH, "finding", Level.L3)) == [f"worse L3 {HEALTH} CHAT"]


def test_a_recovery_is_never_held_but_nobody_hears_of_what_nobody_was_told() -> None:
    story = Story()
    story.run(0, check(HEALTH, "finding"))
    assert story.run(5, check(HEALTH), check(SECRETS, "finding"), held="maintenance") == [f"recovered L1 {HEALTH} CHAT"]
    assert story.run(10, check(SECRETS)) == []


def test_a_route_that_waits_is_told_what_nobody_acknowledged() -> None:
    story, red = Story(BY_LEVEL), check(HEALTH, "finding", Level.L3)
    assert story.run(0, red) == [f"new L3 {HEALTH} PAGER,CHAT"]
    assert story.run(10, red) == []
    assert story.run(30, red) == [f"escalated L3 {HEALTH} BOSS"]
    assert story.run(40, check(HEALTH)) == [f"recovered L3 {HEALTH} PAGER,CHAT,BOSS"]


def test_acknowledged_is_neither_repeated_nor_escalated_until_it_gets_worse() -> None:
    story, red = Story(BY_LEVEL), check(HEALTH, "finding", Level.L2)
    story.run(0, red)
    (key, alert) = next(iter(story.alerts.items()))
    story.alerts[key] = Alert(**{**vars(alert), "acknowledged_at": NOON})
    assert story.run(600, red) == []
    assert story.run(605, check(HEALTH, "finding", Level.L3)) == [f"worse L3 {HEALTH} PAGER,CHAT,BOSS"]
    assert story.alerts[key].acknowledged_at is None


def test_that_alerts_are_not_delivered_is_told_by_the_routes_that_work_only() -> None:
    both = AlertsPart(routes=(AlertRoute(url_env="PAGER"), CHAT))
    assert Story(both).run(0, check(UNDELIVERED, "finding"), failing="PAGER") == [f"new L1 {UNDELIVERED} CHAT"]
    assert Story(RULES).run(0, check(UNDELIVERED, "finding"), failing="CHAT") == []


def test_without_history_everything_wrong_is_told_at_once_also_by_smoke() -> None:
    wrong = [check(HEALTH, "finding"), check(SECRETS, "blind"), check(DATABASE)]
    told = unremembered(Situation(NOON, "run", NOON, "smoke", wrong, (), RULES))
    assert [(one.word, one.alert.severity) for one in told] == [("new", "L1"), ("new", "blind")]


def test_a_maintenance_window_begins_with_its_first_moment_and_ends_before_its_last() -> None:
    window = MaintenanceWindow.model_validate({"from": NOON, "until": NOON + timedelta(hours=1), "reason": "new disk"})
    inside = [bool(maintenance([window], NOON + timedelta(minutes=at))) for at in (-1, 0, 59, 60)]
    assert inside == [False, True, True, False]
    assert maintenance([window], NOON) == "maintenance until 2026-03-01 13:00 UTC: new disk"


def test_a_message_says_what_since_when_what_follows_and_what_to_type() -> None:
    story = Story()
    checks = [
        check(HEALTH, "finding", Level.L3, "health answered 500; expected 200. Next: curl it"),
        check(BODY, "blind"),
    ]
    story.run(0, *checks)
    (message,) = story.messages
    assert alert_wording.title(message, "shop", NOON, SeverityWords()) == "[L3] shop: FAILED: health answers 200"
    critical = SeverityWords(L3="critical")
    assert alert_wording.title(message, "shop", NOON, critical).startswith("[L3 critical] shop: ")
    assert alert_wording.body(message, "shop", checks, "reports/a.html").splitlines() == [
        "health answered 500; expected 200.",
        "Since: 2026-03-01 12:00:00 UTC",
        f"1 more may follow from it: {BODY}",
        "Runbook: ops_tests/runbook/shop.md#open",
        "Next: curl it",
        "Then: pytest -k health_answers_200 --target shop",
        "Report: reports/a.html",
    ]


def test_how_long_it_lasted_ends_with_the_first_green_of_those_that_had_to_agree() -> None:
    story = Story()
    outcomes: tuple[Outcome, ...] = ("finding", "finding", "ok", "ok", "ok")
    for minutes, word in enumerate(outcomes):
        story.run(5 * minutes, check(HEALTH, word, Level.L3), suite="smoke")
    (message,) = story.messages
    later = NOON + timedelta(minutes=21)
    assert (
        alert_wording.title(message, "shop", later, SeverityWords())
        == "[recovered] shop: health answers 200 (red for 10 min)"
    )


def test_what_still_waits_for_a_route_was_not_told_by_it() -> None:
    story = Story()
    story.run(0, check(HEALTH, "finding", Level.L3))
    (alert,) = story.alerts.values()
    both = replace(alert, told=("CHAT", "PAGER"))
    waits = Letter("1", "shop", alert.key, "run", "PAGER", "new", "L3", "t", "b", NOON, NOON)
    assert alert_wording.summary([both], [waits], NOON)[0].endswith(", told CHAT")


def test_a_blind_message_never_says_that_the_system_is_broken() -> None:
    story = Story()
    story.run(0, check(SECRETS, "blind", sentence="no token"))
    (message,) = story.messages
    assert alert_wording.title(message, "shop", NOON, SeverityWords()).startswith("[blind] shop: NOBODY COULD LOOK: ")
    first, second, *_ = alert_wording.body(
        message, "shop", [check(SECRETS, "blind", sentence="no token")], ""
    ).splitlines()
    assert (first, second) == ("We could not look; this says nothing about the system itself.", "no token")
