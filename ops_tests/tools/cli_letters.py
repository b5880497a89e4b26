"""The commands about dead letters and retention."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ops_tests.errors import UsageProblem
from ops_tests.tools.acting import Asked, acting

if TYPE_CHECKING:
    from ops_tests.acts.replay import Step
    from ops_tests.tools.retention import Rows

TARGET = click.option("--target", "name", metavar="NAME|PATH", help="The target; else OPS_TARGET.")


@click.group("dead-letters")
def dead_letters() -> None:
    """List dead letters, look at one, replay them, and delete those that were replayed."""


@dead_letters.command("list")
@TARGET
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def list_(name: str | None, as_json: bool) -> None:
    """List the dead letters that wait, oldest first, without shops and payloads."""
    from ops_tests.tools import dead_letters
    from ops_tests.tools.named_target import lasting_target

    for line in dead_letters.listing(lasting_target(name, Path.cwd()), as_json=as_json):
        click.echo(line)


@dead_letters.command()
@click.argument("letter_id", metavar="ID")
@TARGET
@click.option("--reveal", is_flag=True, help="Show shop and payload too: personal data; needs --permit.")
@click.option("--permit", "permits", multiple=True, metavar="NAME", help="The target's name once more, for --reveal.")
def show(letter_id: str, name: str | None, reveal: bool, permits: tuple[str, ...]) -> None:
    """Show what became of one dead letter."""
    from ops_tests.tools import dead_letters
    from ops_tests.tools.named_target import lasting_target

    target = lasting_target(name, Path.cwd())
    lines = dead_letters.story(target, letter_id)
    secret = dead_letters.revealed(target, letter_id, permits) if reveal else []
    for line in lines:
        click.echo(line)
    if reveal:
        click.echo(dead_letters.PERSONAL, err=True)
    for line in secret or [f"payload     not shown; --reveal --permit {target.name} shows it, and the shop"]:
        click.echo(line)


@dead_letters.command()
@click.argument("letter_id", metavar="[ID]", required=False)
@click.option("--all", "all_", is_flag=True, help="All that wait, but for those that may destroy something.")
@click.option("--destructive", is_flag=True, help="With ID: also when it may destroy what the shop has now.")
@acting
def replay(asked: Asked, letter_id: str | None, all_: bool, destructive: bool) -> None:
    """Send the dead letter ID, or all, to the application again, and mark each whose effect is seen."""
    from ops_tests.acts import letter_box
    from ops_tests.acts import replay as replaying

    if all_ == bool(letter_id):
        raise UsageProblem("expected either the ID of one dead letter or --all; dead-letters list shows the ids")
    if all_ and destructive:
        raise UsageProblem("--destructive is for one letter; name it by its ID instead of --all")
    with letter_box.opened(asked.target) as box:
        steps = replaying.steps(box, letter_id, destructive=destructive)
        if not asked.yes:
            for step in steps:
                click.echo(step.said(box.max_retries))
            _say_of_dangerous(steps)
            click.echo(asked.not_done if steps else f"no dead letter waits on {asked.target.name}")
            return
        outcomes = []
        with asked.permit() as permit:
            for outcome in replaying.Replay(permit, box, destructive=destructive).all(steps):
                outcomes.append(outcome)
                click.echo(f"{outcome.id}  {outcome.word}: {outcome.sentence}", err=outcome.word != "replayed")
    _say_of_dangerous(steps)
    replayed = sum(one.word == "replayed" for one in outcomes)
    click.echo(f"{replayed} of {len(outcomes)} replayed on {asked.target.name}")
    sys.exit(replaying.status(outcomes, singly=not all_))


def _say_of_dangerous(steps: list[Step]) -> None:
    from ops_tests.acts.replay import SINGLY

    if any(step.dangerous for step in steps):
        click.echo(SINGLY, err=True)


@dead_letters.command()
@click.option("--days", type=int, metavar="N", help="Replayed so long ago; by default retention.days of the target.")
@acting
def cleanup(asked: Asked, days: int | None) -> None:
    """Delete dead letters that were replayed N days ago or earlier; those that wait stay."""
    from ops_tests.tools.retention import REPLAYED

    _delete(asked, REPLAYED, days)


@click.command()
@click.option("--days", type=int, required=True, metavar="N", help="Older than so many days; 7 or more.")
@acting
def retention(asked: Asked, days: int) -> None:
    """Delete recorded webhook deliveries that are older than N days."""
    from ops_tests.tools.retention import EVENTS

    _delete(asked, EVENTS, days)


def _delete(asked: Asked, rows: Rows, days: int | None) -> None:
    from ops_tests.acts import letter_box
    from ops_tests.tools import retention as old

    kept = old.days_asked(days, asked.target)
    with letter_box.opened(asked.target) as box:
        letter_box.operators_dsn(asked.target, box.part)
        age = rows.count(box.database, kept)
        click.echo(old.counted(rows, age, kept))
        if not asked.yes:
            click.echo(asked.not_done)
            return
        watched = click.progressbar(length=age.expired, label="deleting", show_pos=True, file=sys.stderr)
        with asked.permit() as permit, watched as bar:
            for batch in old.batches(rows, box.table(permit), age, kept):
                bar.update(batch)
    click.echo(f"deleted {bar.pos} {rows.name} on {asked.target.name}")


COMMANDS = (dead_letters, retention)
