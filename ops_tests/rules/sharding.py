"""Which part of many targets a machine checks: by a hash of the target's name, so that nobody has to keep a list."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True)
class Shard:
    """One of so many parts, counted from 1.

    Attributes:
        number: Which one.
        of: How many there are.
    """

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def holds(self, target: str) -> bool:
        """Whether a target of this name belongs here; that depends on no other target, no machine and no run."""
        return int.from_bytes(sha256(target.encode()).digest()) % self.of + 1 == self.number


def shard_of(text: str) -> Shard:
    """Read ``I/N``.

    Raises:
        ValueError: It is none; the message says what to write.
    """
    given = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text)
    if given is None:
        raise ValueError(f"--shard wants I/N, like 1/4 for the first of four parts, not {text!r}")
    number, of = int(given[1]), int(given[2])
    if not 1 <= number <= of:
        written = "$((JOB_COMPLETION_INDEX + 1))"
        why = f"it counts from 1, so Kubernetes' index, which counts from 0, is written {written}"
        raise ValueError(f"--shard {text} is no part of {of}: expected 1/{of or 'N'} to {of or 'N'}/{of or 'N'}; {why}")
    return Shard(number, of)
