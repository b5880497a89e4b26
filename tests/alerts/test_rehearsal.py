"""The scripted outage produces exactly the messages it should."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.alerts.rehearsal import EXPECTED, play


@pytest.mark.long
@pytest.mark.timeout(600)
def test_the_scripted_outage_produces_exactly_its_messages(tmp_path: Path) -> None:
    arrived = {scene.number: [one["title"].partition(" (")[0] for one in scene.arrived] for scene in play(tmp_path)}
    assert {number: titles for number, titles in arrived.items() if titles} == EXPECTED
