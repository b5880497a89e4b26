"""The client of ``wrangler`` over the sandbox's stand-in: each answer, and each way to have none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ops_tests.clients import wrangler as client
from ops_tests.clients.cloudflare import connect
from ops_tests.clients.wrangler import Wrangler
from ops_tests.errors import (
    Blind,
    CommandTimedOut,
    InstrumentMissing,
    NotAuthorised,
    NotFound,
    Unparsable,
    UsageProblem,
)
from ops_tests.records.platform import Image
from ops_tests.sandbox.evolution_hub.scenario import D1, SECRETS, Deployment, Scenario, Version, Worker
from ops_tests.sandbox.evolution_hub.scenario import Wrangler as Habits
from ops_tests.sandbox.wrangler_state import DATABASE, version_id
from ops_tests.target import Secret, Target
from tests.clients.wranglers import STARTED, TOKEN, WORKER, platform, wrangler_on_path


def of(folder: Path, **changes: Any) -> dict[str, str]:
    """The environment with a stand-in whose plan differs in these parts."""
    return wrangler_on_path(folder, replace(Scenario(), **changes))


def test_deployments_are_releases_with_the_newest_first(tmp_path: Path) -> None:
    found = platform(of(tmp_path)).releases()
    assert [one.name for one in found] == ["v41", "v40", "v39"]
    assert {one.status for one in found} == {"complete"}
    assert found[0].created_at == STARTED - timedelta(minutes=20)
    assert found[0].image == Image(WORKER, version_id(41))
    assert [(one.name, one.image) for one in found[0].split] == [("100 % of the requests", found[0].image)]


def test_a_gradual_deployment_is_the_newer_version_and_not_complete(tmp_path: Path) -> None:
    shared = Worker(deployments=(Deployment(60, ((40, 100),)), Deployment(5, ((40, 90), (41, 10)))))
    newest = platform(of(tmp_path, worker=shared)).releases()[0]
    assert (newest.version, newest.status) == (41, "at 10 %")
    assert [one.name for one in newest.split] == ["90 % of the requests", "10 % of the requests"]


def test_a_version_that_is_no_longer_listed_has_a_name_all_the_same(tmp_path: Path) -> None:
    old = Worker(
        versions=tuple(Version(50 + n, 30 - n) for n in range(10)), deployments=(Deployment(60, ((41, 100),)),)
    )
    assert platform(of(tmp_path, worker=old)).releases()[0].name == version_id(41)[:8]


def test_what_began_a_deployment_is_its_description(tmp_path: Path) -> None:
    back = Worker(deployments=(Deployment(9, ((41, 100),)), Deployment(5, ((40, 100),), "rollback", "it was slow")))
    assert platform(of(tmp_path, worker=back)).releases()[0].description == "rollback: it was slow"


def test_a_worker_that_was_never_deployed_has_no_release(tmp_path: Path) -> None:
    assert platform(of(tmp_path, worker=Worker(deployments=()))).releases() == ()


def test_secrets_are_names(tmp_path: Path) -> None:
    assert {one.name for one in platform(of(tmp_path)).secret_names()} == set(SECRETS)


def test_staging_is_another_worker(tmp_path: Path) -> None:
    environ = of(tmp_path)
    assert platform(environ, staging="evolution-hub-staging").staging_releases()
    with pytest.raises(NotFound, match=r"expected platform\.staging"):
        platform(environ).staging_releases()


def test_d1_answers_one(tmp_path: Path) -> None:
    answer = platform(of(tmp_path)).d1_answer(DATABASE)
    assert (answer.value, answer.refusal) == (1, "")
    assert answer.sql_seconds is not None


def test_d1_s_own_refusal_is_an_answer(tmp_path: Path) -> None:
    environ = of(tmp_path, d1=D1(habit="overloaded"))
    assert "overloaded" in platform(environ).d1_answer(DATABASE).refusal


def test_a_table_that_is_missing_is_d1_s_own_refusal(tmp_path: Path) -> None:
    asked = Wrangler(WORKER, of(tmp_path), Secret("CLOUDFLARE_API_TOKEN", TOKEN))
    assert "no such table: nowhere" in asked.d1_execute(DATABASE, "SELECT 1 FROM nowhere").refusal


def test_a_database_nobody_knows_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"d1\.database in the target file"):
        platform(of(tmp_path)).d1_answer("nowhere")


def test_a_bookmark_is_there_or_not(tmp_path: Path) -> None:
    (tmp_path / "with").mkdir()
    (tmp_path / "without").mkdir()
    assert platform(of(tmp_path / "with")).d1_bookmark(DATABASE).bookmark.startswith("00000")
    assert platform(of(tmp_path / "without", d1=D1(bookmark=False))).d1_bookmark(DATABASE).bookmark == ""


@pytest.mark.parametrize(
    ("habits", "error", "said"),
    [
        (
            Habits(access="refused"),
            NotAuthorised,
            r"Authentication error \[code: 10000\].*then set CLOUDFLARE_API_TOKEN",
        ),
        (Habits(access="not logged in"), NotAuthorised, "expected a token Cloudflare accepts"),
        (Habits(access="no such worker"), NotFound, r'expected a Worker named "evolution-hub-production"'),
        (Habits(habit="text"), Unparsable, "printed no JSON of the documented shape"),
        (Habits(habit="cut"), Unparsable, "printed no JSON of the documented shape"),
        (Habits(habit="killed"), Unparsable, "it began with nothing"),
    ],
)
def test_a_call_without_an_answer_is_blind_and_says_why(
    tmp_path: Path, habits: Habits, error: type[Blind], said: str
) -> None:
    asked = platform(of(tmp_path, wrangler=habits))
    for question in (asked.releases, asked.secret_names, lambda: asked.d1_answer(DATABASE)):
        if habits.access == "no such worker" and question not in (asked.releases, asked.secret_names):
            continue  # a database belongs to the account, not to the Worker
        with pytest.raises(error, match=said):
            question()


def test_noise_before_the_json_is_passed_over(tmp_path: Path) -> None:
    assert platform(of(tmp_path, wrangler=Habits(habit="noise"))).releases()


def test_a_command_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "READ_SECONDS", 0.5)
    with pytest.raises(CommandTimedOut, match="did not end within"):
        platform(of(tmp_path, wrangler=Habits(habit="hangs"))).secret_names()


def test_without_wrangler_the_sentence_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(InstrumentMissing, match="npm install -g wrangler"):
        platform({"PATH": str(tmp_path)}).secret_names()


def test_what_would_mislead_wrangler_never_reaches_it(tmp_path: Path) -> None:
    program = tmp_path / "wrangler"
    program.write_text('#!/bin/sh\nenv > "$HOME/seen"\npwd >> "$HOME/seen"\necho "[]"\n')
    program.chmod(0o755)
    given = {
        "PATH": f"{tmp_path}:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "CLOUDFLARE_ENV": "staging",
        "FORCE_COLOR": "1",
    }
    assert platform({**given, "CLOUDFLARE_API_KEY": "legacy", "WRANGLER_LOG": "debug"}).secret_names() == ()
    seen = (tmp_path / "seen").read_text()
    assert f"CLOUDFLARE_API_TOKEN={TOKEN}" in seen
    assert not {"CLOUDFLARE_ENV", "CLOUDFLARE_API_KEY", "FORCE_COLOR", "WRANGLER_LOG"} & {
        line.partition("=")[0] for line in seen.splitlines()
    }
    assert "XDG_CONFIG_HOME=" in seen
    assert not Path(seen.splitlines()[-1]).exists()


def test_the_engineer_s_own_login_keeps_its_home(tmp_path: Path) -> None:
    program = tmp_path / "wrangler"
    program.write_text('#!/bin/sh\nenv > "$HOME/seen"\necho "[]"\n')
    program.chmod(0o755)
    given = {"PATH": f"{tmp_path}:/usr/bin:/bin", "HOME": str(tmp_path), "CLOUDFLARE_API_TOKEN": "another"}
    assert Wrangler(WORKER, given, None).secret_list() == ()
    seen = (tmp_path / "seen").read_text()
    assert "CLOUDFLARE_API_TOKEN" not in seen
    assert "XDG_CONFIG_HOME" not in seen


def test_a_refused_token_stands_in_no_sentence(tmp_path: Path) -> None:
    program = tmp_path / "wrangler"
    token = "abcdefghijklmnopqrstuvwxyz0123456789ABCD"
    program.write_text(f'#!/bin/sh\necho "[ERROR] Bearer {token} is not valid [code: 10000]" >&2\nexit 1\n')
    program.chmod(0o755)
    with pytest.raises(NotAuthorised) as refused:
        platform({"PATH": f"{tmp_path}:/usr/bin:/bin"}).secret_names()
    assert token not in str(refused.value)


def test_connecting_needs_a_worker_and_its_token() -> None:
    plain = {"name": "demo", "base_url": "https://demo.example.invalid"}
    with pytest.raises(UsageProblem, match="Add it with worker"):
        connect(Target.model_validate(plain))
    part = {"kind": "cloudflare", "worker": WORKER, "token_env": "CLOUDFLARE_API_TOKEN"}
    with pytest.raises(NotAuthorised, match="CLOUDFLARE_API_TOKEN is not set"):
        connect(Target.model_validate({**plain, "platform": part}))
