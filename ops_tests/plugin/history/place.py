"""Where the history is: a file beside the reports, or the PostgreSQL that ``OPS_HISTORY_URL`` names.

The embedded sandbox always has a file of its own: what it tells must never be counted as a live target's uptime.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from ops_tests.errors import HistoryUnavailable
from ops_tests.target import Secret, read_environ

VARIABLE = "OPS_HISTORY_URL"


@dataclass(frozen=True)
class Place:
    """One history: a file, or a PostgreSQL by its URL."""

    file: Path
    url: str = field(default="", repr=False)

    def __str__(self) -> str:
        if not self.url:
            return str(self.file)
        parts = urlsplit(self.url)
        return f"{VARIABLE} ({parts.hostname or 'localhost'}:{parts.port or 5432}{parts.path})"

    def without_password(self, text: str) -> str:
        """The text without the password and the URL that bears it."""
        password = urlsplit(self.url).password or ""
        clean = text.replace(self.url, VARIABLE)
        return clean.replace(password, f"[{VARIABLE} redacted]") if password else clean


def place_of(folder: Path, *, sandbox: bool = False) -> Place:
    """Where the history of live targets, or of the sandbox, is.

    Args:
        folder: The project's folder, which holds ``reports/`` and perhaps ``.env``.
        sandbox: Whether the embedded sandbox's is meant.

    Raises:
        HistoryUnavailable: ``OPS_HISTORY_URL`` is no URL of a PostgreSQL.
    """
    if sandbox:
        return Place(folder / "reports" / "history-sandbox.sqlite")
    secret = history_url(folder)
    return Place(folder / "reports" / "history.sqlite", _checked(secret.reveal()) if secret else "")


def history_url(folder: Path) -> Secret | None:
    """The URL of the shared history, which may bear a password, or None."""
    url = read_environ(folder).get(VARIABLE, "").strip()
    return Secret(VARIABLE, url) if url else None


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        sound = parts.scheme in {"postgresql", "postgres"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        sound = False
    if not sound:
        raise HistoryUnavailable(f"{VARIABLE} is no URL like postgresql://user:password@host:5432/database; correct it")
    return url
