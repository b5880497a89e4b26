"""A replay that is killed at any step loses no letter, and the next one completes it: the work is done once."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.letters.conftest import Mail
from tests.letters.killed import STEPS
from tests.running import REPOSITORY

WORDS = "APP_SUBSCRIPTIONS/UPDATE: queuing update"


def killed(mail: Mail, step: str, letter: str) -> int:
    """Replay a letter and die at a step; returns the signal."""
    words = mail.command("dead-letters", "replay", letter, "--yes", "--permit", "sandbox-live")
    command = [sys.executable, "-m", "tests.letters.killed", step, *words[words.index("ops_tests") + 1 :]]
    environ = mail.environ(PYTHONPATH=str(REPOSITORY))
    done = subprocess.run(command, cwd=mail.folder, env=environ, capture_output=True, timeout=60, check=False)
    return -done.returncode


@pytest.mark.parametrize("step", STEPS)
def test_a_replay_killed_at_a_step_is_completed_by_the_next(mail: Mail, step: str) -> None:
    letter = mail.plant("APP_SUBSCRIPTIONS_UPDATE", '{"kept": true}')
    assert killed(mail, step, letter) == 9
    marked = step == "committed"
    assert mail.row(letter) == (int(marked), marked, None, '{"kept": true}')
    assert mail.act("dead-letters", "replay", letter).returncode == (4 if marked else 0)
    assert mail.row(letter) == (1, True, None, '{"kept": true}')
    assert mail.count("webhook_events WHERE shop = %s", mail.shop(letter)) == 1
    assert mail.worked(letter, WORDS) == 1


def test_what_is_sent_twice_is_one_delivery_to_the_application(mail: Mail) -> None:
    mail.change('secret_env = "SHOPIFY_API_SECRET"', 'secret_env = "SHOPIFY_API_SECRET"\nrecords_deliveries = false')
    letter = mail.plant("APP_SUBSCRIPTIONS_UPDATE")
    assert killed(mail, "sent", letter) == 9
    assert mail.act("dead-letters", "replay", letter).returncode == 0  # nobody looked for a row, so it was sent again
    assert mail.count("webhook_events WHERE shop = %s", mail.shop(letter)) == 1
    assert mail.worked(letter, WORDS) == 1
