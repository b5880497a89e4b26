"""The files of a run: where they lie, and its record as JSON and JUnit.

``reports/<UTC stamp>-<suite>.html/.json/.xml``, and the same as ``latest`` and as ``latest-<suite>``: a smoke run every
five minutes must not hide what the daily round found.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from ops_tests.plugin.options import checks_in_play, suite
from ops_tests.plugin.redaction import redactor_of
from ops_tests.plugin.state import Run, is_worker, run_of
from ops_tests.records.run import CheckRecord, RunRecord

ENDINGS = (".html", ".json", ".xml")
_ELEMENTS = {"finding": "failure", "blind": "error", "waived": "skipped", "not applicable": "skipped"}
_UNFINISHED = {2, 3, 4, 5}
_STEM = pytest.StashKey[Path | None]()


def stem_of(config: pytest.Config) -> Path | None:
    """The run's files without their ending, decided at the first call; None where nothing is or can be written."""
    if _STEM not in config.stash:
        wanted = not is_worker(config) and checks_in_play(config)
        config.stash[_STEM] = _writable_stem(config) if wanted else None
    return config.stash[_STEM]


def _writable_stem(config: pytest.Config) -> Path | None:
    folder = config.rootpath / "reports"
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    try:
        folder.mkdir(exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder / f"{stamp}-{_in_a_name(suite(config))}"
    except OSError:
        return None


def _in_a_name(expression: str) -> str:
    return re.sub(r"[^a-z0-9_]+", "-", expression)


def write(config: pytest.Config, run: Run) -> None:
    """Write the record as JSON and JUnit; what cannot be written is a complaint, not an exception."""
    stem, record = stem_of(config), run.final
    if record is None:
        return
    if stem is None:
        run.complaints.append(f"no report was written: {config.rootpath / 'reports'} is not writable")
        return
    try:
        stem.with_suffix(".json").write_text(record.model_dump_json(indent=2) + "\n", encoding="utf-8")
        document = ET.ElementTree(junit(record))
        document.write(stem.with_suffix(".xml"), encoding="utf-8", xml_declaration=True)
    except OSError as error:
        run.complaints.append(f"the report could not be written: {error}")


def junit(record: RunRecord) -> ET.Element:
    """The record in JUnit's form: a finding is a failure, blind an error, waived and not applicable are skipped."""
    root = ET.Element("testsuites", name=record.suite)
    for target in record.targets:
        checks = [check for check in record.checks if check.target == target.name]
        counted = Counter(_ELEMENTS.get(check.outcome, "") for check in checks)
        attributes = {
            "name": f"{record.suite} on {target.name}",
            "tests": str(len(checks)),
            "time": f"{sum(check.duration_seconds for check in checks):.3f}",
            "timestamp": record.started_at.isoformat(),
        }
        attributes |= {"failures": str(counted["failure"]), "errors": str(counted["error"])}
        attributes["skipped"] = str(counted["skipped"])
        suite_element = ET.SubElement(root, "testsuite", attributes)
        for check in checks:
            suite_element.append(_testcase(check))
    if record.exit_status in _UNFINISHED:
        root.append(_unfinished(record))
    return root


def _unfinished(record: RunRecord) -> ET.Element:
    """A suite with one error, so that whoever counts failures does not take a run that broke off for a green one."""
    suite_element = ET.Element("testsuite", name="the run itself", tests="1", errors="1", failures="0", skipped="0")
    case = ET.SubElement(suite_element, "testcase", classname="run", name="comes_to_a_verdict", time="0")
    ET.SubElement(case, "error", message=_xml_text(record.verdict), type=f"exit status {record.exit_status}")
    return suite_element


def _testcase(check: CheckRecord) -> ET.Element:
    case = ET.Element(
        "testcase", classname=check.subject, name=check.check.partition("/")[2], time=f"{check.duration_seconds:.3f}"
    )
    element = _ELEMENTS.get(check.outcome)
    if element:
        message = ": ".join(str(part) for part in (check.level, check.waiver, check.sentence) if part)
        ET.SubElement(case, element, message=_xml_text(message), type=check.outcome).text = check.anchor
    lines = [f"{one.value:g} {one.unit}, limit {one.limit:g} {one.key}".strip() for one in check.measurements]
    said = [*lines, *check.notes, *check.evidence]
    if said:
        ET.SubElement(case, "system-out").text = _xml_text("\n".join(said))
    return case


def _xml_text(text: str) -> str:
    """The text without the characters XML 1.0 has no place for."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\N{REPLACEMENT CHARACTER}", text)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, None, None]:
    """When all files are written: scrub them once more and copy them to ``latest`` and ``latest-<suite>``."""
    yield
    run, stem = run_of(session.config), stem_of(session.config)
    if run is None or stem is None or is_worker(session.config):
        return
    for path in (stem.with_suffix(ending) for ending in ENDINGS):
        try:
            redactor_of(session.config, run).file(path)
            for name in ("latest", f"latest-{_in_a_name(suite(session.config))}"):
                scratch = path.with_name(f".{path.stem}-{name}{path.suffix}")
                shutil.copyfile(path, scratch)
                scratch.replace(path.with_name(name + path.suffix))
        except OSError as error:
            run.complaints.append(f"{path.name} is not in latest{path.suffix}: {error}")
