"""The scripted outage produces exactly the messages it should."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.alerts.rehearsal import EXPECTED, play, titles


@pytest.mark.long
@pytest.mark.timeout(600)
def test_the_scripted_outage_produces_exactly_its_messages(tmp_path: Path) -> None:
    assert {scene.number: titles(scene) for scene in play(tmp_path) if scene.arrived} == EXPECTED
