"""What is said about a target file that cannot be used: all of it at once, in plain words, and nothing made up."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops_tests.errors import TargetInvalid, UnknownName
from ops_tests.target import Target
from ops_tests.target_file import find_target, load_target, packaged_targets

ALONE = 'base_url = "https://x"\n'
FLY = ALONE + '[platform]\nkind = "fly"\napp = "a"\n'
WORKER = ALONE + '[platform]\nkind = "cloudflare"\nworker = "a"\n'
ACCOUNT = f'{WORKER}account = "{"0" * 32}"\n'
METRICS = '[metrics]\ntoken_env = "T1"\n'
LIMITS = ALONE + "[limits]\n"
WINDOW = ALONE + '[[maintenance]]\nreason = "move"\nfrom = 2026-12-05T22:00:00Z\n'
HOOKS = ALONE + '[webhooks]\nsecret_env = "S1"\n'


def loaded(folder: Path, text: str) -> Target:
    path = folder / "shop.toml"
    path.write_text(text, encoding="utf-8")
    return load_target(path, {})


def problems(folder: Path, text: str) -> list[str]:
    """What is said, a line for each problem."""
    with pytest.raises(TargetInvalid) as caught:
        loaded(folder, text)
    first, *lines = str(caught.value).splitlines()
    count = "one problem" if len(lines) == 1 else f"{len(lines)} problems"
    assert first == f"target file {folder / 'shop.toml'} has {count}:"
    return [line.removeprefix("  - ") for line in lines]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ALONE + 'acts = "yes"', "acts: expected true or false, without quotes (found 'yes')"),
        (ALONE + "acts = 1", "acts: expected true or false, without quotes (found 1)"),
        (ALONE + '[[pages]]\npath = "/a"\nstatus = "200"', "pages.0.status: expected a whole number, without quotes"),
        (FLY + 'memory_mb = "512"', "platform.memory_mb: expected a whole number, without quotes (found '512')"),
        (FLY + "memory_mb = 512.5", "platform.memory_mb: expected a whole number, without quotes (found 512.5)"),
        (FLY + "memory_mb = true", "platform.memory_mb: expected a whole number, without quotes (found True)"),
        (FLY.replace('"a"', "7"), "platform.app: expected text in quotes (found 7)"),
        (FLY.replace('"fly"', '"heroku"'), "platform.kind: expected 'fly' or 'cloudflare' (found 'heroku')"),
        (HOOKS + 'synthetic = "on"', "webhooks.synthetic: expected true or false, without quotes (found 'on')"),
        (HOOKS + "get_status = 405", "webhooks.get_status: expected a list, like [405] (found 405)"),
        (HOOKS + 'get_status = ["405"]', "webhooks.get_status.0: expected a whole number, without quotes"),
        (HOOKS + "endpoints = 1", "webhooks.endpoints: expected a list of tables, each under [[webhooks.endpoints]]"),
        (ALONE + "[health]\nexpect = { status = 'up' }", "health.expect.status: expected a list, like [\"up\"]"),
        (ALONE + "[health]\nexpect = { status = [1.5] }", "health.expect.status.0: expected text, a whole number, or"),
        (ALONE + "[pages]\npath = '/a'", "pages: expected a list of tables, each under [[pages]]"),
        (ALONE + "[health]\nexpect = 'up'", "health.expect: expected a table (found 'up')"),
        (ALONE + "health = '/up'", "health: expected a table (found '/up')"),
        (LIMITS + "dead_letters = '3'", "limits.dead_letters: expected a number, without quotes (found '3')"),
        (LIMITS + "dead_letters = inf", "limits.dead_letters: expected a number that has an end (found inf)"),
        (LIMITS + "dead_letters = { value = true }", "limits.dead_letters: expected a number, without quotes"),
        (LIMITS + "dead_letters = { unit = 's' }", "limits.dead_letters.unit: unknown key; known here: l2_from, l3_"),
        (ALONE + "repository = { path = 1 }", "repository.path: expected a path in quotes (found 1)"),
        (FLY + "minimum_machines = 0", "platform.minimum_machines: expected at least 1 (found 0)"),
        (FLY + "image_mb = 0", "platform.image_mb: expected more than 0 (found 0)"),
        (FLY + "[logs]\nwindow_minutes = 61", "logs.window_minutes: expected at most 60 (found 61)"),
        (FLY.replace('"a"', '""'), "platform.app: must not be empty"),
        (ALONE + "name = 'My Shop'", "name: expected small letters, digits and . _ -, like shop-staging (found 'My"),
        (ALONE + "fly = 1", "fly: unknown key; known here: acts, alerts, backups"),
        (ALONE + "[headers]\n'X Y' = true", "headers.X Y: expected a header's name: letters, digits and -"),
        (WINDOW + "until = '2026-12-06'", "maintenance.0.until: expected a time without quotes, like 2026-12-05T22:"),
        (WINDOW + "until = 2026-12-06", "maintenance.0.until: expected a time without quotes, like 2026-12-05T22:"),
        (WINDOW + "until = 2026-12-06T02:00:00", "maintenance.0.until: expected a time with its offset, like 2026-"),
        (WINDOW, "maintenance.0.until: missing; add it"),
        (ALONE + "[alerts]\nroutes = 1", "alerts.routes: expected a list of tables, each under [[alerts.routes]]"),
        (ALONE + "alerts = 'no'", "alerts: expected a table (found 'no')"),
        (ALONE + "[headers]", "headers: expected at least one; fill it in, or take the key out"),
        (ALONE + "pages = []", "pages: expected at least one; fill it in, or take the key out"),
        (ALONE + "[health]\nexpect = {}", "health.expect: expected at least one; fill it in, or take the key out"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_in_plain_words_and_alone(tmp_path: Path, text: str, said: str) -> None:
    (only,) = problems(tmp_path, text)
    assert only.startswith(said)


def test_a_time_is_told_as_it_was_written(tmp_path: Path) -> None:
    (only,) = problems(tmp_path, WINDOW + "until = 2026-12-06T02:00:00")
    assert only.endswith("(found 2026-12-06 02:00:00)")


def test_a_whole_number_does_where_a_fraction_may_stand(tmp_path: Path) -> None:
    target = loaded(tmp_path, FLY + "image_mb = 250\n[logs]\nwindow_minutes = 5\n[limits]\nwebhook_seconds = 4")
    assert (target.limits.webhook_seconds.value, target.logs and target.logs.window_minutes) == (4, 5)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            ALONE + "[health]\nexpect = { status = ['ok'] }\nplain_text = 'up'",
            "health: give either expect, for a JSON body, or plain_text, not both",
        ),
        (LIMITS + "cpu_percent = 250", "limits.cpu_percent: expected below 100 %, or it could never fail"),
        (LIMITS + "memory_percent = 100", "limits.memory_percent: expected below 100 %"),
        (LIMITS + "error_percent = { l3_from = 101 }", "limits.error_percent: expected levels up to 100 %"),
        (
            LIMITS + "certificate_days = { value = 40, l2_from = 3 }",
            (
                "limits.certificate_days: 40 is above certificate_note_days, which is 28 by default, so that the note "
                "would never be told; write certificate_note_days = N with an N of 40 or more"
            ),
        ),
        (
            LIMITS + "certificate_note_days = 10",
            "limits.certificate_days: 14 (the default) is above certificate_note_days, wh",
        ),
        (FLY + METRICS, "metrics.org: missing; Fly.io's metrics are an organisation's: name it by its slug (fly orgs"),
        (WORKER + METRICS, "platform.account: missing; [metrics] asks for the Worker by its account's id: add it, 32"),
        (ACCOUNT + METRICS + 'org = "acme"', "metrics.org: is of use only on Fly.io; drop it"),
        (ACCOUNT + METRICS + 'url = "https://x"', "metrics.url: is of use only on Fly.io; drop it"),
        (ALONE + METRICS, "metrics: needs the part [platform], which is missing"),
        ('name = "sandbox"\n' + ALONE, "name: sandbox is a target that comes with the package; reports would name "),
        ('name = "timedify"\n' + ALONE, "name: timedify is a target that comes with the package"),
    ],
)
def test_what_cannot_hold_together_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (only,) = problems(tmp_path, text)
    assert only.startswith(said)


def test_a_packaged_target_keeps_its_name_however_its_file_is_named(tmp_path: Path) -> None:
    file = packaged_targets()["timedify"]
    (tmp_path / "link.toml").symlink_to(file)
    for name in (str(file), "link.toml"):
        assert load_target(find_target(name, tmp_path), {}).name == "timedify"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "health_seconds = 5",
            (
                "limits.health_seconds: value 5 is beyond l2_from, which is 3 by default; write health_seconds = "
                "{ value = 5, l2_from = N } with an N of 5 or more"
            ),
        ),
        ("health_seconds = { l2_from = 0.5 }", "value, which is 1 by default, is beyond l2_from 0.5; write health_s"),
        ("dead_letters = 20", "value 20 is beyond l2_from, which is 11 by default; write dead_letters = { value = 20"),
        ("certificate_days = 2", "value 2 is below l2_from, which is 3 by default; write certificate_days = { value "),
        ("certificate_days = 2", "with an N of 2 or less"),
        (
            "dead_letters = { value = 9, l2_from = 5 }",
            "limits.dead_letters: value 9 is beyond l2_from 5; let them rise",
        ),
        ("certificate_days = { value = 3, l2_from = 5 }", "value 3 is below l2_from 5; let them fall"),
        ("dead_letters = { l2_from = 20, l3_from = 15 }", "l2_from 20 is beyond l3_from 15; let them rise"),
        ("webhook_failures_percent = 7", "{ value = 7, l2_from = N } with an N of 7 or more"),
        ("health_seconds = 12", "limits.health_seconds: expected below 10 s, since no answer is waited for longer"),
        ("webhook_seconds = { l2_from = 10 }", "limits.webhook_seconds: expected below 10 s"),
        ("dead_letters = -1", "limits.dead_letters: expected at least 0 (found -1)"),
        ("dead_letters = { l2_from = -1 }", "limits.dead_letters.l2_from: expected at least 0 (found -1)"),
    ],
)
def test_a_limit_that_contradicts_a_level_says_which_and_what_to_write(tmp_path: Path, text: str, said: str) -> None:
    (only,) = problems(tmp_path, LIMITS + text)
    assert said in only
    assert "'unit'" not in only


def test_what_is_proposed_for_a_limit_is_accepted_and_keeps_the_other_levels(tmp_path: Path) -> None:
    limits = loaded(tmp_path, LIMITS + "certificate_days = { value = 2, l2_from = 2 }").limits
    assert (limits.certificate_days.value, limits.certificate_days.l3_from) == (2, 0)


def test_unknown_keys_wrong_types_and_contradictions_are_told_at_once(tmp_path: Path) -> None:
    said = problems(
        tmp_path,
        'name = "sandbox"\nbase_url = "http://x"\nacts = 1\n[health]\nunknown_key = 1\nplain_text = "up"\n'
        'expect = { status = ["ok"] }\n[https]\n[dead_letters]\n[logs]\n[[webhooks.endpoints]]\npath = "about"\n'
        "[retention]\ndays = '7'",
    )
    assert [one.partition(":")[0] for one in said] == [
        "acts",
        "health.unknown_key",
        "webhooks.secret_env",
        "webhooks.endpoints.0.path",
        "retention.days",
        "name",
        "logs",
        "dead_letters",
        "retention",
        "health",
        "https",
    ]


@pytest.mark.parametrize(
    "text",
    [
        FLY.replace("app =", "ap =") + "[logs]",
        ALONE + "[database]\ndsn_env = 'lower case'\n[dead_letters]\n[migrations]",
        FLY + "[secrets]\nnames = 'ONE'",
        HOOKS + "synthetic = true\n[database]\ndsn_env = 'lower case'",
        FLY + "[database]\ndsn_env = 'D1'\nvia = 'fly-proxy'\nproxy_app = 1",
        'base_url = "nowhere"\n[https]',
        ALONE + "[[pages]]\npath = 'about'",
        HOOKS + "endpoints = [{ path = 'about' }]",
    ],
)
def test_nothing_is_made_up_about_what_a_wrong_part_lacks(tmp_path: Path, text: str) -> None:
    said = problems(tmp_path, text)
    assert len({one.split(".")[0].partition(":")[0] for one in said}) == 1
    assert not [one for one in said if "needs the part" in one or "at least one" in one or "give either" in one]


def test_a_folder_is_called_a_folder(tmp_path: Path) -> None:
    (tmp_path / "ops").mkdir()
    for name in ("ops", "./ops", str(tmp_path / "ops")):
        with pytest.raises(UnknownName, match=r"is a folder; name the \.toml file in it"):
            find_target(name, tmp_path)
