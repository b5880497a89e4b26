"""The repository's own workflows: sound, tight, and pinned to the same commits as those that ``schedule`` prints."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.schedule import validators

REPOSITORY = Path(__file__).parents[2]
WORKFLOWS = sorted((REPOSITORY / ".github" / "workflows").glob("*.yml"))
USES = re.compile(r"uses: (\S+)@(\S+)(?: # (\S+))?")


def read(workflow: Path) -> dict[Any, Any]:
    """The workflow; to YAML the key ``on`` is the word for true."""
    return dict(yaml.safe_load(workflow.read_text(encoding="utf-8")))


def test_there_are_tests_a_daily_round_and_one_for_whoever_deploys() -> None:
    assert {file.stem for file in WORKFLOWS} == {"test", "daily", "post-deploy"}
    triggers = {file.stem: set(read(file)[True]) for file in WORKFLOWS}
    assert triggers["test"] >= {"push", "pull_request", "schedule"}
    assert triggers["daily"] == {"schedule", "workflow_dispatch"}
    assert triggers["post-deploy"] == {"workflow_call", "workflow_dispatch"}


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda file: file.stem)
def test_a_workflow_is_sound_and_tight(workflow: Path) -> None:
    assert validators.github_complaints(workflow) == ""
    assert validators.github_weaknesses(workflow) == []
    made = read(workflow)
    assert made["permissions"] == {"contents": "read"}
    assert "concurrency" in made
    for job in made["jobs"].values():
        assert job["timeout-minutes"] <= 120
        assert "permissions" not in job


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda file: file.stem)
def test_actionlint_takes_a_workflow(workflow: Path) -> None:
    assert validators.actionlint_complaints(workflow) == ""


def test_every_action_is_pinned_by_one_commit_with_its_version(printed: Callable[..., str]) -> None:
    texts = [printed("github"), *(file.read_text(encoding="utf-8") for file in WORKFLOWS)]
    pins = {found for text in texts for found in USES.findall(re.sub(r"(?m)^#.*\n", "", text))}
    assert len({action for action, _, _ in pins}) == len(pins), "one action, one commit"
    assert all(re.fullmatch(r"[0-9a-f]{40}", commit) and version for _, commit, version in pins)


def test_no_checkout_leaves_its_token_behind(printed: Callable[..., str]) -> None:
    for text in (printed("github"), *(file.read_text(encoding="utf-8") for file in WORKFLOWS)):
        steps = [step for job in yaml.safe_load(text)["jobs"].values() for step in job["steps"]]
        checkouts = [step for step in steps if step.get("uses", "").startswith("actions/checkout@")]
        assert checkouts
        assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_every_make_target_of_the_workflows_is_one() -> None:
    rules = (REPOSITORY / "Makefile").read_text(encoding="utf-8").replace("$(VENV)", ".venv")
    for file in WORKFLOWS:
        text = file.read_text(encoding="utf-8")
        named = set(re.findall(r"run: make ([.\w/-]+)", text))
        named |= {name for names in re.findall(r"tests: \[(.*)\]", text) for name in names.split(", ")}
        assert named
        assert {name for name in named if not re.search(rf"^{re.escape(name)}:", rules, re.MULTILINE)} == set()
