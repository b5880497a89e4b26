"""What the application's repository says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Tag:
    """A version's tag: its name, like ``v1.3.0``, and the whole id of the commit it stands at."""

    name: str
    commit: str


@dataclass(frozen=True)
class Changelog:
    """The changelog's text.

    Attributes:
        path: Its path in the repository.
        tag: The newest version's tag.
        at_tag: The text as it was tagged; "" where it was not there.
        at_head: The text as it is checked out; "" where it is not there.
    """

    path: str
    tag: str
    at_tag: str
    at_head: str


@dataclass(frozen=True)
class FileChange:
    """The last commit that changed a file.

    Attributes:
        path: Its path in the repository.
        commit: The commit's id.
        changed_at: When it was committed, UTC.
    """

    path: str
    commit: str
    changed_at: datetime
