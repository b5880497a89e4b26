"""The HTML report of two thousand checks, beside pytest-html alone: the whole run, the page, and opening it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks import chromium, environments, report_projects
from benchmarks.figure import Claim, Figure
from benchmarks.side_by_side import HEADER, ROUNDS, Measured, interleaved, process

if TYPE_CHECKING:
    from tests.launched import Took

OURS, PEERS = "everything of ours", "pytest-html alone"
_UNREACHED = (
    "by the profile the rest is imports, our fixtures in pytest's own machinery, the record of each check with its "
    "JSON, redaction, and the page's templates and trend lines; pytest-html keeps no record and draws by scripts"
)


def figure() -> Figure:
    """Run both in turns, and open what they wrote."""
    with tempfile.TemporaryDirectory(prefix="report-") as place:
        ours, peers = report_projects.ours(Path(place) / "ours"), report_projects.peers(Path(place) / "peers")
        pages: dict[str, list[float]] = {OURS: [], PEERS: []}
        ways = {
            OURS: _run(environments.ours(), ours, pages[OURS], "-m", "daily", "--target=shop.toml"),
            PEERS: _run(environments.pytest_html(), peers, pages[PEERS], "--html=page.html", "--self-contained-html"),
        }
        found = interleaved(ways)
        files = {OURS: ours / "reports" / "latest.html", PEERS: peers / "page.html"}
        opened = _opened(files, Path(place))
        sizes = {name: file.stat().st_size / 2**20 for name, file in files.items()}
    return Figure(
        "HTML report of 2,000 checks",
        f"{report_projects.TESTS} checks that come to the same in each: of twenty 17 hold, 2 are red and 1 cannot "
        f"look. Ours with record, page, JSON, JUnit, metrics, history and redaction; {ROUNDS} runs of whole processes "
        "in turns.",
        HEADER,
        [*_rows(found), *_page_rows(pages, "writing the page"), *_page_rows(opened, "opening it in Chromium")],
        _claims(found, opened),
        _notes(found, sizes, opened),
    )


def _run(
    environment: environments.Environment, folder: Path, pages: list[float], *arguments: str
) -> Callable[[], Took]:
    command = [environment.command("pytest"), "-p", "no:cacheprovider", *arguments]
    environ = {name: value for name, value in os.environ.items() if name not in {"CI", "GITHUB_ACTIONS", "OPS_TARGET"}}

    def once() -> Took:
        run = process(command, folder, environ | report_projects.VARIABLES, good=(report_projects.RED,))
        pages.append(report_projects.page_seconds(folder))
        return run

    return once


def _opened(files: dict[str, Path], scratch: Path) -> dict[str, list[float]]:
    """How long the browser took with each, in turns; nothing where there is no browser."""
    browser = chromium.program()
    opened: dict[str, list[float]] = {name: [] for name in files}
    for _ in range(ROUNDS + 1 if browser else 0):
        for name, file in files.items():
            opened[name].append(chromium.opened_in(browser, file, scratch))
    return opened


def _rows(found: dict[str, Measured]) -> list[list[str]]:
    return [measured.row(f"whole run: {name}", found[PEERS]) for name, measured in found.items()]


def _page_rows(told: dict[str, list[float]], what: str) -> list[list[str]]:
    counted = {name: seconds[1:] for name, seconds in told.items() if seconds}
    return [
        [f"{what}: {name}", _ms(min(one)), _ms(median(one)), "",
         f"{min(one) / min(counted[PEERS]):.2f}", f"{median(one) / median(counted[PEERS]):.2f}"]
        for name, one in counted.items()
    ]  # fmt: skip


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms"


def _claims(found: dict[str, Measured], opened: dict[str, list[float]]) -> list[Claim]:
    ratio = found[OURS].cpu / found[PEERS].cpu
    claims = [Claim("ours / pytest-html alone, CPU, median", ratio, at_most=1.3, unreached=_UNREACHED)]
    if opened[OURS]:
        claims.append(Claim("our page, loaded and laid out, median", median(opened[OURS][1:]), " s", at_most=2))
    return claims


def _notes(found: dict[str, Measured], sizes: dict[str, float], opened: dict[str, list[float]]) -> list[str]:
    memory = f"{found[OURS].peak_mib:.0f} MiB of memory, pytest-html alone {found[PEERS].peak_mib:.0f}"
    page = f"the page has {sizes[OURS]:.1f} MiB, pytest-html's {sizes[PEERS]:.1f}, and needs scripts to show a row"
    missing = [] if opened[OURS] else ["no Chromium on PATH, so opening was not measured"]
    return [f"{memory}; {page}", *missing]
