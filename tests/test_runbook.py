"""Every section of the runbook says what to do; that each belongs to a check is one of the house's rules."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ops_tests.plugin.alerts.concluding import ANCHOR
from ops_tests.plugin.report.runbook_part import PARAMETER, commands
from ops_tests.records.run import CheckRecord, TargetRecord

PACKAGE = Path(__file__).parents[1] / "ops_tests"
LEAD_INS = ("**What it means.**", "**Look here.**", "**Do this.**", "**Escalate.**")
LONGEST_SECTION = 25


def slug(heading: str) -> str:
    """The anchor a Markdown viewer gives the heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-")


def sections() -> dict[str, str]:
    """Anchor (``file.md#heading``) -> the text below the heading."""
    found = {}
    for file in sorted((PACKAGE / "runbook").glob("*.md")):
        for part in re.split(r"^## ", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            heading, _, text = part.partition("\n")
            found[f"{file.name}#{slug(heading)}"] = text.strip()
    return found


SECTIONS = sections()
COMMANDS = [(anchor, line) for anchor, text in SECTIONS.items() for line in text.splitlines()]


def test_there_are_sections_to_look_at() -> None:
    assert SECTIONS


@pytest.mark.parametrize("anchor", SECTIONS)
def test_every_section_has_its_four_lead_ins_in_order_and_once(anchor: str) -> None:
    found = re.findall(r"^\*\*[A-Z][\w ]+\.\*\*", SECTIONS[anchor], flags=re.MULTILINE)
    assert tuple(found) == LEAD_INS


@pytest.mark.parametrize("anchor", SECTIONS)
def test_every_section_says_when_it_is_only_the_instrument(anchor: str) -> None:
    assert "lind:" in SECTIONS[anchor]


@pytest.mark.parametrize("anchor", [anchor for anchor in SECTIONS if anchor != ANCHOR])  # which every run looks at
def test_every_section_ends_its_remedy_with_the_check_to_run_again(anchor: str) -> None:
    name = anchor.partition("#")[2].replace("-", "_")
    assert re.search(rf"`pytest -k {name} --target (timedify|evolution-hub)", SECTIONS[anchor])


@pytest.mark.parametrize("anchor", SECTIONS)
def test_a_section_fits_on_one_screen(anchor: str) -> None:
    assert len(SECTIONS[anchor].splitlines()) <= LONGEST_SECTION


@pytest.mark.parametrize("anchor", SECTIONS)
def test_every_section_it_refers_to_exists(anchor: str) -> None:
    titles = {slug(title) for title in re.findall(r"(?<!\*)\*([A-Z][^*]+)\*(?!\*)", SECTIONS[anchor])}
    assert titles <= {other.partition("#")[2] for other in SECTIONS}


def test_no_command_follows_the_log_for_ever() -> None:
    following = [line for _, line in COMMANDS if re.match(r"\s*(?:timeout \d+ )?fly logs", line)]
    assert following
    assert all(line.startswith("timeout ") and "--no-tail" in line for line in following)


def test_no_command_counts_a_table_with_its_header() -> None:
    assert not [anchor for anchor, line in COMMANDS if "wc -l" in line]


def test_no_command_names_one_page_or_endpoint_of_many() -> None:
    named = {path for _, line in COMMANDS for path in re.findall(r"curl .*https?://timedify\.fly\.dev(/\S*)", line)}
    named |= {path for _, line in COMMANDS for path in re.findall(r"--data .*https://timedify\.fly\.dev(/\S*)", line)}
    assert {path.rstrip(";") for path in named} == {"/", "/health", "/PAGE", "/webhooks/ENDPOINT"}


@pytest.mark.parametrize("anchor", [anchor for anchor, text in SECTIONS.items() if PARAMETER.search(text)])
def test_the_commands_of_a_parametrised_check_name_what_its_id_names(anchor: str) -> None:
    name, shop = (
        anchor.partition("#")[2].replace("-", "_"),
        TargetRecord(name="shop", base_url="http://s", sandbox=False),
    )
    check = CheckRecord(target="shop", check=f"x/{name}[/terms/of_use]", subject="x", claim="", suites=(),
                        anchor=anchor, outcome="finding")  # fmt: skip
    told = commands(check, shop)
    assert re.search(r"http://s/(?:webhooks/)?terms/of_use$", told, flags=re.MULTILINE)
    assert not PARAMETER.search(told)
    assert "in brackets behind the check's name" in SECTIONS[anchor]


def test_every_fly_command_names_its_app() -> None:
    nameless = re.compile(r"^(?:timeout \d+ )?fly (?!auth)(?!.*--app timedify)", re.MULTILINE)
    assert not [anchor for anchor, line in COMMANDS if nameless.search(line)]
