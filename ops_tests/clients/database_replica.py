"""Is the server a replica? Its rows may be behind, so that what is absent there proves nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ops_tests.errors import NotCovered, Unparsable

if TYPE_CHECKING:
    from ops_tests.clients.database_dsn import Dsn

# The CASE keeps the primary from being asked for a replica's time, which some providers answer with an error.
STANDING = (
    "pg_is_in_recovery(), CASE WHEN pg_is_in_recovery() "
    "THEN extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8 END"
)
"""Two columns: whether the server is in recovery, and the age in seconds of the newest transaction it has replayed."""


def described(row: Sequence[Any] | None) -> str:
    """What the columns of ``STANDING`` say: "" for a primary, else the replica in words, with its lag where known.

    Raises:
        Unparsable: They do not say which of the two it is.
    """
    recovering, age = (row or ())[-2:] if row and len(row) >= 2 else (None, None)
    if recovering is False:
        return ""
    if recovering is not True:
        raise Unparsable(
            f"the server answered pg_is_in_recovery() with a {type(recovering).__name__}; expected true or false. "
            "Ask it with psql: SELECT pg_is_in_recovery()"
        )
    if not isinstance(age, float):
        return "a replica (its lag is unknown)"
    return f"a replica (the newest transaction it has replayed is {max(age, 0):.0f} s old)"


def refusal(dsn: Dsn, replica: str, variable: str) -> NotCovered:
    """The sentence for a read that only the primary can answer."""
    return NotCovered(
        f"{dsn.server} is {replica}, and its rows may be behind; expected the primary. Next: put the primary's host "
        f"into {variable}; there psql \"${variable}\" -c 'SELECT pg_is_in_recovery()' says f"
    )
