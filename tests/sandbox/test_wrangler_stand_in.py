"""The wrangler stand-in's exit statuses, streams and shapes, as a process of its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ops_tests.sandbox.evolution_hub import d1
from ops_tests.sandbox.evolution_hub.scenario import D1, Deployment, Scenario, Worker, Wrangler
from ops_tests.sandbox.wrangler_state import ACCOUNT, DATABASE, STAND_IN, Access, document, version_id

Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]
TOKEN, ACTS = "v1.0-reads", "v1.0-acts"
NAME = ("--name", "evolution-hub-production")
SELECT = ("--command", "SELECT count(*) AS n FROM users")
COLOURED = "\x1b[31m✘ \x1b[41;31m[\x1b[41;97mERROR\x1b[41;31m]\x1b[0m \x1b[1m"
STARTED = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def wrangler(tmp_path: Path) -> Run:
    """Run one command; the state is made of the first one's plan."""

    def wrangler(*words: str, plan: Scenario | None = None, cwd: str = ".", **environ: str) -> Done:
        state = tmp_path / "wrangler.json"
        if not state.exists():
            wanted = plan or Scenario()
            state.write_text(json.dumps(document(wanted, Access(TOKEN, ACTS), tmp_path, STARTED)))
            d1.make(tmp_path, wanted.d1, wanted.environment)
        argv = [sys.executable, "-I", "-S", str(STAND_IN), str(state), *words]
        given = {"CLOUDFLARE_API_TOKEN": TOKEN, "CLOUDFLARE_ACCOUNT_ID": ACCOUNT, "HOME": str(tmp_path), **environ}
        return subprocess.run(argv, capture_output=True, text=True, check=False, cwd=tmp_path / cwd, env=given)

    return wrangler


def _json(done: Done) -> Any:
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def _of(**changes: Any) -> Scenario:
    return replace(Scenario(), **changes)


