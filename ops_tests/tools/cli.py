"""``python -m ops_tests``: the commands and how their errors are told."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from ops_tests import __version__
from ops_tests.errors import ActionFailed, NotPermitted, OpsError, UsageProblem
from ops_tests.target import read_environ
from ops_tests.tools import cli_letters, cli_looking, cli_platform, cli_schedule


class _Commands(click.Group):
    """The commands. What was mistyped is status 4, as everywhere: 2 is what ``alerting-check`` says of the log."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if sum(one == "--target" or one.startswith("--target=") for one in args) > 1:
            raise UsageProblem("a command looks at one target; type it once for each --target")
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            error.show()
            ctx.exit(4)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ops-tests")
def cli() -> None:
    """The runbook that runs. The suites themselves are run by pytest: pytest -m daily --target NAME."""


@cli.command()
@click.option("--write", "directory", type=click.Path(path_type=Path, file_okay=False), required=True, metavar="DIR",
              help="Write DIR/target.toml and DIR/env (secrets and paths as export lines).")  # fmt: skip
@click.option("--fault", "faults", multiple=True, metavar="NAME", help="Plant a fault; repeatable.")
@click.option("--target", "system", default="sandbox", metavar="NAME", show_default=True,
              help="Which embedded system: sandbox or sandbox-evolution-hub.")  # fmt: skip
def sandbox(directory: Path, faults: tuple[str, ...], system: str) -> None:
    """Keep the sandbox up as a live system for a second terminal, until Ctrl-C."""
    from ops_tests.tools.keep_up import keep_up

    keep_up(directory, faults, system)


@cli.command()
@click.argument("url")
@click.option(
    "--from-live", "live", is_flag=True, help="Look at the application, at fly and at DATABASE_URL; only read."
)
@click.option("--name", default="", metavar="NAME", help="How reports call it; by default the host's first word.")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="By default NAME.toml, never overwritten; folders are made.",
)
@click.option("--authority", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE",
              help="A PEM file with the private authority that signs for it.")  # fmt: skip
def init(url: str, live: bool, name: str, output: Path | None, authority: Path | None) -> None:
    """Write a target file for the application at URL."""
    from ops_tests.tools.target_draft import write

    for line in write(url, name, output, authority, live=live, environ=read_environ(Path.cwd())):
        click.echo(line)


@cli.command()
@click.option(
    "--target", default="", metavar="NAME", help="Only this target; sandbox is the embedded one's own history."
)
@click.option("--suite", default="", metavar="NAME", help="Only this suite.")
@click.option("--check", default="", metavar="ID", help="What one check of the target came to, run by run.")
@click.option("--drills", is_flag=True, help="What the newest drills measured, a figure a line.")
@click.option("--last", default=20, show_default=True, metavar="N", type=click.IntRange(1, 10_000), help="How many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document a line.")
def history(target: str, suite: str, check: str, drills: bool, last: int, as_json: bool) -> None:
    """List the newest runs, with --check what a check came to in them, or with --drills what drills measured."""
    from ops_tests.tools import past_runs

    for line in past_runs.lines(Path.cwd(), past_runs.Wanted(target, suite, check, drills, last, as_json)):
        click.echo(line)


@cli.command()
def schema() -> None:
    """Print the JSON Schema of the run record, which every reports/*.json follows."""
    from ops_tests.records.run_schema import schema_text

    click.echo(schema_text(), nl=False)


@cli.command()
@click.option(
    "--target", metavar="NAME|PATH", help="The target; else as for pytest, and the sandbox when nothing names one."
)
def dashboard(target: str | None) -> None:
    """Show the state of a target at a glance: a smoke run now, and the newest look at what smoke leaves out."""
    from ops_tests.tools.dashboard import show

    sys.exit(show(target))


@cli.command()
def faults() -> None:
    """List the faults of the sandbox and what each turns."""
    from ops_tests.tools.fault_list import fault_list

    for line in fault_list():
        click.echo(line)


@cli.group(invoke_without_command=True)
@click.option("--target", "name", metavar="NAME|PATH", help="The target; else OPS_TARGET.")
@click.pass_context
def alerts(context: click.Context, name: str | None) -> None:
    """List what fires and what waits to be delivered."""
    from ops_tests.tools.alerts import listing, named

    context.obj = name
    if context.invoked_subcommand is None:
        for line in listing(named(name, Path.cwd()), Path.cwd()):
            click.echo(line)


@alerts.command("test")
@click.option("--target", "name", metavar="NAME|PATH", help="The target; else OPS_TARGET.")
@click.pass_obj
def alerts_test(above: str | None, name: str | None) -> None:
    """Send one test message by every route and say what came of each; status 1 when one failed."""
    from ops_tests.tools.alerts import named, tests

    came = list(tests(named(name or above, Path.cwd())))
    for route, said in came:
        click.echo(f"{route}: {f'not delivered: {said}' if said else 'delivered'}")
    sys.exit(1 if any(said for _, said in came) else 0)


@alerts.command("ack")
@click.argument("check")
@click.option("--target", "name", metavar="NAME|PATH", help="The target; else OPS_TARGET.")
@click.pass_obj
def alerts_ack(above: str | None, check: str, name: str | None) -> None:
    """Take over what fires for CHECK: no reminder and no escalation until it gets worse or ends."""
    from ops_tests.tools.alerts import acknowledge, named

    if not acknowledge(named(name or above, Path.cwd()), check, Path.cwd()):
        raise UsageProblem(f"nothing fires for {check!r}; python -m ops_tests alerts lists what does")
    click.echo(f"acknowledged: {check}")


for _command in (*cli_looking.COMMANDS, *cli_platform.COMMANDS, *cli_letters.COMMANDS, *cli_schedule.COMMANDS):
    cli.add_command(_command)


def main() -> None:
    """Run a command; an error is its sentence and a status, never a traceback."""
    try:
        cli()
    except (UsageProblem, NotPermitted) as error:
        click.echo(str(error), err=True)
        sys.exit(4)
    except ActionFailed as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except OpsError as error:
        click.echo(str(error), err=True)
        sys.exit(3)
