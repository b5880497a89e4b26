"""Drills that may not be made: refused with the reason, and nothing is changed."""

from __future__ import annotations

import pytest

from ops_tests.sandbox.checks_by_need import RESTORABLE
from ops_tests.sandbox.fly import keeping
from tests.drill.conftest import NAME, Shop
from tests.running import run_suite
from tests.superuser import superuser_of


@pytest.fixture
def platform(shop: Shop) -> str:
    """The stand-in's state file; it must be as it was."""
    return str(shop.sandbox.folder / "fly.json")


def test_a_drill_on_a_target_that_is_already_red_is_refused(shop: Shop, platform: str) -> None:
    before = keeping.read(platform)
    with superuser_of(shop.sandbox) as cursor:
        cursor.execute(
            "INSERT INTO dead_letters (id, topic, shop, payload, error) VALUES ('red', 'SHOP_REDACT', 's', '{}', 'e')"
        )
        refused = shop.drill("--drill", "rollback")
        cursor.execute("DELETE FROM dead_letters WHERE id = 'red'")
    assert refused.returncode == 10, refused.stdout
    outcomes = {one.check: one.outcome for one in shop.record().checks if one.outcome != "not applicable"}
    assert outcomes.pop(RESTORABLE) == "ok"  # it changes nothing, and matters most when all else is red
    assert set(outcomes.values()) == {"blind"}
    sentence = shop.check("cold_start_recovers").sentence
    assert sentence.startswith("no drill, and nothing was changed: the smoke suite says FINDING L1 on sandbox-live")
    assert "dead_letters/no_unprocessed_dead_letters" in sentence
    assert keeping.read(platform) == before


def test_a_drill_without_a_permit_is_refused_at_once(shop: Shop, platform: str) -> None:
    before = keeping.read(platform)
    refused = shop._run("pytest", "--pyargs", "ops_tests.checks", "-m", "acts", "--target=target.toml")
    assert refused.returncode == 4
    assert f"type --permit {NAME}" in refused.stderr
    assert keeping.read(platform) == before


def test_a_rollback_with_nothing_to_go_back_to_is_refused(shop: Shop, platform: str) -> None:
    beginning = keeping.read(platform)

    def forget(state: keeping.State) -> None:
        state["releases"] = state["releases"][:1]

    keeping.change(platform, forget)
    shop.drill("--drill", "rollback", "-k", "rollback")
    keeping.change(platform, lambda state: state.update(releases=beginning["releases"]))
    found = shop.check("rollback_works")
    assert (found.outcome, found.sentence.partition(":")[0]) == ("blind", "no rollback was drilled")
    assert "nothing to roll back to" in found.sentence


@pytest.mark.long
def test_a_rollback_over_a_migration_is_refused(shop: Shop, platform: str) -> None:
    before = keeping.read(platform)
    with superuser_of(shop.sandbox) as cursor:
        cursor.execute(
            "INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at) "
            "VALUES ('late', 'c', '20260101000000_late', now(), now())"
        )
        shop.drill("--drill", "rollback", "-k", "rollback")
        cursor.execute("DELETE FROM _prisma_migrations WHERE id = 'late'")
    assert "20260101000000_late finished" in shop.check("rollback_works").sentence
    assert keeping.read(platform)["machines"] == before["machines"]


def test_a_letter_that_nobody_may_plant_is_told(shop: Shop) -> None:
    file = shop.folder / "target.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("OPERATOR_DATABASE_URL", "NOBODY_SET_THIS"), encoding="utf-8")
    shop.drill("-k", "dead_letter")
    assert shop.check("dead_letter_can_be_replayed").sentence == (
        "no letter was planted: NOBODY_SET_THIS is not set; put it into the environment or .env (sandbox-live)"
    )


def test_a_drill_is_made_only_when_it_is_asked_for(tmp_path_factory: pytest.TempPathFactory) -> None:
    words = ("--target=sandbox", "--drill", "rollback", "-k", "test_drill or health_answers_200")
    finished = run_suite(tmp_path_factory.mktemp("all"), *words)
    told = {one.check: one.sentence for one in finished.checks() if one.check.startswith("drill/")}
    assert set(told.values()) == {"a drill is made only with -m dr_drill"}
    assert "drill/cold_start_recovers" in told


@pytest.mark.long
def test_a_rollback_is_drilled_only_when_it_is_named(shop: Shop) -> None:
    shop.drill("-k", "rollback or left_behind")
    assert shop.check("rollback_works").sentence == "it is drilled only when named: --drill rollback"


def test_a_drill_nobody_knows_is_a_mistyped_option(shop: Shop) -> None:
    refused = shop.drill("--drill", "rolback")
    assert refused.returncode == 4
    assert "invalid choice: 'rolback' (choose from 'rollback')" in refused.stderr


def test_a_journal_that_is_none_is_told_and_stays(shop: Shop) -> None:
    shop.journal.parent.mkdir(exist_ok=True)
    shop.journal.write_text("not JSON\n", encoding="utf-8")
    refused = shop.drill("-k", "cold_start")
    assert refused.returncode == 4
    assert "line 1, is no entry of an undo journal" in refused.stderr
    recovered = shop.recover()
    assert recovered.returncode == 3
    assert "line 1, is no entry of an undo journal" in recovered.stderr
    assert shop.journal.read_text(encoding="utf-8") == "not JSON\n"
