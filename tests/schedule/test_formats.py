"""Each format as its own tool or schema reads it, and that the tool would say no to a broken one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.schedule import validators

TARGETS = ("ops/shop.toml", "ops/bare.toml", "timedify", "evolution-hub")
Printing = Callable[..., str]


@pytest.mark.parametrize("target", TARGETS)
def test_a_crontab_is_sound(printed: Printing, target: str) -> None:
    text = printed("crontab", target)
    assert len(validators.cron_lines(text)) >= 5
    assert validators.crontab_complaints(text) == []


def test_a_broken_crontab_is_noticed(printed: Printing) -> None:
    text = printed("crontab")
    assert validators.crontab_complaints(text.replace("7 6 * * *", "7 26 * * *"))
    assert validators.crontab_complaints(text.replace("mkdir -p reports", "x" * 999))


def test_the_machine_s_own_cron_takes_a_crontab(printed: Printing, tmp_path: Path) -> None:
    text = printed("crontab")
    assert validators.cron_s_complaints(text, tmp_path) == ""
    assert validators.cron_s_complaints(text.replace("7 6 * * *", "7 26 * * *"), tmp_path)


@pytest.mark.parametrize("target", TARGETS)
def test_units_are_sound(printed: Printing, tmp_path: Path, target: str) -> None:
    text = printed("systemd", target)
    names = validators.UNIT.findall(text)
    assert [file.name for file in validators.units(text, tmp_path)] == sorted(names)
    assert {name.rpartition(".")[2] for name in names} == {"service", "timer"}
    assert validators.systemd_complaints(text, tmp_path) == ""
    (enabling,) = [line for line in text.splitlines() if "systemctl enable" in line]
    assert sorted(enabling.split()[4:]) == sorted(name for name in names if name.endswith(".timer"))


@pytest.mark.parametrize(
    ("right", "broken"),
    [("OnCalendar=*-*-* 06:", "OnCalendar=*-*-* 26:"), ("TimeoutStartSec=", "TimeoutStartsSec="), ("ExecStart=/", "#")],
)
def test_a_broken_unit_is_noticed(printed: Printing, tmp_path: Path, right: str, broken: str) -> None:
    assert validators.systemd_complaints(printed("systemd").replace(right, broken), tmp_path)


@pytest.fixture
def workflow(printed: Printing, folder: Path) -> Callable[..., Path]:
    """The workflow in a file of its own, perhaps with something replaced."""

    def written(target: str = "ops/shop.toml", right: str = "", broken: str = "") -> Path:
        text = printed("github", target)
        assert right in text
        file = folder / ".github" / "workflows" / "ops-tests.yml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace(right, broken) if right else text, encoding="utf-8")
        return file

    return written


@pytest.mark.parametrize("target", TARGETS)
def test_a_workflow_is_sound_and_tight(workflow: Callable[..., Path], target: str) -> None:
    file = workflow(target)
    assert validators.github_complaints(file) == ""
    assert validators.github_weaknesses(file) == []


@pytest.mark.parametrize("target", TARGETS)
def test_actionlint_takes_a_workflow(workflow: Callable[..., Path], target: str) -> None:
    assert validators.actionlint_complaints(workflow(target)) == ""
    assert validators.actionlint_complaints(workflow(target, "inputs.suite ", "inputs.suits "))


def test_a_broken_workflow_is_noticed(workflow: Callable[..., Path]) -> None:
    assert validators.github_complaints(workflow("ops/shop.toml", "runs-on:", "runs-where:"))
    assert "excessive-permissions" in validators.github_weaknesses(
        workflow("timedify", "contents: read", "contents: write")
    )
    loose = workflow("timedify", "de0fac2e4500dabe0009e67214ff5f5447ce83dd", "v6")
    assert "unpinned-uses" in validators.github_weaknesses(loose)


@pytest.mark.parametrize("target", TARGETS)
def test_manifests_are_sound(printed: Printing, target: str) -> None:
    text = printed("kubernetes", target)
    assert len(list(yaml.safe_load_all(text))) >= 7
    assert validators.kubernetes_complaints(text) == []
    assert validators.crontab_complaints("".join(
        f"{one['spec']['schedule']}  true\n" for one in yaml.safe_load_all(text) if one["kind"] == "CronJob"
    )) == []  # fmt: skip


def test_a_name_that_is_a_number_is_a_label_all_the_same(printed: Printing, folder: Path) -> None:
    (folder / "ops" / "42.toml").write_text('base_url = "https://shop.example.com"\n', encoding="utf-8")
    assert validators.kubernetes_complaints(printed("kubernetes", "ops/42.toml")) == []


@pytest.mark.parametrize(
    ("right", "broken"),
    [
        ("concurrencyPolicy", "concurencyPolicy"),
        ("restartPolicy: Never", "restartPolicy: 3"),
        ("image: ", "image: 3 #"),
    ],
)
def test_a_broken_manifest_is_noticed(printed: Printing, right: str, broken: str) -> None:
    assert validators.kubernetes_complaints(printed("kubernetes").replace(right, broken))
