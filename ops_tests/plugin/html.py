"""The HTML report: pytest-html's file with our page as static HTML in its summary, complete without scripts.

pytest-html's own heading and table are hidden by the page's style; the reader opens the table at the end of the page.
"""

from __future__ import annotations

from collections.abc import Generator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ops_tests.plugin.options import suite
from ops_tests.plugin.placing import being_made, stem_of
from ops_tests.plugin.raw_table import RawTable
from ops_tests.plugin.report.page import page
from ops_tests.plugin.report.past import look_back
from ops_tests.plugin.state import Run, is_worker, run_of

if TYPE_CHECKING:
    from ops_tests.records.run import RunRecord

_HIDDEN = pytest.StashKey[bool]()
"""Whether pytest-html writes into the hidden folder."""
_REPORT = pytest.StashKey[Any]()
"""What pytest-html asked a title for."""
_WRITERS = {"pytest_html.report", "pytest_html.selfcontained_report"}
"""The modules of what pytest-html registers to write its file."""


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Ask pytest-html for one self-contained file, unless somebody named another."""
    config.pluginmanager.register(_Title(config), "ops_tests.title")
    config.pluginmanager.register(RawTable(), "ops_tests.raw_table")
    stem = stem_of(config)
    if stem is None or is_worker(config) or config.getoption("htmlpath", None):
        return
    # pytest-html writes in pieces, and would leave half a report when killed.
    config.option.htmlpath = str(being_made(config, ".html"))
    config.stash[_HIDDEN] = True
    config.option.self_contained_html = True


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, object, object]:
    """Have pytest-html name no file in the terminal: it would be the one in the hidden folder, soon gone."""
    try:
        return (yield)
    finally:
        if session.config.stash.get(_HIDDEN, False):
            _unregister_writer(session.config.pluginmanager)


def _unregister_writer(manager: pytest.PytestPluginManager) -> None:
    for writer in [one for _, one in manager.list_name_plugin() if type(one).__module__ in _WRITERS]:
        manager.unregister(writer)


class _Title:
    """Names the report after the suite until the verdict is known; pytest-html's hook is told no configuration."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_report_title(self, report: Any) -> None:
        """Set the title."""
        report.title = f"ops-tests: {suite(self._config)}"
        self._config.stash[_REPORT] = report


@pytest.hookimpl(optionalhook=True)
def pytest_html_results_summary(prefix: list[str], session: pytest.Session) -> None:
    """Put our page in front of pytest-html's own table, and the verdict into the title of the window."""
    run = run_of(session.config)
    if run is None or run.final is None:
        return
    prefix.append(_page(session.config.rootpath, run, run.final))
    report = session.config.stash.get(_REPORT, None)
    if report is not None:
        report.title = escape(_title(run.final))


def _title(record: RunRecord) -> str:
    return f"{record.verdict.partition(':')[0]} ({record.suite})"


def _page(folder: Path, run: Run, record: RunRecord) -> str:
    """Our page; where it cannot be made, the verdict alone: a rendering that fails must not fail the run."""
    try:
        return page(record, look_back(folder, record))
    except Exception as error:  # noqa: BLE001  # told, and the record is in the other files
        run.complaints.append(f"the HTML report holds the verdict only: {type(error).__name__}: {error}")
        return f"<main><h1>{escape(record.verdict)}</h1><p>The page could not be made; read the JSON file.</p></main>"


def write_page_alone(config: pytest.Config, run: Run) -> None:
    """Write our page without pytest-html's table, where pytest-html did not come to write its file."""
    if stem_of(config) is None or run.final is None:
        return
    title, body = escape(_title(run.final)), _page(config.rootpath, run, run.final)
    document = (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body>{body}</body></html>\n"
    )
    try:
        being_made(config, ".html").write_text(document, encoding="utf-8")
    except OSError as error:
        run.complaints.append(f"the report could not be written: {error}")
