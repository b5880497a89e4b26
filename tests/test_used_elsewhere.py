"""The wheel in an environment of its own, beside an application that is none of ours; the how-to, word by word."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest

from ops_tests import __version__
from ops_tests.records.run import RunRecord
from ops_tests.sandbox.postgres import Postgres
from tests.documents import DOCUMENTS, REPOSITORY, blocks
from tests.plugin.conftest import Eventually, eventually
from tests.running import environment

__all__ = ["eventually"]

HOW_TO = {block.words[1]: block for block in blocks(DOCUMENTS["docs/how-to/add-a-check.md"]) if block.words}
TABLE = "CREATE TABLE jobs (id serial, queued_at timestamptz NOT NULL DEFAULT now(), done_at timestamptz)"
OWN, ANCHOR = "queue/no_job_waits_too_long", "queue.md#no-job-waits-too-long"
SECONDS = 60
INERT = "import sys\n\ndef test_plain():\n    print(sorted(n for n in sys.modules if n.split('.')[0] in {names}))\n"
HEAVY = {"ops_tests", "psycopg2", "requests", "pydantic", "apprise", "click"}
OURS = [
    "ops_tests",
    *(f"ops_tests.plugin{part}" for part in ("", ".loading", ".options", ".reaching", ".target_argument")),
]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "flit_core.wheel", "--outdir", str(folder), str(REPOSITORY)]
    subprocess.run(build, check=True, capture_output=True, timeout=SECONDS)
    (made,) = folder.glob("*.whl")
    return made


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "ops_tests"]
    known = subprocess.run(listing, cwd=REPOSITORY, check=True, capture_output=True, text=True).stdout.split()
    there = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert there == {name for name in known if (REPOSITORY / name).exists()}


@dataclass
class Elsewhere:
    """A project that is not ours: its folder, its Python, its application, its database."""

    folder: Path
    python: Path
    application: Path
    database: Postgres

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """``python -m`` of the project's environment, in its folder."""
        return subprocess.run(
            [str(self.python), "-m", *words], cwd=self.folder, env=self.environment, capture_output=True, text=True,
            check=False, timeout=SECONDS,
        )  # fmt: skip

    @property
    def environment(self) -> dict[str, str]:
        """What the project's terminal has."""
        known = environment(DATABASE_URL=self.database.dsn())
        return {name: value for name, value in known.items() if name != "PYTHONPATH"}

    def carry_out(self, name: str) -> None:
        """Make the file of the how-to."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HOW_TO[name].text, encoding="utf-8")

    def execute(self, statements: str) -> None:
        """Do something to the application's database."""
        connection = psycopg2.connect(self.database.dsn())
        with connection, connection.cursor() as cursor:
            cursor.execute(statements)
        connection.close()

    @property
    def record(self) -> RunRecord:
        """The record of the latest run."""
        return RunRecord.model_validate_json((self.folder / "reports/latest.json").read_text(encoding="utf-8"))


