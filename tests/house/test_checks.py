"""A check reads as one claim; files and functions are short, named for what they do, and described."""

from __future__ import annotations

import ast
import statistics

import pytest

from tests.house.check_rules import checks, faults, strangers
from tests.house.size_rules import catch_alls, length, lines, undescribed, untyped
from tests.house.source import PACKAGE, REPOSITORY, Source, read

SOURCES = {source.path: source for source in read(PACKAGE)}
TESTS = {source.path: source for source in read(REPOSITORY / "tests")}
CHECK_FILES = {path: source for path, source in SOURCES.items() if path.startswith("ops_tests/checks/test_")}
CHECKS = {f"{path}::{check.name}": check for path, source in CHECK_FILES.items() for check in checks(source)}
PLUGIN = [path for path in SOURCES if path.startswith("ops_tests/plugin/")]
FUNCTIONS = {
    f"{path}:{function.lineno} {function.name}": length(function)
    for path, source in SOURCES.items()
    for function in source.functions
}
LONGEST_FILE, LONGEST_PLUGIN_FILE, LONGEST_CONFTEST = 400, 200, 20
LONGEST_FUNCTION, MOST_FUNCTIONS, TYPICAL_FUNCTION = 50, 30, 10

GOOD = '''@pytest.mark.daily
@pytest.mark.runbook("web.md#health-answers")
def test_health_answers(answer: Answer, measured: Measured) -> None:
    """Health answers."""
    seconds = measured(answer.seconds, LIMIT)
    assert seconds <= 1, f"took {seconds} s; the limit is {LIMIT}"
'''
SPOILT = {
    "statements": ("    seconds = ", "    a = 1\n    b = 2\n    c = 3\n    d = 4\n    e = 5\n    seconds = "),
    "an if": ("    assert", "    if answer:\n        pass\n    assert"),
    "a conditional value": ("answer.seconds,", "1 if answer else 2,"),
    "a loop": ("    assert", "    for one in answer:\n        pass\n    assert"),
    "a while": ("    assert", "    while answer:\n        pass\n    assert"),
    "a try": ("    assert", "    try:\n        pass\n    finally:\n        pass\n    assert"),
    "a with": ("    assert", "    with answer:\n        pass\n    assert"),
    "a match": ("    assert", "    match answer:\n        case _:\n            pass\n    assert"),
    "a raise": ("    assert", "    raise OSError\n    assert"),
    "a filter": ("answer.seconds,", "sum(one for one in answer if one),"),
    "a sleep": ("    assert", "    time.sleep(1)\n    assert"),
    "a skip": ("    assert", "    pytest.skip('no answer')\n    assert"),
    "a skip mark": ("@pytest.mark.daily", "@pytest.mark.daily\n@pytest.mark.skip"),
    "no assert": ("assert seconds <= 1, ", "print("),
    "two asserts": ("    assert", "    assert answer, 'none; expected one'\n    assert"),
    "a bare assert": (', f"took {seconds} s; the limit is {LIMIT}"', ""),
    "no expectation": ("; the limit is {LIMIT}", ""),
    "nothing measured": ("measured(answer.seconds, LIMIT)", "answer.seconds"),
    "no suite": ("@pytest.mark.daily\n", ""),
    "no runbook": ('@pytest.mark.runbook("web.md#health-answers")\n', ""),
    "a mark twice": ("@pytest.mark.daily", "@pytest.mark.daily\n@pytest.mark.daily"),
    "acting without a permit": ("@pytest.mark.daily", "@pytest.mark.daily\n@pytest.mark.acts"),
    "a permit without acting": ("answer: Answer,", "answer: Answer, permit: Permit,"),
    "no docstring": ('    """Health answers."""\n', ""),
    "two sentences": ("Health answers.", "Health answers. It does so quickly."),
    "an order": ("test_health_answers", "test_check_health"),
    "no statement": ("test_health_answers", "test_health"),
    "an untyped parameter": ("answer: Answer", "answer"),
    "a result": ("-> None", "-> bool"),
}


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_reads_as_one_claim(check: str) -> None:
    assert not faults(CHECKS[check])


def test_a_file_of_checks_holds_checks_alone() -> None:
    assert not {path: told for path, source in CHECK_FILES.items() if (told := strangers(source))}


def test_the_names_of_the_checks_differ() -> None:
    names = [check.name for check in CHECKS.values()]
    assert len(names) == len(set(names))


def test_conftest_is_short_and_defines_nothing() -> None:
    (conftest,) = read(REPOSITORY, "conftest.py")
    assert lines(conftest) <= LONGEST_CONFTEST
    assert not conftest.functions


def test_a_plugin_file_is_one_concern() -> None:
    assert not {path: size for path in PLUGIN if (size := lines(SOURCES[path])) > LONGEST_PLUGIN_FILE}


def test_a_file_can_be_read_in_one_go() -> None:
    assert not {path: size for path, source in (SOURCES | TESTS).items() if (size := lines(source)) > LONGEST_FILE}


def test_no_name_is_a_catch_all() -> None:
    assert not {path: told for path, source in (SOURCES | TESTS).items() if (told := catch_alls(source))}


def test_what_is_public_is_described() -> None:
    assert not {path: told for path, source in SOURCES.items() if (told := undescribed(source))}


def test_every_function_is_typed() -> None:
    assert not {path: told for path, source in (SOURCES | TESTS).items() if (told := untyped(source))}


def test_functions_are_short() -> None:
    assert not [name for name, size in FUNCTIONS.items() if size > LONGEST_FUNCTION]
    assert statistics.median(FUNCTIONS.values()) <= TYPICAL_FUNCTION
    assert statistics.quantiles(FUNCTIONS.values(), n=20)[-1] <= MOST_FUNCTIONS


def only_check(text: str) -> ast.FunctionDef:
    """The one check in the text."""
    (check,) = checks(Source("ops_tests/checks/test_web.py", text))
    return check


def test_a_good_check_has_no_fault() -> None:
    assert not faults(only_check(GOOD))


@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_spoilt_check_is_found(spoilt: str) -> None:
    good, bad = SPOILT[spoilt]
    assert good in GOOD
    text = GOOD.replace(good, bad, 1)
    assert faults(only_check(text + ")\n" if bad == "print(" else text))


def test_a_stranger_among_checks_is_found() -> None:
    assert strangers(Source("ops_tests/checks/test_web.py", '"""Web."""\n\n\ndef helper() -> None: ...'))
    assert strangers(Source("ops_tests/checks/test_web.py", '"""Web."""\n\nLIMIT = 1'))


@pytest.mark.parametrize("name", ["ops_tests/clients/web_utils.py", "ops_tests/common/web.py"])
def test_a_catch_all_file_is_found(name: str) -> None:
    assert catch_alls(Source(name, ""))


@pytest.mark.parametrize("text", ["class FlyManager: ...", "def misc() -> None: ...", "class HTTPHelper: ..."])
def test_a_catch_all_name_is_found(text: str) -> None:
    assert catch_alls(Source("ops_tests/clients/web.py", text))


def test_what_is_undescribed_or_untyped_is_found() -> None:
    text = '"""Web."""\n\n\nclass Web:\n    """A client."""\n\n    def get(self, path): ...'
    assert undescribed(Source("ops_tests/clients/web.py", text))
    assert untyped(Source("ops_tests/clients/web.py", text))


def test_the_length_of_a_function_leaves_its_docstring_out() -> None:
    (function,) = Source("a.py", 'def a() -> int:\n    """One.\n\n    Two.\n    """\n    return 1').functions
    assert length(function) == 2
