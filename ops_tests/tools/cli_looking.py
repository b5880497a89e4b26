"""The commands that only look: what is wrong now, what the log says, what the history tells. None needs a permit."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from io import BufferedReader
from pathlib import Path
from typing import Any

import click


def _target(command: Callable[..., None]) -> Any:
    return click.option("--target", "name", metavar="NAME|PATH", help="The target; else OPS_TARGET.")(command)


@click.command("alerting-check")
@_target
def alerting_check(name: str | None) -> None:
    """Say whether health and the recent log are well; for whatever pages by an exit status.

    \b
    0  both are well
    1  health failed, whatever the log says
    2  the log shows errors
    3  health or log could not be looked at, and nothing that could be is wrong
    4  what was typed, or the target file, cannot be used
    """  # noqa: D301  # \b is click's
    from ops_tests.tools.alerting_check import look

    status, lines = look(name, Path.cwd())
    for line in lines:
        click.echo(line)
    sys.exit(status)


@click.command()
@_target
@click.option("--for", "span", default="30s", show_default=True, metavar="TIME", help="How long: 30s, 5m, 1h.")
@click.option("--topic", default="", metavar="TOPIC", help="Only topics that begin so: APP/UNINSTALLED, customers/.")
@click.option("--grep", "text", default="", metavar="TEXT", help="Only entries with this text, in capitals or not.")
@click.option("--errors", is_flag=True, help="Only what the checks call an error.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document a line.")
@click.option(
    "--file", type=click.File("rb"), metavar="FILE", help="The errors of what fly logs printed into FILE (-)."
)
def logs(
    name: str | None, span: str, topic: str, text: str, errors: bool, as_json: bool, file: BufferedReader | None
) -> None:
    """Show new log entries for some time, personal data cut, then say what time they covered."""
    from ops_tests.rules.log_following import Filter
    from ops_tests.tools.log_file import show_errors
    from ops_tests.tools.log_watch import seconds_of, watch
    from ops_tests.tools.named_target import lasting_target

    seconds, wanted = seconds_of(span), Filter(topic, text, errors)
    target = lasting_target(name, Path.cwd())
    if file is None:
        watch(target, seconds, wanted, as_json=as_json)
    else:
        show_errors(target, file, wanted, as_json=as_json)


@click.command()
@_target
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of the page.")
def diagnose(name: str | None, as_json: bool) -> None:
    """Ask every instrument at once and print one page: likely cause, next command, evidence; within 30 s."""
    from ops_tests.tools.diagnose import diagnose as page

    sys.exit(page(name, Path.cwd(), as_json=as_json))


@click.command()
@click.argument("run")
@click.option("--target", default="", metavar="NAME", help="Which target, where the run looked at several.")
def postmortem(run: str, target: str) -> None:
    """Print a post-mortem's template in Markdown, filled with what the history knows of RUN.

    RUN is a run's id, the beginning of one, or the name of a report: 8c1f, 20260504T031209123456Z-daily, latest-smoke.
    """
    from ops_tests.tools.postmortem import postmortem as template

    click.echo(template(run, target, Path.cwd()), nl=False)


@click.command("status-page")
@_target
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Written whole; else it is printed.")
def status_page(name: str | None, output: Path | None) -> None:
    """Write a status page for the service's users: one HTML file from the history, nothing internal in it."""
    from ops_tests.tools.named_target import named_target
    from ops_tests.tools.status_page import put
    from ops_tests.tools.status_page import status_page as page

    text = page(named_target(name, Path.cwd()), Path.cwd())
    if output is None:
        click.echo(text, nl=False)
    else:
        put(text, output)
        click.echo(f"written: {output}")


@click.command("release-checklist")
@_target
@click.option("--release", default="", metavar="VERSION", help="42 or v42; else the newest that a run has seen.")
def release_checklist(name: str | None, release: str) -> None:
    """Print what to do and look at around a release, as a Markdown list ticked by what the history has seen."""
    from ops_tests.tools.named_target import named_target
    from ops_tests.tools.release_checklist import checklist

    target = named_target(name, Path.cwd())
    click.echo(checklist(target, shlex.quote(name or target.name), release, Path.cwd()), nl=False)


COMMANDS = (alerting_check, logs, diagnose, postmortem, status_page, release_checklist)
