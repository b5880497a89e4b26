"""Who asks about which app: token and app name, found where flyctl finds them, and its errors when they are wrong."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ops_tests.sandbox.fly.keeping import State

NO_TOKEN = "no access token available. Please login with 'flyctl auth login'"  # noqa: S105 - an error message
NO_APP = (
    "the config for your app is missing an app name, add an app field to the fly.toml file or specify with the -a flag"
)
REQUEST = "(Request ID: 01KQ9T4W2N7B5R8M3X6V0C1DZE-fra)"
BAD_TOKEN = "all tokens missing third-party discharge tokens; no verified tokens"  # noqa: S105 - an error message
APP_QUERY = ("failed to get app: failed to run query ($appName: String!) { appcompact:app(name: $appName) "
             "{ id name hostname deployed status appUrl } }: ")  # fmt: skip
USER_QUERY = "failed retrieving current user: failed to run query { viewer { ... on User { id email } } }: "
TRUE = frozenset({"1", "ok", "t", "true"})


class FlyError(Exception):
    """An error flyctl prints and ends with 1 for."""


def token(flags: dict[str, str]) -> str:
    """The access token without its scheme.

    Raises:
        FlyError: There is none. An empty FLY_ACCESS_TOKEN hides FLY_API_TOKEN: the first that is present wins.
    """
    found = (
        flags.get("access-token")
        or os.environ.get("FLY_ACCESS_TOKEN", os.environ.get("FLY_API_TOKEN"))
        or _filed_token()
    )
    for scheme in ("FlyV1 ", "Bearer "):
        found = found.removeprefix(scheme)
    if not found:
        raise FlyError(NO_TOKEN)
    return found


def _filed_token() -> str:
    folder = os.environ.get("FLY_CONFIG_DIR") or os.path.expanduser("~/.fly")  # noqa: PTH111 - pathlib is slow to import
    try:
        with open(f"{folder}/config.yml", encoding="utf-8") as file:  # noqa: PTH123 - pathlib is slow to import
            lines = [line.partition(":") for line in file]
    except OSError:
        return ""
    return next((value.strip() for key, _colon, value in lines if key == "access_token"), "")


def app(flags: dict[str, str]) -> str:
    """The app's name: ``-a``, FLY_APP, or the fly.toml of the current folder, which must be readable in any case.

    Raises:
        FlyError: No name anywhere, or a fly.toml that is not TOML.
    """
    path = flags.get("config") or "fly.toml"
    filed = _filed_app(path) if os.path.exists(path) else ""  # noqa: PTH110 - as above
    name = flags.get("app") or os.environ.get("FLY_APP") or filed
    if not name:
        raise FlyError(NO_APP)
    return name


def _filed_app(path: str) -> str:
    import tomllib

    try:
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib is slow to import
            return str(tomllib.load(file).get("app", ""))
    except tomllib.TOMLDecodeError as error:
        raise FlyError(f"failed loading app config from {os.path.abspath(path)}: {error}") from None  # noqa: PTH100 - as above


def admit(state: State, flags: dict[str, str], machines_api: str = "") -> str:
    """Check token and app and return the app's name.

    Args:
        state: What the stand-in knows.
        flags: The command's flags.
        machines_api: What the Machines API puts before its error; "" for a GraphQL command.

    Raises:
        FlyError: In the words of the API the command asks.
    """
    given, name = token(flags), app(flags)
    if given not in {state["token"], state["acting"]["token"]}:
        raise FlyError(f"{machines_api}: {BAD_TOKEN} {REQUEST}" if machines_api
                       else f"{APP_QUERY}You must be authenticated to view this.")  # fmt: skip
    if name != state["app"] and name not in state["others"]:
        raise FlyError(
            f"{machines_api}: app not found {REQUEST}" if machines_api else f'{APP_QUERY}Could not find App "{name}"'
        )
    return name


def wants_json(state: State, flags: dict[str, str]) -> bool:
    """Whether JSON was asked for, by flag or FLY_JSON."""
    asked = flags.get("json") == "true" or os.environ.get("FLY_JSON", "").lower() in TRUE
    return asked and not state["text_instead_of_json"]
