"""The commands about the platform: ``releases`` looks; the others act."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from ops_tests.tools.acting import Asked, acting


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


@click.command()
@click.option("--target", "name", metavar="NAME|PATH", help="The target; else OPS_TARGET.")
@click.option("--last", default=5, show_default=True, metavar="N", type=click.IntRange(1, 25), help="How many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document a line.")
def releases(name: str | None, last: int, as_json: bool) -> None:
    """List the newest releases, newest first."""
    from ops_tests.tools.named_target import named_target
    from ops_tests.tools.rollback import releases as lines

    _say(lines(named_target(name, Path.cwd()), last, as_json=as_json))


@click.command()
@click.argument("machine", nargs=-1)
@acting
def restart(asked: Asked, machine: tuple[str, ...]) -> None:
    """Restart machines one by one, each healthy before the next; all that are started unless MACHINE names some."""
    from ops_tests.tools.machines import restart as lines

    _say(lines(asked, machine))


@click.command("scale-memory")
@click.argument("megabytes", metavar="MB")
@click.option("--down", is_flag=True, help="It may be less than there is.")
@acting
def scale_memory(asked: Asked, megabytes: str, down: bool) -> None:
    """Give every machine MB of memory, which restarts them one by one."""
    from ops_tests.tools.machines import scale_memory as lines

    _say(lines(asked, megabytes, down=down))


@click.command()
@click.option("--to", default="", metavar="VERSION", help="That release; else the newest before the image that runs.")
@acting
def rollback(asked: Asked, to: str) -> None:
    """Deploy the image of an earlier release again, unless the database was migrated since."""
    from ops_tests.tools.rollback import rollback as lines

    _say(lines(asked, to))


@click.command()
@acting
def recover(asked: Asked) -> None:
    """Undo what a drill left that was killed in the middle."""
    from ops_tests.tools.recover import recover as lines

    _say(lines(asked))


COMMANDS = (releases, restart, scale_memory, rollback, recover)
