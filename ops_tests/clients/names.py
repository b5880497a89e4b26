"""Looking up the names of hosts, which the system does, at its own pace."""

from __future__ import annotations

LOOKUP_SECONDS = 10.0
"""What a lookup takes at most by default: two tries of 5 s (resolv.conf(5)). Nothing here ends it."""
