"""The command that prints schedules."""

from __future__ import annotations

from pathlib import Path

import click

FORMATS = ("crontab", "systemd", "github", "kubernetes")


@click.command()
@click.option("--target", "name", metavar="NAME|PATH", help="The target; else OPS_TARGET.")
@click.option("--format", "style", type=click.Choice(FORMATS), required=True, help="Who runs it.")
def schedule(name: str | None, style: str) -> None:
    """Print what runs when for a target, to be copied: suites, clean-ups, and a line for deployments."""
    from ops_tests.tools.named_target import lasting_target
    from ops_tests.tools.schedule import schedule as lines

    click.echo(lines(lasting_target(name, Path.cwd()), style, Path.cwd()), nl=False)


COMMANDS = (schedule,)
