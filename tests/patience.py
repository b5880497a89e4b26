"""Response times are the application's and this machine's: tests of other things do not depend on them."""

from __future__ import annotations

from pathlib import Path

from ops_tests.sandbox.checks_by_need import CONNECTS, IN_TIME, PERCENTILES
from ops_tests.sandbox.evolution_hub.checks_by_need import API
from ops_tests.sandbox.faults import TIMEDIFY
from tests.fault_table import Turned
from tests.running import Finished, run_suite

BY_THE_CLOCK = {IN_TIME, CONNECTS, *PERCENTILES, API}
"""They judge how long an answer took, and so also how long this machine kept the application waiting."""
NOTED_ALWAYS = {"logs/recent_logs_show_no_errors", *PERCENTILES, API}
"""The healthy log tells of a rejected test request, and few samples leave a percentile undecided."""
RUNS_AT_MOST = 3
_LIMITS = """
[limits]
health_seconds = { value = 9, l2_from = 9 }
database_seconds = 9
response_p95_ms = 9_000
response_p99_ms = 9_000
"""


def patient(target_file: str) -> str:
    """The target file with 9 s for whatever is judged by the clock."""
    assert "\n[limits]\n" in target_file
    return target_file.replace("\n[limits]\n", _LIMITS)


def seen(finished: Finished) -> dict[str, tuple[str, str | None]]:
    """What a run turned, notes too."""
    noted = {one.check: (one.outcome, one.level) for one in finished.checks() if one.outcome == "note"}
    return finished.turned() | {check: turned for check, turned in noted.items() if check not in NOTED_ALWAYS}


def held_up(turned: Turned, wanted: Turned) -> bool:
    """Whether nothing but response times is otherwise than wanted: the machine may have had other things to do."""
    return turned != wanted and {check for check, _ in turned.items() ^ wanted.items()} <= BY_THE_CLOCK


def calm_run(
    folder: Path, *arguments: str, wanted: Turned | None = None, system: str = TIMEDIFY
) -> tuple[Finished, int]:
    """A run of a sandbox, once more where this machine was held up, and how many runs it took."""
    for number in range(1, RUNS_AT_MOST + 1):
        (place := folder / f"run{number}").mkdir()
        finished = run_suite(place, "--target", system, *arguments)
        if not held_up(seen(finished), wanted or {}):
            break
    return finished, number


def calm_drill(folder: Path, *arguments: str) -> tuple[Finished, int]:
    """The drills of the sandbox, once more where it was too slow to be found well before, and how many runs."""
    for number in range(1, RUNS_AT_MOST + 1):
        (place := folder / f"run{number}").mkdir()
        finished = run_suite(place, "--target=sandbox", "-m", "acts", *arguments)
        if "no drill, and nothing was changed" not in finished.output:
            break
    return finished, number