def environment_with(wheel: Path, folder: Path) -> Path:
    """The Python of a fresh environment with the wheel; its dependencies are those of the running environment."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=SECONDS)
    python = folder / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, check=True, capture_output=True, timeout=SECONDS)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return python


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    """The project, with its application and its database up."""
    folder, served = tmp_path_factory.mktemp("elsewhere"), tmp_path_factory.mktemp("application")
    python = environment_with(wheel, folder / ".venv")
    cluster = Path(tempfile.mkdtemp(prefix="ops-tests-pg-"))
    server = Postgres.start(cluster)
    application = subprocess.Popen([sys.executable, str(REPOSITORY / "tests/small_application.py"), str(served)])
    try:
        made = Elsewhere(folder, python, served, server)
        made.execute(TABLE)
        yield made
    finally:
        application.terminate()
        application.wait()
        server.stop()
        shutil.rmtree(cluster)


@pytest.fixture
def shop(elsewhere: Elsewhere, eventually: Eventually) -> Iterator[str]:
    """The target file that ``init`` makes of the application."""
    eventually((elsewhere.application / "port").exists)
    address = f"http://127.0.0.1:{(elsewhere.application / 'port').read_text(encoding='utf-8')}"
    begun = elsewhere.run("ops_tests", "init", address, "--from-live", "--output", "shop.toml")
    assert begun.returncode == 0, begun.stdout + begun.stderr
    yield "shop.toml"
    (elsewhere.folder / "shop.toml").unlink()


def imported(elsewhere: Elsewhere, *options: str) -> str:
    """What pytest printed of a project that asked for nothing."""
    (elsewhere.folder / "plain").mkdir(exist_ok=True)
    (elsewhere.folder / "plain" / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (elsewhere.folder / "plain" / "test_plain.py").write_text(INERT.format(names=HEAVY), encoding="utf-8")
    ran = elsewhere.run("pytest", "-s", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", "plain", *options)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert not list(elsewhere.folder.glob("**/reports"))
    return ran.stdout


@pytest.mark.long
def test_it_is_inert_where_nobody_asked(elsewhere: Elsewhere) -> None:
    said, without = imported(elsewhere), imported(elsewhere, "-p", "no:ops_tests.plugin")
    ours = {str(OURS): "[]", f"ops-tests-{__version__}, ": ""}  # what is imported, and pytest's own list of plugins
    for mine, nothing in ours.items():
        assert mine in said
        said = said.replace(mine, nothing)
    assert said.splitlines()[:-1] == without.splitlines()[:-1]  # the last tells the seconds


@pytest.mark.long
def test_the_suite_runs_where_there_is_nothing_but_a_target_file(elsewhere: Elsewhere, shop: str) -> None:
    ran = elsewhere.run("pytest", "--pyargs", "ops_tests.checks", "-m", "smoke", "--target", shop)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.splitlines()[-1].endswith("-> " + str(elsewhere.folder / "reports/latest.html"))
    assert elsewhere.run("ops_tests", "dashboard", "--target", shop).returncode == 0


@pytest.mark.long
def test_the_how_to_is_true_word_by_word(elsewhere: Elsewhere, shop: str) -> None:
    for name in ("pytest.ini", *(one for one in HOW_TO if one.startswith("checks/"))):
        elsewhere.carry_out(name)
    elsewhere.execute(HOW_TO["fault.sql"].text)
    red = elsewhere.run("pytest", "-m", "daily", "-k", OWN.partition("/")[2], "--target", shop)
    assert red.returncode == 1, red.stdout + red.stderr
    assert [(one.check, one.outcome) for one in elsewhere.record.checks if one.outcome != "not applicable"] == [
        (OWN, "finding")
    ]
    read, verdict = red.stdout.splitlines()[-2:]
    assert read == f"next: read checks/runbook/{ANCHOR}"
    assert re.match(rf"FINDING L1 on \S+: .*\b{OWN}\b", verdict)
    assert "Restart the worker" in (elsewhere.folder / "reports/latest.html").read_text(encoding="utf-8")
    elsewhere.execute(HOW_TO["repair.sql"].text)
    green = elsewhere.run("pytest", "-m", "daily", "--target", shop)
    assert green.returncode == 0, green.stdout + green.stderr
    outcomes = {one.check: one.outcome for one in elsewhere.record.checks}
    assert (outcomes[OWN], outcomes["availability/health_answers_200"]) == ("ok", "ok")


@pytest.mark.long
def test_an_application_that_breaks_is_a_finding_there(elsewhere: Elsewhere, shop: str) -> None:
    (elsewhere.application / "broken").touch()
    try:
        ran = elsewhere.run("pytest", "--pyargs", "ops_tests.checks", "-m", "smoke", "--target", shop)
    finally:
        (elsewhere.application / "broken").unlink()
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert {one.check: one.level for one in elsewhere.record.checks}["availability/health_answers_200"] == "L3"
