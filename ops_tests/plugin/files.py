"""The record of a run as JSON, as JUnit and in Prometheus' text format."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from ops_tests.plugin.placing import being_made, stem_of
from ops_tests.plugin.prometheus_text import prometheus_text

if TYPE_CHECKING:
    from ops_tests.plugin.state import Run
    from ops_tests.records.run import CheckRecord, RunRecord

_ELEMENTS = {"finding": "failure", "blind": "error", "waived": "skipped", "not applicable": "skipped"}
_UNFINISHED = {2, 3, 4, 5}
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write(config: pytest.Config, run: Run) -> None:
    """Write the record in each form; what cannot be written is a complaint, not an exception."""
    record = run.final
    if record is None:
        return
    if stem_of(config) is None:
        run.complaints.append(f"no report was written: {config.rootpath / 'reports'} is not writable; chown it")
        return
    try:
        being_made(config, ".json").write_text(record.model_dump_json(indent=2) + "\n", encoding="utf-8")
        being_made(config, ".prom").write_text(prometheus_text(record), encoding="utf-8")
        document = ET.ElementTree(junit(record))
        document.write(being_made(config, ".xml"), encoding="utf-8", xml_declaration=True)
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
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
