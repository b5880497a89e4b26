"""Response times: taken on one warm connection, kept in the history, and judged with those of earlier runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ops_tests.records.run import CheckRecord
from ops_tests.sandbox.embedded import Sandbox, write_files
from tests.patience import patient
from tests.running import Finished, environment, run_suite

CAP = 40


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    """A target that is no embedded sandbox to the run, with a cap like a live target's and all the time to answer."""
    sandbox = Sandbox.start()
    folder = tmp_path_factory.mktemp("live")
    write_files(sandbox, folder)
    file = folder / "target.toml"
    text = file.read_text(encoding="utf-8")
    text = text.replace("sampling_cap = 72", f"sampling_cap = {CAP}")
    file.write_text(patient(text), encoding="utf-8")
    yield file, environment(**sandbox.environment)
    sandbox.stop()


def sampled(folder: Path, live: tuple[Path, dict[str, str]]) -> tuple[Finished, CheckRecord]:
    """A run of the check of p95 alone, and its record."""
    file, environ = live
    finished = run_suite(folder, f"--target={file}", "-k", "p95_of_webhook", environ=environ)
    (check,) = [one for one in finished.checks() if one.outcome != "not applicable"]
    return finished, check


def test_too_few_samples_are_a_note_until_those_of_earlier_runs_on_the_image_suffice(
    tmp_path: Path, live: tuple[Path, dict[str, str]]
) -> None:
    first, noted = sampled(tmp_path, live)
    assert (first.status, noted.outcome, noted.measurements[0].samples) == (0, "note", CAP), first.output
    second, held = sampled(tmp_path, live)
    assert (second.status, held.outcome, held.measurements[0].samples) == (0, "ok", 2 * CAP), second.output
    assert f"judged with {CAP} of 1 earlier runs" in held.evidence[0]


def test_every_sampled_delivery_is_announced_and_has_a_shop_of_its_own(
    tmp_path: Path, live: tuple[Path, dict[str, str]]
) -> None:
    finished, _ = sampled(tmp_path, live)
    assert finished.record is not None
    assert len({one.shop for one in finished.record.deliveries}) == len(finished.record.deliveries) == CAP
    assert {one.path for one in finished.record.deliveries} == {"/webhooks/app/scopes_update"}
    (taken,) = finished.record.samples
    assert (taken.series, len(taken.seconds)) == ("webhook app/scopes_update", CAP)


def test_the_report_draws_them(tmp_path: Path, live: tuple[Path, dict[str, str]]) -> None:
    sampled(tmp_path, live)
    page = (tmp_path / "reports" / "latest.html").read_text(encoding="utf-8")
    assert f"webhook app/scopes_update: {CAP} response times" in page
