"""The ``wrangler`` command: one method a command, under the command's own name, and one private door to the process.

Each call runs in a folder with an empty configuration and with the Worker's whole name: a configuration that lies
about, there or in any folder above, would choose another account, and an environment another Worker. Only commands that
write nothing are here: ``d1 migrations list`` makes a table, and ``rollback`` without a terminal asks nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from ops_tests.clients import command, command_guard, wrangler_errors, wrangler_json
from ops_tests.clients.remarks import Remark, unheard
from ops_tests.clients.repeating import at_their_pace
from ops_tests.clients.scratch import scratch

if TYPE_CHECKING:
    from ops_tests.errors import Blind
    from ops_tests.records.platform import SecretName
    from ops_tests.records.workers import D1Answer, D1Bookmark
    from ops_tests.target import Secret

READ_SECONDS = 30.0
"""Node takes 1.0 to 1.5 s of it to start."""

_TRAPS = (
    "CLOUDFLARE_ENV",
    "CLOUDFLARE_API_TOKEN",
    "CLOUDFLARE_API_KEY",
    "CLOUDFLARE_EMAIL",
    "WRANGLER_OUTPUT_FILE_PATH",
    "WRANGLER_OUTPUT_FILE_DIRECTORY",
    "WRANGLER_LOG",
    "WRANGLER_CF_AUTHORIZATION_TOKEN",
    "FORCE_COLOR",
    "CLICOLOR_FORCE",
)
"""Variables that choose another Worker or token than we ask for, or put other text between the JSON."""
_QUIET = {
    "CI": "1",
    "NO_COLOR": "1",
    "WRANGLER_HIDE_BANNER": "true",
    "WRANGLER_SEND_METRICS": "false",
    "WRANGLER_SEND_ERROR_REPORTS": "false",
}


def worst_seconds() -> float:
    """The longest a read takes: its time, repetitions included, and what a command is given to end itself."""
    return READ_SECONDS + command_guard.GRACE_SECONDS


class Wrangler:
    """Reads one Worker on Cloudflare.

    Args:
        worker: The Worker's whole name, environment included.
        environ: The environment in which ``wrangler`` is looked up and runs, cleaned of what would mislead it.
        token: A token that may read the Worker; None for the engineer's own login.
        account: The account's id; None where the token sees one alone.
        remark: Told when a read was repeated.
    """

    def __init__(
        self,
        worker: str,
        environ: Mapping[str, str],
        token: Secret | None,
        account: str | None = None,
        remark: Remark = unheard,
    ) -> None:
        self._worker = worker
        self._environ = environ
        self._token = token
        self._account = account
        self._remark = remark

    def deployments_list(self) -> tuple[wrangler_json.Deployment, ...]:
        """``wrangler deployments list``: the last ten, newest first.

        Raises:
            Blind: As every method: missing, not authorised, Worker not found, rate limited, unreachable, unreadable.
        """
        return wrangler_json.deployments(self._read("deployments", "list", "--name", self._worker, "--json"))

    def versions_list(self) -> dict[str, int]:
        """``wrangler versions list``: the numbers of the last ten versions, by id.

        Raises:
            Blind: As ``deployments_list``.
        """
        return wrangler_json.version_numbers(self._read("versions", "list", "--name", self._worker, "--json"))

    def secret_list(self) -> tuple[SecretName, ...]:
        """``wrangler secret list``: the names.

        Raises:
            Blind: As ``deployments_list``.
        """
        return wrangler_json.secret_names(self._read("secret", "list", "--name", self._worker, "--format", "json"))

    def d1_execute(self, database: str, sql: str) -> D1Answer:
        """``wrangler d1 execute --remote``: one statement that gives one value.

        Without ``--remote`` it would ask an empty database on this machine.

        Raises:
            Blind: As ``deployments_list``; what D1 itself refuses is told in the answer.
        """
        words = ("d1", "execute", database, "--remote", "--json", "--command", sql)
        return wrangler_json.d1_answer(self._read(*words, refusal=True), database)

    def d1_time_travel_info(self, database: str) -> D1Bookmark:
        """``wrangler d1 time-travel info``: the bookmark of now.

        Raises:
            Blind: As ``d1_execute``.
        """
        return wrangler_json.d1_bookmark(
            self._read("d1", "time-travel", "info", database, "--json", refusal=True), database
        )

    @contextmanager
    def tail(self) -> Iterator[command.Held]:
        """``wrangler tail --format json``: runs, and tells of each invocation, until it is left.

        Raises:
            InstrumentMissing: wrangler is not on PATH.
        """
        with scratch() as folder:
            words = ["wrangler", "tail", self._worker, "--format", "json"]
            held = command.Held(words, environ=self._clean(folder), cwd=_empty(folder))
            try:
                yield held
            finally:
                held.end()

    def failure(self, result: command.CommandResult) -> Blind:
        """Why a call failed, in one sentence."""
        return wrangler_errors.failure(result, self._worker, self._token.variable if self._token else "")

    def _read(self, *words: str, refusal: bool = False) -> str:
        what = " ".join(["wrangler", *takewhile(lambda word: not word.startswith("-"), words)])
        return at_their_pace(lambda left: self._printed(words, left, refusal), what, self._remark, READ_SECONDS)

    def _printed(self, words: tuple[str, ...], seconds: float, refusal: bool) -> str:
        """What one call printed; with ``refusal`` also of a call that failed, where D1 said why."""
        with scratch() as folder:
            result = command.run(
                ["wrangler", *words], environ=self._clean(folder), timeout_seconds=seconds, cwd=_empty(folder)
            )
        if result.code and not (refusal and wrangler_json.d1_refusal(result.stdout)):
            raise self.failure(result)
        return result.stdout

    def _clean(self, folder: Path) -> dict[str, str]:
        """The environment of a call: without what would mislead it, with the token and a home of its own if given."""
        clean = {name: value for name, value in self._environ.items() if name not in _TRAPS} | _QUIET
        clean |= {"WRANGLER_LOG_PATH": str(folder)}
        clean |= {"CLOUDFLARE_ACCOUNT_ID": self._account} if self._account else {}
        if not self._token:
            return clean
        return clean | {"CLOUDFLARE_API_TOKEN": self._token.reveal().strip(), "XDG_CONFIG_HOME": str(folder)}


def _empty(folder: Path) -> Path:
    """A folder with a configuration that says nothing: without one wrangler takes the next in the folders above.

    It looks for ``wrangler.json`` all the way up before it looks for one of its other names.
    """
    empty = folder / "empty"
    empty.mkdir(exist_ok=True)
    (empty / "wrangler.json").write_text("{}", encoding="utf-8")
    return empty
