"""A printed line run as cron runs it: by ``sh -c``, in the crontab's own environment and hardly any other."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from ops_tests.records.run import RunRecord
from ops_tests.sandbox.embedded import Sandbox, write_files
from tests.dead_mans_switch import switch
from tests.patience import patient
from tests.running import REPOSITORY, environment
from tests.schedule.validators import cron_lines, cron_variables, needed

HEARTBEAT = '\n[heartbeat]\nsmoke = "SWITCH_URL"\n\n[https]\n'
PURPLE = ('status = ["ok"]', 'status = ["purple"]')
ALERTS = ("alerts = false", 'alerts.routes = [{ url_env = "NOBODY_URL" }]')


@dataclass(frozen=True)
class Crontab:
    """A crontab that was printed for a live sandbox, in a folder of its own."""

    folder: Path
    text: str

    def line(self, name: str) -> str:
        """The command of a suite or clean-up, as cron hands it to the shell."""
        (command,) = [command for _, command in cron_lines(self.text) if f".{name}.cron" in command]
        return command.replace("\\%", "%")

    def run(self, name: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run it to its end with what cron gives: the crontab's variables, HOME, LOGNAME and nothing else."""
        needed("flock")
        given = cron_variables(self.text)
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        given = {"HOME": str(home), "LOGNAME": "ops", **given, **variables}
        return subprocess.run(
            [given["SHELL"], "-c", self.line(name)], cwd=given["HOME"], env=given,
            capture_output=True, text=True, timeout=150, check=False,
        )  # fmt: skip

    def record(self) -> RunRecord:
        """The newest run's."""
        return RunRecord.model_validate_json((self.folder / "reports" / "latest.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox that is up for all tests of a module."""
    started = Sandbox.start()
    yield started
    started.stop()


def prepared(sandbox: Sandbox, folder: Path, *changes: tuple[str, str]) -> None:
    """A target file for this sandbox, with its secrets in the folder's ``.env``."""
    write_files(sandbox, folder)
    file = folder / "target.toml"
    text = patient(file.read_text(encoding="utf-8"))
    for right, other in (("\n[https]\n", HEARTBEAT), *changes):
        assert right in text
        text = text.replace(right, other)
    file.write_text(text, encoding="utf-8")
    (folder / "env").rename(folder / ".env")


def schedule(sandbox: Sandbox, folder: Path, style: str) -> str:
    """What the command prints in that folder."""
    return subprocess.run(
        [sys.executable, "-m", "ops_tests", "schedule", "--format", style, "--target", "target.toml"],
        cwd=folder, env=environment(**sandbox.environment), capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip


def printed(sandbox: Sandbox, folder: Path, *changes: tuple[str, str]) -> Crontab:
    """The crontab of a sandbox, in a folder that is ready for it."""
    prepared(sandbox, folder, *changes)
    return Crontab(folder, schedule(sandbox, folder, "crontab"))


def test_a_green_run_is_quiet_leaves_its_report_and_tells_the_switch_once(sandbox: Sandbox, tmp_path: Path) -> None:
    crontab = printed(sandbox, tmp_path)
    with switch() as told:
        done = crontab.run("smoke", SWITCH_URL=told.url)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert crontab.record().suite == "smoke"
    assert crontab.record().exit_status == 0
    assert told.paths() == ["/ping/s3cr3t-uuid/start", "/ping/s3cr3t-uuid"]


def test_a_finding_is_mailed(sandbox: Sandbox, tmp_path: Path) -> None:
    crontab = printed(sandbox, tmp_path, PURPLE)
    said = crontab.run("smoke").stdout
    assert "L1 finding" in said or "L2 finding" in said or "L3 finding" in said
    assert said.rstrip().endswith("reports/latest.html")


def test_a_finding_that_alerts_tell_is_not_mailed(sandbox: Sandbox, tmp_path: Path) -> None:
    crontab = printed(sandbox, tmp_path, PURPLE, ALERTS)
    assert crontab.run("smoke").stdout == ""
    assert crontab.record().exit_status == 1


def test_what_no_run_can_tell_is_mailed_even_with_alerts(sandbox: Sandbox, tmp_path: Path) -> None:
    crontab = printed(sandbox, tmp_path, ALERTS)
    (tmp_path / ".env").unlink()
    assert "is not set; put it into the environment or .env" in crontab.run("smoke").stdout


def test_a_run_that_would_overlap_is_left_out_quietly(sandbox: Sandbox, tmp_path: Path) -> None:
    crontab = printed(sandbox, tmp_path)
    lock = tmp_path / "reports" / ".sandbox-live.smoke.cron"
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        done = crontab.run("smoke")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not list((tmp_path / "reports").glob("*.json"))


@pytest.mark.parametrize("name", ["retention", "dead-letters"])
def test_a_clean_up_deletes_what_is_too_old(sandbox: Sandbox, tmp_path: Path, name: str) -> None:
    done = printed(sandbox, tmp_path).run(name)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def command_of(text: str, style: str) -> str:
    """The line by which a format runs smoke, for a shell."""
    if style == "systemd":
        (line,) = [line for line in text.splitlines() if line.startswith("ExecStart=") and "-m smoke" in line]
        return line.removeprefix("ExecStart=")
    if style == "github":
        steps = yaml.safe_load(text)["jobs"]["checks"]["steps"]
        return str(next(step["run"] for step in steps if step.get("name") == "Run the checks"))
    jobs = {one["metadata"]["name"]: one for one in yaml.safe_load_all(text)}
    template = jobs["ops-tests-sandbox-live-smoke"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    return str(template["containers"][0]["command"][2])


@pytest.fixture(scope="module")
def clone(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of this project with the target file and an environment in it."""
    folder = tmp_path_factory.mktemp("clone")
    prepared(sandbox, folder)
    for name in ("Makefile", "pytest.ini", "requirements.lock"):
        shutil.copy(REPOSITORY / name, folder)
    shutil.copytree(REPOSITORY / "ops_tests", folder / "ops_tests")
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


@pytest.mark.parametrize("style", ["systemd", "github", "kubernetes"])
def test_the_line_of_every_other_format_runs_too(sandbox: Sandbox, clone: Path, style: str) -> None:
    (clone / "reports" / "latest-smoke.json").unlink(missing_ok=True)
    line = command_of(schedule(sandbox, clone, style), style)
    done = subprocess.run(
        ["sh", "-c", line], cwd=clone, env={"PATH": sandbox.environment["PATH"], "CI": "true", "SUITE": "smoke"},
        capture_output=True, text=True, timeout=150, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert (clone / "reports" / "latest-smoke.json").is_file()
