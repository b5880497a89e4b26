"""Drills that may not be made: refused with the reason, and nothing is changed."""

from __future__ import annotations

import pytest

from ops_tests.acts.journal import Deploying
from ops_tests.plugin.locks import TargetLock
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


def test_no_command_acts_over_what_a_drill_left(shop: Shop, platform: str) -> None:
    before = keeping.read(platform)
    shop.journal.parent.mkdir(exist_ok=True)
    shop.journal.write_text('{"run_id": "1", "act": "restart", "machine": "d8d4017a6e3278"}\n', encoding="utf-8")
    refused = shop.command("restart", "--permit", NAME, "--yes")
    assert refused.returncode == 4
    assert refused.stderr.strip().endswith(
        "nothing was done: a drill ended in the middle of it (restart of machine d8d4017a6e3278). First: "
        f"python -m ops_tests recover --target target.toml --permit {NAME} --yes"
    )
    assert keeping.read(platform) == before
    smoke = shop._run("pytest", *shop.checks(), "-m", "smoke")
    assert (smoke.returncode, "a drill ended in the middle of it" in smoke.stdout) == (0, True)


def test_a_release_that_somebody_made_since_is_not_taken_back(shop: Shop, platform: str) -> None:
    before = keeping.read(platform)
    images = [one["ImageRef"] for one in before["releases"]]
    entry = Deploying(run_id="1", image=images[2], to=images[0], newest=before["releases"][0]["Version"] - 2)
    shop.journal.parent.mkdir(exist_ok=True)
    shop.journal.write_text(entry.model_dump_json() + "\n", encoding="utf-8")
    refused = shop.recover()
    assert refused.returncode == 1
    assert "was made since by no drill, so it is not taken back; if it is the right one, remove" in refused.stderr
    assert keeping.read(platform) == before
    assert shop.journal.exists()


def test_what_could_not_be_undone_is_undone_by_the_next_attempt(shop: Shop, platform: str) -> None:
    before = keeping.read(platform)
    images = [one["ImageRef"] for one in before["releases"]]
    entry = Deploying(run_id="1", image=images[0], to=images[2], newest=before["releases"][0]["Version"] - 5)
    shop.journal.parent.mkdir(exist_ok=True)
    shop.journal.write_text(entry.model_dump_json() + "\n", encoding="utf-8")
    recovered = shop.recover()
    assert (recovered.returncode, shop.journal.exists()) == (0, False), recovered.stderr
    assert "every machine runs the image from before" in recovered.stdout


def test_recover_leaves_alone_what_is_under_way(shop: Shop) -> None:
    lock = shop.journal.with_name(f".{NAME}.lock")
    lock.parent.mkdir(exist_ok=True)
    with TargetLock(lock) as held:
        assert held.taken(True)
        told = shop.command("recover")
    assert "is at work on sandbox-live; what it has begun is its own to undo" in told.stdout
