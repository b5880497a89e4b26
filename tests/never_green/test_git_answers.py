"""What git says, cut, emptied, reordered and spoilt: a record or an error, and never fine for want of evidence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops_tests.clients import command
from ops_tests.clients.command import CommandResult
from ops_tests.clients.repository import Repository
from ops_tests.errors import Blind
from ops_tests.records.repository import Changelog
from ops_tests.rules import repository as rules
from tests.never_green.spoiling import EXAMPLES, cut, torn

NOW = datetime(2026, 11, 21, 5, 30, tzinfo=UTC)
COMMIT, OTHER = "a" * 40, "b" * 40
ANSWERS = {
    "is-shallow": "false\n",
    "for-each-ref": f"v1.2.0 commit {OTHER}  \nv1.3.0 tag {'c' * 40} commit {COMMIT}\n",
    "--verify": f"{COMMIT}\n",
    "show": "# Changelog\n\n## [1.3.0] - 2026-11-19\n",
    "log": f"{COMMIT} {int(NOW.timestamp())}\n",
}
QUESTIONS = sorted(ANSWERS)


class Told:
    """Stands where the process door is, and answers each of git's commands with a text."""

    def __init__(self) -> None:
        self.answers = dict(ANSWERS)
        self.codes: dict[str, int] = {}

    def run(self, argv: tuple[str, ...], **_settings: object) -> CommandResult:
        """The answer of the command that ``argv`` names."""
        line = " ".join(argv)
        (asked,) = [question for question in ANSWERS if question in line.split("--no-pager")[1].replace("log.show", "")]
        return CommandResult(argv, self.codes.get(asked, 0), self.answers[asked], "fatal: no", 0.01)


@pytest.fixture
def told() -> Iterator[Told]:
    """Answers of git, for a test to spoil."""
    told, patch = Told(), pytest.MonkeyPatch()
    patch.setattr(command, "run", told.run)
    yield told
    patch.undo()


def fine(told: Told, **spoilt: str) -> dict[str, bool]:
    """Which of the three checks would hold with these answers; blind is not fine, and nothing else may be raised."""
    told.answers = ANSWERS | spoilt
    repository = Repository(Path("/"), {})
    return {"tagged": tagged(repository), "named": named(repository), "dated": dated(repository)}


def tagged(repository: Repository) -> bool:
    try:
        return bool(rules.tags_at(repository.commit(COMMIT[:9]), repository.tags()))
    except Blind:
        return False


def named(repository: Repository) -> bool:
    try:
        tag = rules.newest_tag(repository.tags()).name
        return not rules.unnamed(Changelog("C", tag, repository.text(tag, "C"), repository.text("HEAD", "C")))
    except Blind:
        return False


def dated(repository: Repository) -> bool:
    try:
        return rules.age_days(repository.last_change("L"), NOW) >= 0
    except Blind:
        return False


def test_whole_answers_say_what_is_there(told: Told) -> None:
    assert fine(told) == {"tagged": True, "named": True, "dated": True}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_command_that_fails_is_fine_for_nobody_who_asked_it(told: Told, question: str) -> None:
    told.codes = {question: 128}
    assert not all(fine(told).values())


@pytest.mark.parametrize("answer", ["", "true\n", "fal", "false\ntrue\n", "--is-shallow-repository\n"])
def test_unless_the_clone_is_known_to_be_whole_nothing_is_fine(told: Told, answer: str) -> None:
    assert not any(fine(told, **{"is-shallow": answer}).values())


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_empty_answer_is_not_fine(told: Told, question: str) -> None:
    assert not all(fine(told, **{question: ""}).values())


@EXAMPLES
@given(data=st.data())
def test_a_cut_answer_names_no_commit_and_no_day(told: Told, data: st.DataObject) -> None:
    for question, check in (("--verify", "tagged"), ("for-each-ref", "tagged")):
        text = data.draw(cut(ANSWERS[question]))
        assert not fine(told, **{question: text})[check]


@EXAMPLES
@given(question=st.sampled_from(QUESTIONS), data=st.data())
def test_a_torn_answer_is_a_record_or_an_error(told: Told, question: str, data: st.DataObject) -> None:
    fine(told, **{question: data.draw(torn(ANSWERS[question]))})


@EXAMPLES
@given(lines=st.permutations(ANSWERS["for-each-ref"].splitlines()))
def test_the_order_of_tags_does_not_matter(told: Told, lines: list[str]) -> None:
    assert fine(told, **{"for-each-ref": "\n".join(lines)})["tagged"]
