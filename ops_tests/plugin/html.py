"""The HTML report: pytest-html's file with our page as static HTML in its summary, complete without scripts."""

from __future__ import annotations

from collections.abc import Generator
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from ops_tests.plugin.options import suite
from ops_tests.plugin.placing import being_made, stem_of
from ops_tests.plugin.runbook import section
from ops_tests.plugin.state import Run, is_worker, run_of
from ops_tests.records.run import CheckRecord, Measurement, RunRecord, TargetRecord
from ops_tests.rules.verdict import worst_first
from ops_tests.rules.wording import duration

TEMPLATES = Path(__file__).with_name("templates")
_HIDDEN = pytest.StashKey[bool]()
"""Whether pytest-html writes into the hidden folder."""
_WRITERS = {"pytest_html.report", "pytest_html.selfcontained_report"}
"""The modules of what pytest-html registers to write its file."""


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Ask pytest-html for one self-contained file, unless somebody named another."""
    config.pluginmanager.register(_Title(config), "ops_tests.title")
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
    for writer in [one for one in manager.get_plugins() if type(one).__module__ in _WRITERS]:
        manager.unregister(writer)


class _Title:
    """Names the report after the suite; pytest-html's hook is not told the configuration."""

    def __init__(self, config: pytest.Config) -> None:
        self._suite = suite(config)

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_report_title(self, report: Any) -> None:
        """Set the title."""
        report.title = f"ops-tests: {self._suite}"


@pytest.hookimpl(optionalhook=True)
def pytest_html_results_summary(prefix: list[str], session: pytest.Session) -> None:
    """Put our page in front of pytest-html's own table."""
    run = run_of(session.config)
    if run is not None and run.final is not None:
        prefix.append(page(run.final))


def write_page_alone(config: pytest.Config, run: Run) -> None:
    """Write our page without pytest-html's table, where pytest-html did not come to write its file."""
    if stem_of(config) is None or run.final is None:
        return
    document = f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><body>{page(run.final)}</body></html>\n'
    try:
        being_made(config, ".html").write_text(document, encoding="utf-8")
    except OSError as error:
        run.complaints.append(f"the report could not be written: {error}")


def page(record: RunRecord) -> str:
    """The record as static HTML: verdict, what is wrong with its runbook section, then every check by subject."""
    judged = [check for check in record.checks if check.outcome != "not applicable"]
    wrong = [check for check in worst_first(judged) if check.outcome in {"finding", "blind"}]
    subjects = [
        (name, list(checks)) for name, checks in groupby(judged, key=lambda check: (check.target, check.subject))
    ]
    targets = {target.name: target for target in record.targets}
    rendered: str = _template().render(
        record=record,
        wrong=wrong,
        subjects=subjects,
        left_out=[check for check in record.checks if check.outcome == "not applicable"],
        several=len(record.targets) > 1,
        runbook=lambda check: _rendered_section(check, targets[check.target]),
        measurement=_in_words,
        readable=_readable,
    )
    return rendered


@cache
def _template() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2")


def _rendered_section(check: CheckRecord, target: TargetRecord) -> str:
    """The check's runbook section as HTML, its commands naming the target at hand; our own files, so safe to insert."""
    from markdown_it import MarkdownIt
    from markupsafe import Markup

    return Markup(MarkdownIt("commonmark", {"html": False}).render(spoken_of(section(check.anchor), target)))  # noqa: S704  # packaged text


def spoken_of(text: str, target: TargetRecord) -> str:
    """The section with the target's address, app and name in place of the runbook's example, Timedify."""
    app = target.app or "APP"
    places = {
        "https://timedify.fly.dev": target.base_url,
        "--app timedify": f"--app {app}",
        "--target timedify": f"--target {target.name}",
        "apps/timedify/": f"apps/{app}/",
    }
    for example, real in places.items():
        text = text.replace(example, real)
    return text


def _readable(check: CheckRecord) -> str:
    """``webhook refuses get: app/uninstalled``."""
    name, _, parameters = check.check.partition("/")[2].partition("[")
    return name.replace("_", " ") + (f": {parameters.removesuffix(']')}" if parameters else "")


def _in_words(one: Measurement) -> str:
    if one.unit == "s":
        return duration(one.value)
    return f"{one.value:.3g} {one.unit}" if one.value < 1000 else f"{one.value:,.0f} {one.unit}"
