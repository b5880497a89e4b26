"""What a provider says about its backups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

State = Literal["finished", "unfinished", "failed", "unknown"]


@dataclass(frozen=True)
class Backup:
    """One backup or snapshot.

    Attributes:
        id: The provider's id, or "" while it has none.
        state: What the provider's word for its state means; ``unknown`` for a word that no document explains.
        status: The word itself.
        taken_at: The moment it shows the data of (its beginning), UTC.
    """

    id: str
    state: State
    status: str
    taken_at: datetime


@dataclass(frozen=True)
class Volume:
    """A volume: its id, its name, its state, and the machine it is attached to (or "")."""

    id: str
    name: str
    state: str
    machine: str


@dataclass(frozen=True)
class Cluster:
    """A cluster of Managed Postgres: its id, its name, and the apps attached to it, or None where that is not said."""

    id: str
    name: str
    apps: tuple[str, ...] | None


@dataclass(frozen=True)
class Shelf:
    """Where backups of one thing lie, and what lies there.

    Attributes:
        name: The thing, in words: ``volume vol_x of timedify``, ``Managed Postgres cluster x``.
        backups: What lies there, in the provider's order.
    """

    name: str
    backups: tuple[Backup, ...]
