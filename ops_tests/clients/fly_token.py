"""How a token of Fly.io stands in a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ops_tests.target import Secret


def authorization(token: Secret) -> str:
    """Macaroons go under ``FlyV1``, the older tokens under ``Bearer``; a value may bring its scheme along."""
    value = token.reveal().strip()
    if value.lower().startswith(("flyv1 ", "bearer ")):
        return value
    return f"FlyV1 {value}" if value.startswith("fm") else f"Bearer {value}"
