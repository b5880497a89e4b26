"""Drills as they are made, and what they find."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from ops_tests.records.run import Drill
from ops_tests.sandbox.embedded import Sandbox
from ops_tests.sandbox.fly import keeping
from tests.drill.conftest import NAME, Shop


def figures(drill: Drill) -> dict[str, float]:
    """What it measured, by name."""
    return {one.name: one.value for one in drill.figures}


def change(shop: Shop, edit: keeping.State) -> None:
    """Change the stand-in's platform."""
    keeping.change(str(shop.sandbox.folder / "fly.json"), lambda state: state.update(edit))


@pytest.fixture
def alone(shop: Shop) -> Iterator[Shop]:
    """The application has one machine, so that a restart is an outage."""
    beginning = keeping.read(str(shop.sandbox.folder / "fly.json"))
    change(shop, {"machines": beginning["machines"][:1]})
    (shop.folder / "target.toml").write_text(
        (shop.folder / "target.toml")
        .read_text(encoding="utf-8")
        .replace("minimum_machines = 2", "minimum_machines = 1"),
        encoding="utf-8",
    )
    yield shop
    change(shop, {**beginning, "releases": beginning["releases"]})


def test_an_outage_is_seen_and_the_deliveries_in_it_are_repeated_until_they_are_recorded(alone: Shop) -> None:
    made = alone.drill("-k", "cold_start or survive")
    assert made.returncode == 0, made.stdout
    (drill,) = alone.record().drills
    found = figures(drill)
    assert drill.name == "cold start"
    assert found["outage seen"] > 0.5
    assert found["recovery time"] >= found["outage seen"]
    assert found["of them repeated"] >= 1
    assert {one.state for one in drill.spans if one.lane == "health"} == {"good", "bad"}
    assert next(one.text for one in drill.spans if one.lane == "health" and one.state == "bad").endswith("(no body)")
    (act,) = [one for one in drill.spans if one.lane == "what was done"]
    assert re.fullmatch(r"restart d8d4017a6e3278, [\d.]+ s", act.text)


@pytest.mark.long
def test_a_target_that_does_not_come_back_is_level_3_and_is_started_again(alone: Shop) -> None:
    file = alone.folder / "target.toml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("\n[limits]\n", "\n[limits]\nrecovery_minutes = 0.1\n"),
        encoding="utf-8",
    )
    acting = keeping.read(str(alone.sandbox.folder / "fly.json"))["acting"]
    change(alone, {"acting": {**acting, "habit": "stays down"}})
    made = alone.drill("-k", "cold_start or system_is_well")
    change(alone, {"acting": acting})
    assert made.returncode == 1, made.stdout
    found = alone.check("cold_start_recovers")
    assert (found.outcome, found.level) == ("finding", "L3")
    assert "health did not answer three times in a row after the restart" in found.sentence
    assert f"undone on {NAME}: restart of machine d8d4017a6e3278: it was started" in made.stdout
    assert alone.check("system_is_well_after_the_drill").outcome == "ok"
    assert not alone.journal.exists()


@pytest.mark.long
def test_what_a_drill_sends_is_written_down_and_nothing_else_is_there(shop: Shop) -> None:
    made = shop.drill()
    assert made.returncode == 0, made.stdout
    record = shop.record()
    assert [drill.name for drill in record.drills][-2:] == ["cold start", "dead letter replay"]
    assert all(one.shop.startswith("ops-") or "-" in one.shop for one in record.deliveries)
    with_rows = {one.webhook_id for one in record.deliveries}
    assert len(with_rows) == len({one.webhook_id for one in record.deliveries if one.kind == "signed"})
    assert shop.left() == []


def test_recover_shows_first_what_it_would_undo(running: Sandbox, shop: Shop) -> None:
    shop.journal.parent.mkdir(exist_ok=True)
    shop.journal.write_text('{"run_id": "1", "act": "restart", "machine": "d8d4017a6e3278"}\n', encoding="utf-8")
    shown = shop.command("recover")
    assert shown.stdout.splitlines() == [
        f"to be undone on {NAME}, the last first:",
        "  restart of machine d8d4017a6e3278 (run 1)",
        f"nothing was changed; to do it, type it again with --yes --permit {NAME}",
    ]
    assert shop.recover().stdout.splitlines() == [
        "restart of machine d8d4017a6e3278: it is started",
        "next: pytest -m smoke --target target.toml",
    ]
    assert shop.command("recover").stdout == f"nothing is to be undone on {NAME}\n"
