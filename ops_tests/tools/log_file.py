"""``logs --file``: the errors of a saved log, shown as those of a log that is followed."""

from __future__ import annotations

from io import BufferedReader
from typing import TYPE_CHECKING

import click

from ops_tests.clients.fly_log_file import form_of
from ops_tests.rules.log_scan import Scan
from ops_tests.tools.log_watch import Watch

if TYPE_CHECKING:
    from ops_tests.rules.log_following import Filter
    from ops_tests.target import Target


def show_errors(target: Target, file: BufferedReader, wanted: Filter, *, as_json: bool) -> None:
    """Show the errors, then say how much of what time was read.

    Raises:
        Unparsable: The file is no log of ``fly logs``, or one of its records is damaged.
    """
    scan = Scan(file, form_of(file.peek(1)))
    watched = Watch(target, wanted, as_json)
    for entry in scan.errors():
        watched.see(entry)
    stretch = f"{scan.oldest:%Y-%m-%d %H:%M:%SZ} to {scan.newest:%Y-%m-%d %H:%M:%SZ}"
    click.echo(f"{scan.size} bytes, {stretch}: {watched.matched} of {watched.entries} errors shown", err=True)
