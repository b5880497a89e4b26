"""The soak counts what it saw: a run that is not green, or that judged nothing, is never counted as healthy."""

from __future__ import annotations

from pathlib import Path

from tests.running import Finished, run_suite
from tests.soak import Half


def test_a_red_run_is_counted_with_what_it_printed(tmp_path: Path) -> None:
    half = Half("quiet")
    half.count("smoke", run_suite(tmp_path, "--target", "sandbox", "-m", "smoke", "--fault", "health-500"))
    assert half.line == "quiet: 1 runs, 1 not green; 7 checks judged, 2 red, 0 blind"
    assert "FINDING L3" in half.wrong[0]


def test_a_run_without_a_record_is_not_green() -> None:
    half = Half("quiet")
    half.count("smoke", Finished(0, "nothing ran", None))
    assert half.line == "quiet: 1 runs, 1 not green; 0 checks judged, 0 red, 0 blind"
