"""The real wrangler over an API of this machine: it prints what its stand-in prints, and our client reads it.

Only where versions word an error in different ways is the stand-in like one of them; then our client's word decides.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ops_tests.clients import wrangler_errors, wrangler_json
from ops_tests.clients.cloudflare import CloudflarePlatform
from ops_tests.clients.command import CommandResult
from ops_tests.clients.printed_json import documents, plain
from ops_tests.clients.wrangler import Wrangler
from ops_tests.errors import InstrumentMissing, NotAuthorised, NotFound, Unreachable
from ops_tests.sandbox.evolution_hub.scenario import SECRETS, Deployment, Scenario, Worker
from ops_tests.sandbox.wrangler_state import DATABASE
from ops_tests.target import Secret
from tests.clients.wranglers import TOKEN, WORKER, platform, wrangler_on_path
from tests.worker.cloudflare_api import Api, serving

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("real wrangler")]

GRADUAL = (Deployment(60, ((40, 100),)), Deployment(20, ((41, 25), (40, 75)), message="half-way"))
QUIET = {
    "CI": "1",
    "WRANGLER_SEND_METRICS": "false",
    "WRANGLER_SEND_ERROR_REPORTS": "false",
    "WRANGLER_HIDE_BANNER": "true",
}
NOT_LISTENING = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Both:
    """The environments of stand-in and real command, which know the same, and the API behind the real one."""

    stand_in: dict[str, str]
    real: dict[str, str]
    api: Api

    def run(self, environ: dict[str, str], *words: str, **more: str) -> CommandResult:
        """Run one command as anybody may type it."""
        given = {**environ, **QUIET, "CLOUDFLARE_API_TOKEN": TOKEN, **more}
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "wrangler.json").write_text("{}")
            given["WRANGLER_LOG_PATH"] = given["XDG_CONFIG_HOME"] = folder
            done = subprocess.run(
                ["wrangler", *words], env=given, cwd=folder, capture_output=True, text=True, timeout=60, check=False
            )
        return CommandResult(("wrangler", *words), done.returncode, done.stdout, done.stderr, 0)


@pytest.fixture(scope="module")
def both(real_wrangler: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """Both commands over one plan, with a gradual deployment."""
    folder = tmp_path_factory.mktemp("stand-in")
    stand_in = wrangler_on_path(folder, Scenario(worker=Worker(deployments=GRADUAL)))
    with serving(json.loads((folder / "wrangler.json").read_text())) as api:
        path = f"{real_wrangler}{os.pathsep}{os.environ['PATH']}"
        yield Both(stand_in, {**stand_in, "PATH": path, "CLOUDFLARE_API_BASE_URL": api.url}, api)
        assert api.unknown == []


def test_the_version_is_one_word(both: Both, real_wrangler: Path) -> None:
    done = both.run(both.real, "--version")
    assert (done.code, done.stderr) == (0, "")
    assert f"wrangler-{done.stdout.strip()}" == real_wrangler.parents[1].name


@pytest.mark.parametrize(
    "words",
    [
        ("whoami", "--json"),
        ("deployments", "list", "--name", WORKER, "--json"),
        ("deployments", "status", "--name", WORKER, "--json"),
        ("versions", "list", "--name", WORKER, "--json"),
        ("secret", "list", "--name", WORKER, "--format", "json"),
        ("d1", "execute", DATABASE, "--remote", "--json", "--command", "SELECT 1 FROM nowhere"),
        ("d1", "time-travel", "info", DATABASE, "--json"),
    ],
    ids=lambda words: " ".join(words[:4]),
)
def test_both_print_the_same(both: Both, words: tuple[str, ...]) -> None:
    real, stand_in = both.run(both.real, *words), both.run(both.stand_in, *words)
    assert (real.code, list(documents(real.stdout))) == (stand_in.code, list(documents(stand_in.stdout)))


@pytest.mark.parametrize(
    ("words", "more"),
    [
        (("deployments", "list", "--name", "elsewhere", "--json"), {}),
        (("versions", "list", "--name", "elsewhere", "--json"), {}),
        (("secret", "list", "--name", "elsewhere", "--format", "json"), {}),
        (("deployments", "list", "--json"), {}),
        (("deployments", "list", "--name", WORKER, "--json"), {"CLOUDFLARE_API_TOKEN": ""}),
        (("deployments", "list", "--name", WORKER, "--json"), {"CLOUDFLARE_API_TOKEN": "nobody-s"}),
    ],
    ids=["no such Worker", "no versions of it", "no secrets of it", "no name", "no token", "a bad token"],
)
def test_both_fail_in_the_same_words(both: Both, words: tuple[str, ...], more: dict[str, str]) -> None:
    real, stand_in = both.run(both.real, *words, **more), both.run(both.stand_in, *words, **more)
    assert real.code == stand_in.code == 1
    told = [
        wrangler_errors.failure(CommandResult(words, 1, done.stdout, done.stderr, 0), WORKER, "CLOUDFLARE_API_TOKEN")
        for done in (real, stand_in)
    ]
    assert type(told[0]) is type(told[1])
    assert _first_error(real) == _first_error(stand_in)


def _first_error(done: CommandResult) -> str:
    return next(line for line in plain(done.stderr).splitlines() if "[ERROR]" in line)


def test_our_client_reads_the_real_command(both: Both) -> None:
    real = platform(both.real)
    releases = real.releases()
    assert releases == platform(both.stand_in).releases()
    assert releases[0].status == "at 25 %"
    assert {one.name for one in real.secret_names()} == set(SECRETS)
    answer = real.d1_answer(DATABASE)
    assert (answer.value, answer.refusal, answer.sql_seconds) == (1, "", 0.00025)


def test_d1_s_own_refusal_is_read(both: Both) -> None:
    asked = Wrangler(WORKER, both.real, Secret("CLOUDFLARE_API_TOKEN", TOKEN))
    assert asked.d1_execute(DATABASE, "SELECT 1 FROM nowhere").refusal.startswith("no such table: nowhere")


def test_a_question_that_was_not_answered_is_blind(both: Both) -> None:
    refused = CloudflarePlatform(WORKER, both.real, Secret("CLOUDFLARE_API_TOKEN", "nobody-s"))
    with pytest.raises(NotAuthorised, match=r"Authentication error \[code: 10000\].*then set CLOUDFLARE_API_TOKEN"):
        refused.releases()
    with pytest.raises(NotFound, match=r"d1\.database in the target file"):
        platform(both.real).d1_answer("nowhere")
    with pytest.raises(Unreachable, match="fetch failed"):
        platform({**both.real, "CLOUDFLARE_API_BASE_URL": NOT_LISTENING}).releases()


def test_without_a_token_nobody_is_logged_in(both: Both) -> None:
    done = both.run(both.real, "whoami", "--json", CLOUDFLARE_API_TOKEN="")
    assert (done.code, list(documents(done.stdout))) == (1, [{"loggedIn": False}])
    with pytest.raises(NotAuthorised):
        Wrangler(WORKER, both.real | {"XDG_CONFIG_HOME": both.real["HOME"]}, None).deployments_list()


def test_a_configuration_above_our_folder_chooses_nothing(
    both: Both, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in {"wrangler.json": '{"account_id": "%s"}', "wrangler.toml": 'account_id = "%s"\n'}.items():
        (tmp_path / name).write_text(text % ("0" * 32))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert platform(both.real).secret_names()


def test_an_old_node_is_told(real_wrangler: Path, tmp_path: Path) -> None:
    """The launcher asks only for the version, so a module that tells another one is an older Node to it."""
    older = tmp_path / "older.cjs"
    older.write_text('Object.defineProperty(process.versions, "node", { value: "18.20.0" });')
    given = {"PATH": f"{real_wrangler}{os.pathsep}{os.environ['PATH']}", "NODE_OPTIONS": f"--require {older}"}
    with pytest.raises(InstrumentMissing, match=r"requires at least Node.*install a newer Node"):
        platform(given).secret_names()


def test_the_local_database_s_answer_is_read(both: Both) -> None:
    """Without ``--remote`` it is another shape: no code, so that it is never taken for D1's own refusal."""
    done = both.run(both.real, "d1", "execute", "nowhere", "--json", "--command", "SELECT 1")
    assert done.code == 1
    assert wrangler_json.d1_refusal(done.stdout) == ""
