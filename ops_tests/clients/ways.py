"""How a target's database is reached: directly, or through one proxy for the whole run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops_tests.errors import Blind

if TYPE_CHECKING:
    from ops_tests.clients.database import Database
    from ops_tests.clients.fly_proxy import FlyProxy
    from ops_tests.clients.remarks import Remark
    from ops_tests.target import Target


def database_of(target: Target, proxies: dict[str, FlyProxy], remark: Remark) -> Database:
    """The read-only client of a target's database.

    Args:
        target: Whose database.
        proxies: Those that are open, by target; one that is opened joins them, for whoever ends them.
        remark: Told when something was repeated.

    Raises:
        NotAuthorised: A variable is not set.
        Blind: The target has no database.
    """
    from ops_tests.clients.database import Database

    part = target.database
    if part is None:
        raise Blind(f"{target.file} has no [database]; expected one. Add it with dsn_env")
    way = way_of(target)
    # Nothing is started by making one; the first to be put there is everybody's.
    return Database(target.secret(part.dsn_env), remark, way and proxies.setdefault(target.name, way))


def way_of(target: Target) -> FlyProxy | None:
    """What leads to a target's database, not started yet; None where it is reached directly.

    Raises:
        NotAuthorised: The token's variable is not set.
    """
    from ops_tests.clients.fly_proxy import FlyProxy

    part, platform = target.database, target.platform
    if part is None or part.via == "direct":
        return None
    variable = part.proxy_token_env or (platform and platform.token_env)
    token = target.secret(variable) if variable else None
    return FlyProxy(part.proxy_app or "", part.proxy_port, target.environment, token)
