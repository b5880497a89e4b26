"""The parts of a target file that speak of Cloudflare."""

from typing import Annotated, Literal

from pydantic import Field

from ops_tests.target_parts import Part
from ops_tests.target_values import UrlPath, VariableName, matching

WATCH_SECONDS_AT_MOST = 60.0


class CloudflarePlatform(Part):
    """Cloudflare Workers as the platform.

    Attributes:
        kind: Always ``cloudflare``.
        worker: The Worker's whole name, environment included: ``evolution-hub-production``. Without ``--env`` wrangler
            would look at another Worker than the one that serves.
        staging: The whole name of the Worker that every change is deployed to first; None where there is none.
        account: The account's id; None where the token sees one account alone.
        token_env: The variable with a read-only token; without it wrangler uses the engineer's own login.
    """

    kind: Literal["cloudflare"]
    worker: Annotated[str, matching(r"[A-Za-z0-9][A-Za-z0-9_-]*", "a Worker's name, like shop-production")]
    staging: Annotated[str, matching(r"[A-Za-z0-9][A-Za-z0-9_-]*", "a Worker's name, like shop-staging")] | None = None
    account: (
        Annotated[str, matching(r"[0-9a-f]{32}", "an account's id: 32 digits and letters a-f, all small")] | None
    ) = None
    token_env: VariableName | None = None


class WatchPart(Part):
    """The live watch of a Worker's invocations.

    Attributes:
        seconds: How long it watches once it sees; the runbook's 15.
        path: Asked for by us meanwhile, since what sees not even that sees nothing.
    """

    seconds: float = Field(default=15, ge=1, le=WATCH_SECONDS_AT_MOST)
    path: UrlPath = "/api/health"


class D1Part(Part):
    """A D1 database of the Worker.

    Attributes:
        database: Its name in the account (``evolution-hub-main``), not the name of the binding.
    """

    database: str = Field(min_length=1)
