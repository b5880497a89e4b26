"""Judging whether the application can work for its shops while nobody is logged in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops_tests.errors import NotCovered

if TYPE_CHECKING:
    from ops_tests.records.database import InstalledShops


def without(shops: InstalledShops) -> int:
    """How many installed shops have no offline token.

    A shop counts as installed while it has a session: the application deletes them all when it is uninstalled.

    Raises:
        NotCovered: There is no session at all.
    """
    if not shops.count:
        raise NotCovered(
            '"Session" is empty; expected a session of each installed shop. Either no shop has installed the '
            "application, or every session was lost, or it keeps them elsewhere (a file in its image is lost at each "
            'deploy). Look at the installs in the partner dashboard, then at: SELECT count(*) FROM "Session"'
        )
    return shops.only_online
