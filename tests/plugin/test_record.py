"""The record says what every check came to, and its renderings say the same."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from ops_tests.plugin.report.runbook_part import commands, spoken_of
from ops_tests.records.run import CheckRecord, TargetRecord
from tests.plugin.conftest import IN_BOTH_WAYS, INI, Project, Reports
from tests.running import environment

NASTY = "<script>alert(1)</script> & <b>shut</b>"
CHECKS = f"""
from ops_tests.limits import Limit

LIMIT = Limit(value=10, unit="s", key="limits.patience_seconds", l2_from=30)

@pytest.mark.daily
def test_quick(target, measured, note, evidence):
    \"\"\"It is quick.\"\"\"
    note("near the limit")
    evidence("seen at noon")
    measured(None, LIMIT)
    assert measured(9.5, LIMIT) <= 10

def test_slow(target, measured):
    assert measured(31, LIMIT) <= 10, {NASTY!r}

def test_dark(target):
    raise OSError("the lamp is out")

def test_absent(target, database_attempt, evidence):
    open("it_ran", "w")
"""


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Reports:
    """What a run left behind that had one check of every outcome."""
    made = Reports(tmp_path_factory.mktemp("finished"))
    made.write("pytest.ini", INI)
    made.checks(CHECKS)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--target", made.target()]
    assert subprocess.run(command, cwd=made.folder, env=environment(), check=False).returncode == 1
    return made


def test_each_check_writes_into_its_own_record_also_from_a_thread_and_around_another_run(project: Project) -> None:
    (project.folder / "inner").mkdir()
    project.write("inner/test_inner.py", "def test_inner(): pass\n")
    project.checks(
        """
        import threading

        def test_first(target, evidence):
            writing = threading.Thread(target=evidence, args=("of the first",))
            writing.start()
            writing.join()

        def test_second(target, evidence):
            assert pytest.main(["-q", "-c", "/dev/null", "-p", "no:cacheprovider", "inner"]) == 0
            evidence("of the second")
        """
    )
    assert project.run("--target", project.target()).ret == 0
    said = {one.check: one.evidence for one in project.record().checks}
    assert said == {"shop/first": ("of the first",), "shop/second": ("of the second",)}


def test_a_fixture_that_checks_share_cannot_write_for_one_of_them(project: Project) -> None:
    project.checks(
        """
        @pytest.fixture(scope="module")
        def queue(evidence):
            evidence("12 jobs wait")

        def test_first(target, queue):
            pass
        """
    )
    assert project.run_on_shop().ret == 10
    (check,) = project.record().checks
    assert check.sentence == (
        "queue is a fixture of scope module, which checks share, and asks for evidence, which writes for one; "
        "expected evidence in the check"
    )


class Page(HTMLParser):
    """The text a reader sees with scripts blocked, and what the page loads from elsewhere."""

    def __init__(self, document: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.loaded: list[str] = []
        self._hidden = 0
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in {"script", "style", "template"}
        named = dict(attrs)
        self.loaded += [str(named[key]) for key in ("src", "href") if named.get(key)]

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"script", "style", "template"}

    def handle_data(self, data: str) -> None:
        self.text += "" if self._hidden else data


def page(project: Reports) -> Page:
    """The latest HTML report, parsed."""
    return Page((project.reports / "latest.html").read_text(encoding="utf-8"))


def junit_cases(project: Reports) -> dict[str, ET.Element]:
    """The test cases of the latest JUnit report, by name."""
    return {str(case.get("name")): case for case in ET.parse(project.reports / "latest.xml").iter("testcase")}


def test_what_was_measured_is_recorded_also_when_the_check_passes(finished: Reports) -> None:
    (taken,) = [
        one
        for one in json.loads((finished.reports / "latest.json").read_text(encoding="utf-8"))["checks"]
        if one["check"] == "shop/quick"
    ]
    measured = {"value": 9.5, "unit": "s", "limit": 10, "key": "limits.patience_seconds", "level": None, "samples": 1}
    assert (taken["outcome"], taken["measurements"]) == ("note", [measured])
    assert (taken["notes"], taken["evidence"]) == (["near the limit"], ["seen at noon"])
    assert (taken["claim"], taken["suites"], taken["anchor"]) == ("It is quick.", ["daily"], "shop.md#open")


def test_a_finding_has_the_level_of_what_was_measured(finished: Reports) -> None:
    assert (finished.check("shop/slow").level, finished.record().level) == ("L2", "L2")
    assert finished.check("shop/slow").sentence == NASTY


def test_a_blind_check_says_what_went_wrong_and_has_no_level(finished: Reports) -> None:
    assert finished.check("shop/dark").sentence == "OSError: the lamp is out"
    assert finished.check("shop/dark").level is None


def test_the_verdict_names_the_finding_and_counts_the_blind(finished: Reports) -> None:
    assert finished.record().verdict == (
        "FINDING L2 on shop: 1 of 3 checks: shop/slow (<script>alert(1)</script> & <b>shut</b>); 1 blind"
    )


def test_every_judged_check_has_a_duration_and_a_beginning(finished: Reports) -> None:
    judged = [one for one in finished.record().checks if one.outcome != "not applicable"]
    assert all(one.duration_seconds > 0 and one.started_at for one in judged)


def test_what_a_client_had_to_say_is_evidence_of_the_checks_that_asked(project: Project) -> None:
    project.checks("""
        from ops_tests.plugin.gather import observation

        @observation()
        def lamp(look):
            look.remarks.append("asked again after 1.2 s")
            return "on"

        def test_lit(lamp):
            assert lamp == "on"
    """)
    project.run_on_shop()
    assert project.check("shop/lit").evidence == ("asked again after 1.2 s",)


def test_junit_calls_a_finding_failure_and_blind_error_and_not_applicable_skipped(finished: Reports) -> None:
    suite = next(ET.parse(finished.reports / "latest.xml").iter("testsuite"))
    assert [suite.get(key) for key in ("tests", "failures", "errors", "skipped")] == ["4", "1", "1", "1"]
    children = {name: [child.tag for child in case] for name, case in junit_cases(finished).items()}
    assert children == {
        "quick": ["system-out"],
        "slow": ["failure", "system-out"],
        "dark": ["error"],
        "absent": ["skipped"],
    }


def test_junit_bears_the_sentence_and_what_was_measured(finished: Reports) -> None:
    failure, said = junit_cases(finished)["slow"]
    assert (failure.get("message"), failure.text) == (f"L2: {NASTY}", "shop.md#open")
    assert said.text == "31 s, limit 10 limits.patience_seconds"


def test_html_holds_everything_as_text_without_scripts(finished: Reports) -> None:
    text = " ".join(page(finished).text.split())
    assert finished.record().verdict in text
    assert {one for one in ("shop/slow", "shop/dark", "shop/absent") if one not in text} == set()
    assert "shop/absent: the target file has no database" in text
    assert "note: near the limit" in text
    assert "9.5 s" in text


def test_html_shows_a_sentence_as_it_was_said(finished: Reports) -> None:
    document = (finished.reports / "latest.html").read_text(encoding="utf-8")
    assert NASTY in page(finished).text
    assert "<script>alert" not in document


def test_html_loads_nothing_from_elsewhere(finished: Reports) -> None:
    elsewhere = [one for one in page(finished).loaded if not one.startswith(("#", "data:"))]
    assert elsewhere == ["https://pypi.python.org/pypi/pytest-html"]
    styles = re.findall(r"url\(([^)]*)\)|@import", (finished.reports / "latest.html").read_text(encoding="utf-8"))
    assert [one for one in styles if not one.strip("'\"").startswith(("data:", "#"))] == []


@IN_BOTH_WAYS
def test_what_does_not_apply_is_listed_with_its_reason_and_not_run(project: Project, workers: str) -> None:
    project.checks(CHECKS)
    project.run_on_shop("-n", workers)
    absent = project.check("shop/absent")
    assert (absent.outcome, absent.sentence) == ("not applicable", "the target file has no database")
    assert not (project.folder / "it_ran").exists()


def test_with_one_target_ids_do_not_bear_its_name(project: Project) -> None:
    project.checks("@pytest.mark.parametrize('door', ['left', 'right'])\ndef test_open(target, door):\n    pass\n")
    result = project.run_on_shop("-v")
    assert set(re.findall(r"::(\S+) PASSED", result.stdout.str())) == {"test_open[left]", "test_open[right]"}
    assert set(project.outcomes()) == {"shop/open[left]", "shop/open[right]"}


@IN_BOTH_WAYS
def test_two_targets_are_both_judged_and_ids_bear_their_names(project: Project, workers: str) -> None:
    project.checks("def test_open(target):\n    assert target.name == 'shop', 'shut'\n")
    targets = ("--target", project.target(), "--target", project.target("shop-staging"))
    result = project.run(*targets, "-v", "-n", workers)
    found = {(one.target, one.check): one.outcome for one in project.record().checks}
    assert found == {("shop", "shop/open"): "ok", ("shop-staging", "shop/open"): "finding"}
    assert result.ret == 1
    assert {"test_open[shop]", "test_open[shop-staging]"} <= set(
        re.findall(r"test_open\[[a-z-]+\]", str(result.outlines))
    )


def test_with_two_targets_html_and_junit_tell_them_apart(project: Project) -> None:
    project.checks("def test_open(target, database_attempt):\n    pass\n\ndef test_lit(target):\n    raise OSError\n")
    project.run_here("--target", project.target(), "--target", project.target("shop-staging"))
    suites = [one.get("name") for one in ET.parse(project.reports / "latest.xml").iter("testsuite")]
    assert suites == ["all on shop", "all on shop-staging"]
    text = page(project).text
    assert "shop/lit on shop-staging" in text
    assert "shop/open on shop-staging: the target file has no database" in text


def test_the_latest_files_are_those_of_the_run(finished: Reports) -> None:
    for ending in (".html", ".json", ".xml", ".prom"):
        (stamped,) = finished.reports.glob(f"2*-all{ending}")
        assert stamped.read_bytes() == (finished.reports / f"latest{ending}").read_bytes()


def test_each_suite_keeps_its_own_latest(finished: Reports) -> None:
    assert (finished.reports / "latest-all.json").read_bytes() == (finished.reports / "latest.json").read_bytes()


def test_a_suite_that_does_not_exist_keeps_none(project: Project) -> None:
    project.checks("def test_open(target):\n    pass\n")
    project.run_on_shop("-m", "dayly")
    assert sorted(path.name for path in project.reports.glob("latest*.html")) == ["latest.html"]


def test_the_runbook_section_speaks_of_the_target_at_hand() -> None:
    record = TargetRecord(
        name="shop", base_url="https://shop.example.com", sandbox=False, argument="ops/shop.toml", app="shop-prod"
    )
    example = (
        "curl https://timedify.fly.dev/health; fly machine list --app timedify; pytest --target timedify; "
        'sum(x{app="timedify",y="z"})'
    )
    spoken = spoken_of(example, record)
    assert spoken == (
        "curl https://shop.example.com/health; fly machine list --app shop-prod; pytest --target ops/shop.toml; "
        'sum(x{app="shop-prod",y="z"})'
    )


def test_a_private_authority_and_another_host_stand_in_the_commands() -> None:
    record = TargetRecord(name="shop", base_url="https://10.0.0.1:8443", sandbox=False, authority="/ca.pem")
    example = (
        "curl -sS https://timedify.fly.dev/x; "
        "openssl s_client -connect timedify.fly.dev:443 -servername timedify.fly.dev"
    )
    assert spoken_of(example, record) == (
        "curl --cacert /ca.pem -sS https://10.0.0.1:8443/x; "
        "openssl s_client -CAfile /ca.pem -connect 10.0.0.1:8443 -servername 10.0.0.1"
    )


def test_a_target_without_a_platform_is_told_no_command_of_it() -> None:
    record = TargetRecord(name="shop", base_url="https://shop.example.com", sandbox=False)
    check = CheckRecord(target="shop", check="availability/health_answers_200", subject="availability", claim="",
                        suites=(), anchor="availability.md#health-answers-200", outcome="finding")  # fmt: skip
    told = commands(check, record)
    assert ("curl" in told, "fly " in told) == (True, False)


def test_the_commands_about_traffic_are_those_of_the_platform_there_is() -> None:
    check = CheckRecord(
        target="hub", check="traffic/error_rate_is_within_the_objective", subject="traffic", claim="", suites=(),
        anchor="traffic.md#error-rate-is-within-the-objective", outcome="finding",
    )  # fmt: skip
    hub = TargetRecord(name="hub", base_url="https://hub.example.com", sandbox=False)
    assert commands(check, hub) == ""
    fly = commands(check, hub.model_copy(update={"app": "shop"}))
    assert ('{app="shop"}' in fly, "cloudflare" in fly) == (True, False)
    worker = commands(check, hub.model_copy(update={"examples": {"evolution-hub-production": "hub-production"}}))
    assert ('"worker": "hub-production"' in worker, "fly" in worker) == (True, False)
