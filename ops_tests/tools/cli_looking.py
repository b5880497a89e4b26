"""The commands that only look: what is wrong now, what the log says, what the history tells. None needs a permit."""

from __future__ import annotations

import sys
from collections.abc import Callable
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
def logs(name: str | None, span: str, topic: str, text: str, errors: bool, as_json: bool) -> None:
    """Show new log entries for some time, personal data cut, then say what time they covered."""
    from ops_tests.rules.log_following import Filter
    from ops_tests.tools.log_watch import seconds_of, watch
    from ops_tests.tools.named_target import lasting_target

    seconds = seconds_of(span)
    watch(lasting_target(name, Path.cwd()), seconds, Filter(topic, text, errors), as_json=as_json)


COMMANDS = (alerting_check, logs)