def test_the_version_is_one_word(wrangler: Run) -> None:
    done = wrangler("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, "4.86.0\n", "")


def test_whoami_as_json_is_indented_by_four(wrangler: Run) -> None:
    done = wrangler("whoami", "--json")
    assert _json(done)["accounts"] == [{"id": ACCOUNT, "name": "Acme"}]
    assert done.stdout.startswith('{\n    "loggedIn": true,\n    "authType"')


def test_whoami_without_a_token_ends_with_1_only_where_json_is_asked_for(wrangler: Run) -> None:
    as_json, for_people = (wrangler("whoami", *flag, CLOUDFLARE_API_TOKEN="") for flag in (("--json",), ()))
    assert (as_json.returncode, as_json.stdout) == (1, '\n{"loggedIn":false}\n')
    assert for_people.returncode == 0
    assert "You are not authenticated" in for_people.stdout


def test_deployments_are_listed_with_the_newest_last_and_ten_at_most(wrangler: Run) -> None:
    many = Worker(deployments=tuple(Deployment(60 - n, ((40 + n % 2, 100),)) for n in range(12)))
    done = wrangler("deployments", "list", "--json", *NAME, plan=_of(worker=many))
    listed = _json(done)
    assert len(listed) == 10
    assert [one["created_on"] for one in listed] == sorted(one["created_on"] for one in listed)
    assert listed[-1]["created_on"] == "2026-11-20T11:11:00.000000Z"
    assert done.stdout.startswith('[\n  {\n    "id": "')


def test_the_status_is_the_newest_deployment(wrangler: Run) -> None:
    status = _json(wrangler("deployments", "status", "--json", *NAME))
    assert status == _json(wrangler("deployments", "list", "--json", *NAME))[-1]
    assert status["versions"] == [{"version_id": version_id(41), "percentage": 100}]
    assert status["annotations"] == {"workers/triggered_by": "deployment"}


def test_a_worker_without_deployments_has_an_empty_list_and_no_status(wrangler: Run) -> None:
    bare = _of(worker=Worker(deployments=()))
    assert _json(wrangler("deployments", "list", "--json", *NAME, plan=bare)) == []
    status = wrangler("deployments", "status", "--json", *NAME, plan=bare)
    assert status.returncode == 1
    assert "The Worker evolution-hub-production has no deployments." in status.stderr


def test_versions_are_listed_with_the_newest_last(wrangler: Run) -> None:
    versions = _json(wrangler("versions", "list", "--json", *NAME))
    assert [one["number"] for one in versions] == [39, 40, 41]
    assert versions[-1]["id"] == version_id(41)


def test_secrets_are_json_by_default_and_json_is_no_flag(wrangler: Run) -> None:
    listed = _json(wrangler("secret", "list", *NAME))
    assert {"name": "JWT_SECRET", "type": "secret_text"} in listed
    assert _json(wrangler("secret", "list", *NAME, "--format", "json")) == listed
    refused = wrangler("secret", "list", *NAME, "--json")
    assert refused.returncode == 1
    assert f"{COLOURED}Unknown argument: json\x1b[0m" in refused.stderr


def test_the_environment_decides_about_the_worker_and_without_one_it_is_another(wrangler: Run) -> None:
    def numbers(*flags: str, **environ: str) -> list[int]:
        listed = _json(wrangler("versions", "list", "--json", *flags, cwd=d1.REPOSITORY, **environ))
        return [one["number"] for one in listed]

    assert numbers("--env", "production") == numbers(CLOUDFLARE_ENV="production") == [39, 40, 41]
    assert numbers() == numbers("--env=development") == [7]
    unknown = wrangler("versions", "list", "--json", "--env", "produktion", cwd=d1.REPOSITORY)
    assert 'No environment found in configuration with name "produktion"' in unknown.stderr


def test_a_command_without_any_name_is_refused(wrangler: Run) -> None:
    done = wrangler("deployments", "list", "--json")
    assert (done.returncode, done.stdout) == (1, "\n")
    assert "You need to provide a name for your Worker." in done.stderr


def test_an_unknown_worker_is_told_with_its_code_and_in_colours(wrangler: Run) -> None:
    done = wrangler("deployments", "list", "--json", "--name", "elsewhere", NO_COLOR="1")
    assert (done.returncode, done.stdout) == (1, "\n")
    path = f"/accounts/{ACCOUNT}/workers/scripts/elsewhere/deployments"
    assert done.stderr.startswith(
        f"{COLOURED}A request to the Cloudflare API ({path}) failed.\x1b[0m\n\n  This Worker "
    )
    assert "  This Worker does not exist on your account. [code: 10007]\n" in done.stderr
    assert re.search(r'\n\n🪵  Logs were written to ".*"\n$', done.stderr)
    assert 'Worker "elsewhere" not found.' in wrangler("secret", "list", "--name", "elsewhere").stderr


def test_without_a_token_every_command_says_which_variable_to_set(wrangler: Run) -> None:
    done = wrangler("deployments", "list", "--json", *NAME, CLOUDFLARE_API_TOKEN="")
    assert (done.returncode, done.stdout) == (1, "\n")
    assert "it's necessary to set a CLOUDFLARE_API_TOKEN environment variable" in done.stderr


@pytest.mark.parametrize("wrong", [{"CLOUDFLARE_API_TOKEN": "bad"}, {"CLOUDFLARE_ACCOUNT_ID": "another"}])
def test_a_bad_token_lets_it_talk_on_standard_output(wrangler: Run, wrong: dict[str, str]) -> None:
    done = wrangler("deployments", "list", "--json", *NAME, **wrong)
    assert done.returncode == 1
    assert done.stdout.count("📎 It looks like you are authenticating Wrangler via a custom API token") == 2
    assert done.stderr.count("Authentication error [code: 10000]") == 2
    assert "(/user/tokens/verify) failed" in done.stderr


def test_d1_runs_sql_on_the_remote_database(wrangler: Run) -> None:
    (answer,) = _json(wrangler("d1", "execute", DATABASE, "--remote", "--json", *SELECT))
    assert (answer["results"], answer["success"]) == ([{"n": 5}], True)
    assert {*answer["meta"]} >= {"duration", "changes", "rows_read", "changed_db", "timings"}
    two = ("--command", "SELECT 1 AS a; SELECT ';' AS b;")
    listed = _json(wrangler("d1", "execute", "DB", "--remote", "--json", *two, "--env", "production",
                            cwd=d1.REPOSITORY))  # fmt: skip
    assert [one["results"] for one in listed] == [[{"a": 1}], [{"b": ";"}]]


def test_d1_runs_whatever_it_is_told(wrangler: Run) -> None:
    deleted = ("--command", "DELETE FROM comments")
    (answer,) = _json(wrangler("d1", "execute", DATABASE, "--remote", "--json", *deleted))
    assert (answer["meta"]["changes"], answer["meta"]["changed_db"]) == (3, True)


def test_d1_without_remote_means_an_empty_database_of_this_machine(wrangler: Run) -> None:
    local = ("d1", "execute", "DB", "--json", "--env", "production")
    missing = wrangler(*local, *SELECT, cwd=d1.REPOSITORY)
    assert (missing.returncode, missing.stderr) == (1, "")
    assert json.loads(missing.stdout) == {"error": {"text": "no such table: users: SQLITE_ERROR"}}
    assert _json(wrangler(*local, "--command", "SELECT 1", cwd=d1.REPOSITORY))[0]["success"] is True
    without_json = wrangler("d1", "execute", "DB", "--env", "production", *SELECT, cwd=d1.REPOSITORY)
    assert "Executing on local database DB" in without_json.stdout
    nowhere = json.loads(wrangler("d1", "execute", "DB", "--json", *SELECT).stdout)
    assert "Couldn't find a D1 DB with the name or binding 'DB'" in nowhere["error"]["text"]


def test_a_failing_statement_is_json_on_standard_output(wrangler: Run) -> None:
    done = wrangler("d1", "execute", DATABASE, "--remote", "--json", "--command", "SELECT * FROM absent")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith('\n{\n  "error": {')
    error = json.loads(done.stdout)["error"]
    assert error["notes"] == [{"text": "no such table: absent: SQLITE_ERROR [code: 7500]"}]
    assert (error["kind"], error["name"], error["code"]) == ("error", "APIError", 7500)


def test_a_bad_token_is_json_for_d1(wrangler: Run) -> None:
    done = wrangler("d1", "execute", DATABASE, "--remote", "--json", *SELECT, CLOUDFLARE_API_TOKEN="bad")
    assert (done.returncode, done.stderr) == (1, "")
    assert json.loads(done.stdout)["error"]["code"] == 10000


def test_an_unknown_database_is_told(wrangler: Run) -> None:
    done = wrangler("d1", "execute", "absent", "--remote", "--json", *SELECT)
    assert json.loads(done.stdout) == {"error": {"text": "Couldn't find DB with name 'absent'"}}


def test_time_travel_names_a_bookmark(wrangler: Run) -> None:
    told = _json(wrangler("d1", "time-travel", "info", DATABASE, "--json"))
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{32}", told["bookmark"])


def test_listing_migrations_writes_the_table_it_lacks(wrangler: Run, tmp_path: Path) -> None:
    listing = ("d1", "migrations", "list", "DB", "--remote", "--env", "production")
    plan = _of(d1=D1(missing=("d1_migrations",)))
    done = wrangler(*listing, plan=plan, cwd=d1.REPOSITORY)
    assert done.returncode == 0
    assert "Migrations to be applied:\n┌" in done.stdout
    assert "│ 0001_init.sql " in done.stdout
    assert "d1_migrations" in d1.tables(tmp_path, "production")


def test_applied_migrations_leave_nothing_to_apply(wrangler: Run) -> None:
    listing = ("d1", "migrations", "list", "DB", "--remote", "--env", "production")
    assert "✅ No migrations to apply!" in wrangler(*listing, cwd=d1.REPOSITORY).stdout
    nowhere = wrangler("d1", "migrations", "list", DATABASE, "--remote")
    assert "No configuration file found." in nowhere.stderr


def test_a_rollback_without_a_terminal_confirms_itself(wrangler: Run) -> None:
    done = wrangler("rollback", *NAME, CLOUDFLARE_API_TOKEN=ACTS)
    assert done.returncode == 0
    assert "Using fallback value in non-interactive context: yes" in done.stdout
    assert f"SUCCESS  Worker Version {version_id(40)} has been deployed to 100% of traffic." in done.stdout
    newest = _json(wrangler("deployments", "status", "--json", *NAME))
    assert newest["versions"] == [{"version_id": version_id(40), "percentage": 100}]
    assert newest["annotations"] == {"workers/triggered_by": "rollback", "workers/message": "Rollback"}


def test_a_rollback_leads_where_it_is_told(wrangler: Run) -> None:
    done = wrangler("rollback", version_id(39), "-y", "-m", "errors after the deployment", *NAME,
                    CLOUDFLARE_API_TOKEN=ACTS)  # fmt: skip
    assert done.returncode == 0
    newest = _json(wrangler("deployments", "list", "--json", *NAME))[-1]
    assert newest["versions"][0]["version_id"] == version_id(39)
    assert newest["annotations"]["workers/message"] == "errors after the deployment"


def test_a_rollback_to_nowhere_changes_nothing(wrangler: Run) -> None:
    before = _json(wrangler("deployments", "list", "--json", *NAME))
    unknown = wrangler("rollback", "1b2c", *NAME, CLOUDFLARE_API_TOKEN=ACTS)
    assert "workers.api.error.not_found [code: 10009]" in unknown.stderr
    reading = wrangler("rollback", *NAME)
    assert "Authentication error [code: 10000]" in reading.stderr
    assert (unknown.returncode, reading.returncode) == (1, 1)
    assert _json(wrangler("deployments", "list", "--json", *NAME)) == before


def test_the_only_version_has_nowhere_to_go_back_to(wrangler: Run) -> None:
    single = _of(worker=Worker(deployments=(Deployment(20, ((41, 100),)),)))
    done = wrangler("rollback", *NAME, plan=single, CLOUDFLARE_API_TOKEN=ACTS)
    assert done.returncode == 1
    assert "Could not find stable Worker Version to rollback to." in done.stderr


@pytest.mark.parametrize("words", [("deploy",), ("rollback", "--branch", "x", *NAME), ("d1", "execute", "--json")])
def test_an_unknown_word_or_a_missing_one_is_refused(wrangler: Run, words: tuple[str, ...]) -> None:
    done = wrangler(*words)
    assert done.returncode == 1
    assert re.search("Unknown argument: (deploy|branch)|Not enough non-option arguments|must provide", done.stderr)


HABITS = {
    "noise": (0, '\n▲ [WARNING] '),
    "text": (0, "\n ⛅️ wrangler 4.86.0\n"),
    "cut": (0, '[\n  {\n    "id": "3c29'),
    "killed": (0, ""),
}  # fmt: skip


@pytest.mark.parametrize("habit", HABITS)
def test_a_bad_habit_ends_with_0_and_no_json(wrangler: Run, habit: Any) -> None:
    done = wrangler("deployments", "list", "--json", *NAME, plan=_of(wrangler=Wrangler(habit=habit)))
    status, beginning = HABITS[habit]
    assert done.returncode == status
    assert done.stdout.startswith(beginning)
    with pytest.raises(json.JSONDecodeError):
        json.loads(done.stdout)


def test_help_is_help(wrangler: Run) -> None:
    assert "wrangler tail\n" in wrangler("tail", "--help").stdout
    assert "wrangler d1 time-travel info" in wrangler("--help").stdout
