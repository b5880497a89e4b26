"""The ``fly`` command: one method a command, under the command's own name, and one private door to the process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from ops_tests.clients import command, command_guard, fly_backups, fly_errors, fly_json
from ops_tests.clients.remarks import Remark, unheard
from ops_tests.clients.repeating import at_their_pace
from ops_tests.clients.scratch import scratch
from ops_tests.errors import CommandTimedOut
from ops_tests.records.logs import LogWindow

if TYPE_CHECKING:
    from ops_tests.records.backups import Backup, Cluster, Volume
    from ops_tests.records.platform import Machine, Release, SecretName
    from ops_tests.target import Secret

READ_SECONDS = 30.0
LOGS_SECONDS = 20.0
"""``fly logs --no-tail`` never returns when there are no lines: after this time there are none."""

_TRAPS = (
    "FLY_ACCESS_TOKEN",
    "FLY_API_TOKEN",
    "FLY_REGION",
    "FLY_APP",
    "FLY_ORG",
    "FLY_ORGANIZATION",
    "FLY_JSON",
    "FLY_VERBOSE",
    "FLY_LOCAL_ONLY",
    "FLY_LOG_GQL_ERRORS",
    "FLY_GHA_ERROR_ANNOTATION",
    "FLY_EMIT_RELEASE_JSON",
    "FLY_FORCE_TRACE",
    "FLYCTL_OUTPUT_HAR",
    "LOG_LEVEL",
    "CLICOLOR_FORCE",
)
"""Variables that choose another app, token or region than we ask for, or put other text between the JSON."""
_QUIET = {
    "FLY_NO_UPDATE_CHECK": "1",
    "FLY_NO_INCIDENTS_CHECK": "1",
    "FLY_SEND_METRICS": "0",
    "FLY_SYNTHETICS_AGENT": "0",
    "NO_COLOR": "1",
}


def worst_seconds(seconds: float = READ_SECONDS) -> float:
    """The longest a read takes: its time, repetitions included, and what a command is given to end itself."""
    return seconds + command_guard.GRACE_SECONDS


class Fly:
    """Reads one app on Fly.io.

    Args:
        app: The app's name.
        environ: The environment in which ``fly`` is looked up and runs, cleaned of what would mislead it.
        token: A token that may read the app; None for the login of the engineer's own ``~/.fly``.
        remark: Told when a read was repeated.
    """

    def __init__(self, app: str, environ: Mapping[str, str], token: Secret | None, remark: Remark = unheard) -> None:
        self._app = app
        self._environ = environ
        self._token = token
        self._remark = remark

    def version(self) -> str:
        """``fly version``: the version, like ``0.4.87``.

        Raises:
            Blind: fly is missing, failed, or printed something else.
        """
        return fly_json.version(self._read("version"))

    def machine_list(self) -> tuple[Machine, ...]:
        """``fly machine list``: every machine, also destroyed ones that are still listed and the release command's.

        Raises:
            Blind: As every method: missing, not authorised, app not found, rate limited, unreachable, unreadable.
        """
        return fly_json.machines(self._read("machine", "list", "-a", self._app))

    def releases(self) -> tuple[Release, ...]:
        """``fly releases``: the last 25, newest first.

        Raises:
            Blind: As ``machine_list``.
        """
        return fly_json.releases(self._read("releases", "-a", self._app))

    def secrets_list(self) -> tuple[SecretName, ...]:
        """``fly secrets list``: names and, since flyctl 0.4.6, whether each is deployed.

        Raises:
            Blind: As ``machine_list``.
        """
        return fly_json.secret_names(self._read("secrets", "list", "-a", self._app))

    def volumes_list(self) -> tuple[Volume, ...]:
        """``fly volumes list``: the app's volumes, without those that are being destroyed.

        Raises:
            Blind: As ``machine_list``.
        """
        return fly_backups.volumes(self._read("volumes", "list", "-a", self._app))

    def volumes_snapshots_list(self, volume: str) -> tuple[Backup, ...]:
        """``fly volumes snapshots list``: a volume's snapshots.

        Raises:
            Blind: As ``machine_list``.
        """
        return fly_backups.snapshots(self._read("volumes", "snapshots", "list", volume, "-a", self._app))

    def mpg_list(self, organisation: str) -> tuple[Cluster, ...]:
        """``fly mpg list``: an organisation's clusters of Managed Postgres.

        Raises:
            Blind: As ``machine_list``; the older kind of token is refused too.
        """
        return fly_backups.clusters(self._read("mpg", "list", "-o", organisation))

    def mpg_backup_list(self, cluster: str) -> tuple[Backup, ...]:
        """``fly mpg backup list --all``: a cluster's backups; without ``--all`` only those of the last 24 hours.

        Raises:
            Blind: As ``mpg_list``.
        """
        return fly_backups.cluster_backups(self._read("mpg", "backup", "list", cluster, "--all"))

    def machine_exec(self, machine: str, command: str, seconds: int) -> str:
        """``fly machine exec``: what fly printed of a command run in a machine, JSON with code and output.

        Raises:
            Blind: As ``machine_list``. The command's own failure is none: fly exits 0 all the same.
        """
        return self._read("machine", "exec", "-a", self._app, "--timeout", str(seconds), machine, command)

    def logs(self, since: datetime) -> LogWindow:
        """``fly logs --no-tail``: one page, at most the 100 newest lines of the last 24 hours.

        The window is complete when the page reaches back to ``since``. An empty page never returns (flyctl asks on and
        on), so that silence until the time is over is no lines, and not complete: it may also be an API in trouble.

        Raises:
            Blind: As ``machine_list``.
        """
        try:
            lines = fly_json.log_lines(self._read("logs", "--no-tail", "-a", self._app, seconds=LOGS_SECONDS))
        except CommandTimedOut as error:
            if error.stdout.strip() or error.stderr.strip():
                raise
            lines = ()
        ordered = sorted(dict.fromkeys(lines), key=lambda line: line.timestamp)
        complete = bool(ordered) and ordered[0].timestamp <= since
        kept = tuple(line for line in ordered if line.timestamp >= since)
        return LogWindow(since, datetime.now(UTC), kept, complete, "fly logs")

    def _read(self, *words: str, seconds: float = READ_SECONDS) -> str:
        what = " ".join(["fly", *takewhile(lambda word: not word.startswith("-"), words)])
        return at_their_pace(lambda left: self._printed(words, left), what, self._remark, seconds)

    def _printed(self, words: tuple[str, ...], seconds: float) -> str:
        """What one call printed."""
        result = call((*words, "--json"), self._environ, self._token, seconds)
        if result.code:
            raise fly_errors.failure(result, self._app, self._token.variable if self._token else "")
        return result.stdout


def call(
    words: Sequence[str], environ: Mapping[str, str], token: Secret | None, seconds: float
) -> command.CommandResult:
    """One call of fly, in an empty folder, since a fly.toml that lies about would be read.

    Args:
        words: What stands behind ``fly``.
        environ: The environment in which it is looked up and runs, cleaned of what would mislead it.
        token: The token it is given; None for the login of the engineer's own ``~/.fly``.
        seconds: After this time it is ended.

    Raises:
        InstrumentMissing: fly is not on PATH.
        CommandTimedOut: It did not end in time.
    """
    with scratch() as folder:
        empty = folder / "empty"
        empty.mkdir()
        own = {"FLY_CONFIG_DIR": str(Path(folder, "fly"))} if token else {}
        return command.run(
            ["fly", *words], environ=clean_environment(environ, token) | own, timeout_seconds=seconds, cwd=empty
        )


def clean_environment(environ: Mapping[str, str], token: Secret | None) -> dict[str, str]:
    """The environment for a call of fly: without what would mislead it, with the token if there is one."""
    clean = {name: value for name, value in environ.items() if name not in _TRAPS} | _QUIET
    return clean | {"FLY_API_TOKEN": token.reveal().strip()} if token else clean
