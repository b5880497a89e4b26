"""What the target file leaves open: no size of an image yet, nobody who looks inside, a database behind a proxy."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops_tests.sandbox.embedded import Sandbox, write_files
from tests.patience import patient
from tests.running import Finished, environment, run_suite

TEXT = "image_mb = 250\n"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A run against a live sandbox behind a proxy, without a limit for the image and without the token for exec."""
    folder = tmp_path_factory.mktemp("live")
    sandbox = Sandbox.start(("database-by-proxy",))
    try:
        write_files(sandbox, folder)
        file = folder / "target.toml"
        described = file.read_text(encoding="utf-8")
        assert described.count(TEXT) == 1
        file.write_text(patient(described.replace(TEXT, "")), encoding="utf-8")
        variables = {name: value for name, value in sandbox.environment.items() if name != "FLY_EXEC_TOKEN"}
        words = ("-k", "image_stays or locked_down or database_answers")
        return run_suite(folder, f"--target={file}", *words, environ=environment(**variables))
    finally:
        sandbox.stop()


def test_without_a_limit_the_image_gets_a_note_with_the_line_to_write(live: Finished) -> None:
    (check,) = [one for one in live.checks() if one.check == "platform/image_stays_small"]
    assert check.outcome == "note", live.output
    assert check.notes == ("the image takes 180 MB and no limit is configured; write under [platform]: image_mb = 220",)


def test_without_its_token_nobody_looks_inside_and_the_report_says_so(live: Finished) -> None:
    (check,) = [one for one in live.checks() if one.check == "platform/runtime_is_locked_down"]
    assert (check.outcome, check.sentence) == (
        "not applicable",
        "FLY_EXEC_TOKEN is not set (runtime.exec_token_env)",
    )


def test_a_live_sandbox_behind_a_proxy_says_so_in_its_target_file(live: Finished) -> None:
    (check,) = [one for one in live.checks() if one.check == "database/database_answers"]
    assert check.outcome == "ok", live.output
    assert live.status == 0


def test_under_xdist_the_proxy_is_used_too(tmp_path: Path) -> None:
    finished = run_suite(
        tmp_path,
        "--target",
        "sandbox",
        "--fault",
        "database-by-proxy",
        "-n",
        "1",
        "-k",
        "test_database_answers or test_migrations_are_applied",
    )
    assert (finished.status, len([one for one in finished.checks() if one.outcome == "ok"])) == (0, 2), finished.output
