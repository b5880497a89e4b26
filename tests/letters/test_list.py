"""``dead-letters list`` and ``show``: what is told of a letter, and what is not."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.letters.conftest import Mail

Told = Callable[[subprocess.CompletedProcess[str], int], str]


def test_the_letters_that_wait_are_listed_oldest_first_with_those_that_used_up_their_tries(
    mail: Mail, told: Told
) -> None:
    young = mail.plant("SHOP_REDACT", minutes=5)
    old = mail.plant("APP_SCOPES_UPDATE", minutes=180, tries=3)
    said = told(mail.run("dead-letters", "list"), 0)
    assert said.splitlines() == [
        "2 unprocessed on sandbox-live",
        f"{old}  APP_SCOPES_UPDATE  3 h old, used up its 3 tries (3)",
        f"{young}  SHOP_REDACT  5 min old, 0 of 3 tries in vain",
    ]


def test_the_list_is_json_on_request(mail: Mail, told: Told) -> None:
    letter = mail.plant("SHOP_REDACT", tries=4)
    document = json.loads(told(mail.run("dead-letters", "list", "--json"), 0))
    assert document["count"] == 1
    assert [(one["id"], one["topic"], one["exhausted"]) for one in document["letters"]] == [
        (letter, "SHOP_REDACT", True)
    ]


def test_listing_needs_no_operator(mail: Mail, told: Told) -> None:
    mail.change("operator_secret_env", "# operator_secret_env")
    assert told(mail.run("dead-letters", "list"), 0) == "0 unprocessed on sandbox-live\n"


def test_a_letter_is_shown_without_shop_payload_and_personal_data(mail: Mail, told: Told) -> None:
    letter = mail.plant("app/uninstalled", {"email": "owner@example.invalid"})
    said = told(mail.run("dead-letters", "show", letter), 0)
    assert "app/uninstalled, to /webhooks/app/uninstalled" in said
    assert "Timed out for <email>" in said
    assert "--reveal --permit sandbox-live shows it" in said


def test_the_payload_is_shown_when_it_is_asked_for_with_a_warning(mail: Mail) -> None:
    letter = mail.plant("APP_UNINSTALLED", {"email": "owner@example.invalid"})
    done = mail.run("dead-letters", "show", letter, "--reveal", "--permit", "sandbox-live")
    assert done.returncode == 0
    assert "may hold personal data" in done.stderr
    assert '{"email": "owner@example.invalid"}' in done.stdout
    assert mail.shop(letter) in done.stdout


def test_without_a_permit_no_payload_is_shown(mail: Mail, told: Told) -> None:
    letter = mail.plant("APP_UNINSTALLED", {"email": "owner@example.invalid"})
    said = told(mail.run("dead-letters", "show", letter, "--reveal"), 4)
    assert said.endswith("type --permit sandbox-live\n")


@pytest.mark.parametrize("command", ["show", "replay"])
def test_an_id_that_is_none_is_told_with_the_one_it_resembles(mail: Mail, told: Told, command: str) -> None:
    letter = mail.plant("SHOP_REDACT")
    said = told(mail.run("dead-letters", command, letter + "x"), 4)
    assert said.startswith(f"there is no dead letter '{letter}x'; did you mean {letter}? ")


def test_a_missing_table_is_told(mail: Mail, told: Told) -> None:
    mail.cursor.execute("ALTER TABLE dead_letters RENAME TO gone")
    try:
        said = told(mail.run("dead-letters", "list"), 3)
    finally:
        mail.cursor.execute("ALTER TABLE gone RENAME TO dead_letters")
    assert 'relation "dead_letters" does not exist' in said


def test_a_target_without_a_database_is_told(mail: Mail, told: Told) -> None:
    (mail.folder / "target.toml").write_text('name = "shop"\nbase_url = "http://127.0.0.1:9"\n', encoding="utf-8")
    assert "has no [database]; add it with dsn_env" in told(mail.run("dead-letters", "list"), 4)


def test_the_embedded_sandbox_is_not_there(mail: Mail, told: Told) -> None:
    words = [sys.executable, "-m", "ops_tests", "dead-letters", "list", "--target", "sandbox"]
    done = subprocess.run(words, cwd=mail.folder, env=mail.environ(), capture_output=True, text=True, check=False)
    assert "the embedded sandbox lives no longer than a run of checks" in told(done, 4)
