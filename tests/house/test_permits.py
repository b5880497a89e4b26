"""Whatever acts needs a permit that only ``grant`` mints, and no run that observes loads it."""

from __future__ import annotations

import pytest

from tests.house.permit_rules import MINT, loads_what_acts, minted
from tests.house.source import PACKAGE, REPOSITORY, Source, read

BY_PATH = {source.path: source for source in (*read(PACKAGE), *read(REPOSITORY / "tests"))}
OURS = {path: source for path, source in BY_PATH.items() if path.startswith("ops_tests/")}


def test_a_permit_is_minted_only_where_it_is_granted() -> None:
    assert not {path: told for path, source in BY_PATH.items() if (told := minted(source))}


def test_what_acts_is_loaded_only_by_what_may_act() -> None:
    assert not {path: told for path, source in OURS.items() if (told := loads_what_acts(source))}


@pytest.mark.parametrize(
    "text",
    [
        "from ops_tests.permit import Permit\n\nPermit('shop', '1')",
        "from ops_tests.permit import Permit as Word\n\nWord(target='shop', run_id='1')",
        "from ops_tests import permit\n\npermit.Permit('shop', '1')",
        "from dataclasses import replace\n\nreplace(permit, target='other')",
    ],
    ids=["made", "by another name", "through its module", "as a changed copy"],
)
def test_a_false_permit_is_found(text: str) -> None:
    assert minted(Source("ops_tests/tools/acting.py", text))
    assert not minted(Source(MINT, text))


def test_naming_the_type_of_a_permit_is_no_offence() -> None:
    assert not minted(Source("ops_tests/tools/a.py", "from ops_tests.permit import Permit\n\ndef f(one: Permit): ..."))


def test_an_observation_that_could_act_is_found() -> None:
    text = "def late():\n    from ops_tests.clients.acting.fly import ActingFly"
    assert loads_what_acts(Source("ops_tests/plugin/observations.py", text))
    assert loads_what_acts(Source("ops_tests/clients/platform.py", text))
