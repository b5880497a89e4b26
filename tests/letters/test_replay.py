"""``dead-letters replay``: shown, sent, marked only on evidence, and left out where it may destroy something."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ops_tests.clients.acting.dead_letters import DeadLetterTable
from ops_tests.clients.acting.operator_database import OperatorDatabase, RowLocked
from ops_tests.clients.acting.replays import webhook_id
from ops_tests.permit import grant
from ops_tests.records.replay import Waiting
from tests.letters.conftest import PATIENTLY, SOON, Mail

Told = Callable[[subprocess.CompletedProcess[str], int], str]
TOPICS = ("APP_UNINSTALLED", "app/scopes_update", "APP_SUBSCRIPTIONS_UPDATE", "CUSTOMERS_DATA_REQUEST",
          "CUSTOMERS_REDACT", "SHOP_REDACT")  # fmt: skip
UPDATE = "APP_SUBSCRIPTIONS_UPDATE"
WORDS = "APP_SUBSCRIPTIONS/UPDATE: queuing update"
INSTALLED = "kaffeehaus-am-markt.myshopify.com"


def test_by_default_it_is_only_shown_letter_by_letter(mail: Mail, told: Told) -> None:
    sent, kept = mail.plant(UPDATE, minutes=180), mail.plant("SHOP_REDACT", shop=INSTALLED)
    lines = told(mail.run("dead-letters", "replay", "--all"), 0).splitlines()
    why = "its shop has a session now, which the replay might delete"
    assert lines[:2] == [
        f"{sent}  {UPDATE}  3 h old, 0 of 3 tries in vain: POST /webhooks/app/subscriptions_update",
        f"{kept}  SHOP_REDACT  5 min old, 0 of 3 tries in vain: left out: {why}",
    ]
    assert "nothing was changed; to do it, type it again with --yes --permit sandbox-live" in lines
    assert mail.waiting() == [sent, kept]
    assert mail.count("webhook_events WHERE shop = %s", mail.shop(sent)) == 0


def test_a_letter_of_each_topic_is_replayed_and_gone(mail: Mail, told: Told) -> None:
    letters = [mail.plant(topic) for topic in TOPICS]
    said = told(mail.act("dead-letters", "replay", "--all"), 0)
    assert said.endswith("6 of 6 replayed on sandbox-live\n")
    assert mail.waiting() == []
    assert [mail.row(letter)[:3] for letter in letters] == [(1, True, None)] * 6
    shops = [mail.shop(letter) for letter in letters]
    assert [mail.count("webhook_events WHERE shop = %s", shop) for shop in shops] == [1] * 6


def test_a_letter_that_used_up_its_tries_is_replayed_too(mail: Mail, told: Told) -> None:
    letter = mail.plant(UPDATE, tries=3)
    told(mail.act("dead-letters", "replay", letter), 0)
    assert mail.row(letter)[:2] == (4, True)


@pytest.mark.parametrize("topic", ["app/uninstalled", "SHOP_REDACT", "CUSTOMERS_REDACT"])
@pytest.mark.parametrize(
    ("shop", "minutes", "why"),
    [(INSTALLED.upper(), 5, "its shop has a session now"), ("", 241, "it is 4 h old")],
    ids=["installed", "old"],
)
def test_what_may_destroy_something_is_left_out(
    mail: Mail, told: Told, topic: str, shop: str, minutes: float, why: str
) -> None:
    letter, fine = mail.plant(topic, shop=shop, minutes=minutes), mail.plant(UPDATE)
    said = told(mail.act("dead-letters", "replay", "--all"), 0)
    assert f"{letter}  left out: {why}" in said
    assert "dead-letters replay ID --destructive" in said
    assert mail.row(letter)[:2] == (0, False)
    assert mail.row(fine)[:2] == (1, True)
    assert why in told(mail.act("dead-letters", "replay", letter), 4)
    assert mail.waiting() == [letter]


def test_it_is_sent_singly_when_it_is_said_to_be_destructive(mail: Mail, told: Told) -> None:
    letter = mail.plant("SHOP_REDACT", minutes=600)
    told(mail.act("dead-letters", "replay", letter, "--destructive"), 0)
    assert mail.row(letter)[:2] == (1, True)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--all", "--destructive"), "--destructive is for one letter"),
        ((), "expected either the ID of one dead letter or --all"),
        (("some-id", "--all"), "expected either the ID of one dead letter or --all"),
    ],
)
def test_what_cannot_be_meant_is_told(mail: Mail, told: Told, words: tuple[str, ...], why: str) -> None:
    assert why in told(mail.act("dead-letters", "replay", *words), 4)


@pytest.mark.parametrize(
    ("topic", "payload", "why"),
    [(UPDATE, "{cut off", "its payload is not JSON"), ("ORDERS_CREATE", {}, "no endpoint in the target file takes")],
)
def test_what_cannot_be_sent_is_left_out(mail: Mail, told: Told, topic: str, payload: object, why: str) -> None:
    letter = mail.plant(topic, payload)
    assert f"{letter}  left out: {why}" in told(mail.act("dead-letters", "replay", letter), 4)
    assert mail.row(letter)[:3] == (0, False, None)


def test_an_endpoint_without_a_documented_effect_proves_nothing(mail: Mail, told: Told) -> None:
    mail.change('effect = { log = "SHOP/REDACT: cleanup done for {shop}" }', "")
    letter = mail.plant("SHOP_REDACT")
    assert "nothing would prove the work of /webhooks/shop/redact" in told(
        mail.act("dead-letters", "replay", letter), 4
    )


def _refused(mail: Mail, path: str, status: int, said: str, letter: str, payload: str) -> None:
    assert f"{letter}  failed: {path} answered {status}; expected 200" in said
    assert mail.row(letter) == (1, False, f"replay: {path} answered {status}; expected 200", payload)


def test_a_refused_signature_is_told_and_the_letter_marked_failed(mail: Mail, told: Told) -> None:
    letter = mail.plant(UPDATE, "{}")
    said = told(mail.act("dead-letters", "replay", "--all", SHOPIFY_API_SECRET="another"), 1)
    _refused(mail, "/webhooks/app/subscriptions_update", 401, said, letter, "{}")


def test_an_endpoint_that_is_not_there_is_told_and_the_letter_marked_failed(mail: Mail, told: Told) -> None:
    mail.change('"/webhooks/app/subscriptions_update"', '"/nowhere"')
    letter = mail.plant(UPDATE, "{}")
    _refused(mail, "/nowhere", 404, told(mail.act("dead-letters", "replay", letter), 1), letter, "{}")


def test_an_application_that_does_not_answer_leaves_the_letter_as_it_was(mail: Mail, told: Told) -> None:
    mail.change(f'base_url = "{mail.sandbox.base_url}"', 'base_url = "https://127.0.0.1:9"')
    letter = mail.plant(UPDATE)
    said = told(mail.act("dead-letters", "replay", letter), 3)
    assert said.startswith(f"{letter} may have been sent and is not marked; typing it again is harmless. 127.0.0.1:9")
    assert mail.row(letter)[:3] == (0, False, None)


def test_an_effect_that_is_not_seen_leaves_it_unmarked_and_the_next_run_looks_for_it_first(
    mail: Mail, told: Told
) -> None:
    letter = mail.plant(UPDATE)
    mail.change(WORDS, "NEVER SEEN")
    mail.change(PATIENTLY, SOON)
    said = told(mail.act("dead-letters", "replay", letter), 3)
    assert "was not seen within 1 s (webhooks.effect_within_seconds); it was not marked" in said
    assert mail.row(letter)[:3] == (0, False, None)
    mail.change("NEVER SEEN", WORDS)
    mail.change(SOON, PATIENTLY)
    assert "sent by an earlier run" in told(mail.act("dead-letters", "replay", letter), 0)
    assert mail.row(letter)[:2] == (1, True)
    assert mail.worked(letter, WORDS) == 1


def test_work_that_never_came_is_marked_failed_and_then_sent_anew(mail: Mail, told: Told) -> None:
    letter = mail.plant(UPDATE)
    mail.change(WORDS, "NEVER SEEN")
    told(mail.act("dead-letters", "replay", letter), 3)
    assert "type it again to send it anew" in told(mail.act("dead-letters", "replay", letter), 1)
    assert mail.row(letter)[:2] == (1, False)
    mail.change("NEVER SEEN", WORDS)
    told(mail.act("dead-letters", "replay", letter), 0)
    assert mail.row(letter)[:2] == (2, True)
    assert mail.count("webhook_events WHERE shop = %s", mail.shop(letter)) == 2


def test_two_letters_of_one_shop_need_a_line_each(mail: Mail, told: Told) -> None:
    letters = [mail.plant(UPDATE, {"n": number}, shop="letters-twice.myshopify.com") for number in range(2)]
    told(mail.act("dead-letters", "replay", "--all"), 0)
    assert [mail.row(letter)[:2] for letter in letters] == [(1, True)] * 2
    assert mail.worked(letters[0], WORDS) == 2


def test_the_line_of_one_letter_proves_nothing_of_another(mail: Mail, told: Told) -> None:
    first, second = (mail.plant(UPDATE, shop="letters-once.myshopify.com", minutes=minutes) for minutes in (9, 5))
    now = datetime.now(UTC)
    own_id = webhook_id(Waiting(second, UPDATE, 0, now, installed=False, read_at=now))
    # As if an earlier run had sent the second, and its work had never come.
    mail.cursor.execute(
        "INSERT INTO webhook_events VALUES (%s, %s, %s, now() AT TIME ZONE 'UTC')",
        (own_id, UPDATE, mail.shop(second)),
    )
    told(mail.act("dead-letters", "replay", "--all"), 1)
    assert mail.row(first)[:2] == (1, True)
    assert mail.row(second)[:2] == (1, False)


def test_what_the_application_puts_aside_again_stays_one_letter(mail: Mail, told: Told) -> None:
    letter = mail.plant("SHOP_REDACT")
    mail.cursor.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not now'; END $$; "
        'CREATE TRIGGER refusing BEFORE DELETE ON "Session" FOR EACH STATEMENT EXECUTE FUNCTION refuse()'
    )
    try:
        said = told(mail.act("dead-letters", "replay", letter), 1)
    finally:
        mail.cursor.execute('DROP TRIGGER refusing ON "Session"; DROP FUNCTION refuse()')
    assert "the application failed to process it again; repair the cause first" in said
    assert mail.waiting() == [letter]
    assert mail.row(letter)[:2] == (1, False)
    assert mail.count('dead_letters WHERE "lastError" = %s', f"the same delivery as {letter}, which waits") == 1
    told(mail.act("dead-letters", "replay", letter), 0)
    assert mail.waiting() == []


def test_two_replays_at_once_replay_each_letter_once(mail: Mail, tmp_path: Path) -> None:
    letters = [mail.plant(UPDATE) for _ in range(3)]
    folders = [tmp_path / "one", tmp_path / "two"]
    begun = []
    for folder in folders:
        folder.mkdir()  # so that the lock of the project's folder does not keep one of them out
        words = mail.command("dead-letters", "replay", "--all", "--yes", "--permit", "sandbox-live")
        begun.append(subprocess.Popen(words, cwd=folder, env=mail.environ(), stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, text=True))  # fmt: skip
    said = "".join(one.communicate(timeout=120)[0] for one in begun)
    assert sum(f"{letter}  replayed" in line for line in said.splitlines() for letter in letters) == 3
    assert [mail.row(letter)[:2] for letter in letters] == [(1, True)] * 3
    assert [mail.worked(letter, WORDS) for letter in letters] == [1] * 3


def test_a_letter_that_is_held_is_nobody_else_s(mail: Mail) -> None:
    letter, permit = mail.plant(UPDATE), grant(mail.target(), ("sandbox-live",), "run")
    tables = [DeadLetterTable(OperatorDatabase(permit, mail.target().secret("OPERATOR_DATABASE_URL"))) for _ in "12"]
    with tables[0].held(letter) as held, pytest.raises(RowLocked), tables[1].held(letter):
        raise AssertionError(held)
    with tables[1].held(letter) as held:
        assert held is not None


def test_a_letter_that_was_replayed_is_not_sent_again(mail: Mail, told: Told) -> None:
    letter = mail.plant(UPDATE)
    told(mail.act("dead-letters", "replay", letter), 0)
    assert f"dead letter {letter} was replayed already" in told(mail.act("dead-letters", "replay", letter), 4)


@pytest.mark.parametrize(
    ("old", "new", "variables", "why"),
    [
        ("operator_secret_env", "# operator_secret_env", {}, "names no operator's role"),
        ("acts = true", "acts = false", {}, "does not say acts = true"),
        ("[webhooks]", "[webhooks]", {"OPERATOR_DATABASE_URL": ""}, "OPERATOR_DATABASE_URL is not set"),
        ("[webhooks]", "[webhooks]", {"SHOPIFY_API_SECRET": ""}, "SHOPIFY_API_SECRET is not set"),
    ],
)
def test_what_is_missing_to_act_is_told(
    mail: Mail, told: Told, old: str, new: str, variables: dict[str, str], why: str
) -> None:
    letter = mail.plant(UPDATE)
    mail.change(old, new)
    assert why in told(mail.act("dead-letters", "replay", letter, **variables), 4)
    assert mail.waiting() == [letter]


def test_without_a_permit_nothing_is_sent(mail: Mail, told: Told) -> None:
    letter = mail.plant(UPDATE)
    assert "no --permit was given" in told(mail.run("dead-letters", "replay", letter, "--yes"), 4)
    assert mail.waiting() == [letter]


def test_without_letters_there_is_nothing_to_do(mail: Mail, told: Told) -> None:
    assert told(mail.run("dead-letters", "replay", "--all"), 0) == "no dead letter waits on sandbox-live\n"
    assert told(mail.act("dead-letters", "replay", "--all"), 0) == "0 of 0 replayed on sandbox-live\n"
