"""Judging secrets by name and state, never by value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ops_tests.errors import NotCovered

if TYPE_CHECKING:
    from ops_tests.records.platform import SecretName
    from ops_tests.target_parts import SecretsPart


def undocumented(found: Iterable[SecretName], expected: SecretsPart) -> list[str]:
    """How the secrets found differ from the documented ones: missing and extra names, or another count."""
    names = {secret.name for secret in found}
    if expected.names is None:
        return [] if len(names) == expected.count else [f"{len(names)} secrets"]
    missing = [f"{name} is missing" for name in sorted(set(expected.names) - names)]
    return missing + [f"{name} is not documented" for name in sorted(names - set(expected.names))]


def documented(expected: SecretsPart) -> str:
    """What is documented, in words."""
    return (
        f"{expected.count} secrets"
        if expected.names is None
        else f"exactly the {len(expected.names)} documented secrets"
    )


def undeployed(secrets: Sequence[SecretName]) -> list[str]:
    """Secrets that are set but not deployed to all machines.

    Raises:
        NotCovered: The platform does not say. Fly calls every secret staged when it could not list the machines, so
            "all of them" is no statement either, and it leaves the state out beyond 100 machines.
    """
    if not secrets:
        raise NotCovered("fly lists no secret at all, so nothing shows what is deployed; look with: fly secrets list")
    silent = sorted(secret.name for secret in secrets if secret.status in {"", "Unknown"})
    if silent:
        raise NotCovered(f"fly does not say whether {', '.join(silent)} is deployed; look with: fly secrets list")
    found = [f"{secret.name} is {secret.status.lower()}" for secret in secrets if secret.status != "Deployed"]
    if len(found) == len(secrets) > 1:
        raise NotCovered(
            "fly says that every secret is staged, which it also says when it could not list the machines; "
            "look with: fly secrets list and fly machine list"
        )
    return found
