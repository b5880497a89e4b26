"""Who asks about which Worker and which database: token, account, environment, and wrangler's errors about them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ops_tests.sandbox.state_file import State

MISSING = (
    "In a non-interactive environment, it's necessary to set a CLOUDFLARE_API_TOKEN environment variable for wrangler "
    "to work. Please go to https://developers.cloudflare.com/fundamentals/api/get-started/create-token/ for "
    "instructions on how to create an api token, and assign its value to CLOUDFLARE_API_TOKEN."
)
NO_NAME = (
    "You need to provide a name for your Worker. Either pass it as a cli arg with `--name <name>` or in your "
    'configuration file as `name = "<name>"`'
)
BAD_TOKEN = "Authentication error [code: 10000]"  # noqa: S105 - an error message
NO_WORKER = (
    "This Worker does not exist on your account. [code: 10007]\n\nIf you think this is a bug, please open an issue at: "
    "\x1b[4mhttps://github.com/cloudflare/workers-sdk/issues/new/choose\x1b[0m"
)
CHATTER = (
    "\n📎 It looks like you are authenticating Wrangler via a custom API token set in an environment variable.\n"
    "Please ensure it has the correct permissions for this operation.\n\nGetting User settings...\n"
)
Flags = dict[str, str]


class WranglerError(Exception):
    """An error wrangler prints and ends with 1 for.

    Attributes:
        notes: What stands below it.
        chatter: What it says on standard output before.
        then: Errors of what it tried next, each a text and its notes.
        code: Cloudflare's code, or 0.
    """

    def __init__(self, text: str, *notes: str, code: int = 0) -> None:
        super().__init__(text)
        self.notes, self.code = notes, code
        self.chatter: tuple[str, ...] = ()
        self.then: tuple[tuple[str, ...], ...] = ()


def failed(path: str, note: str, code: int) -> WranglerError:
    """What Cloudflare's API refused to do."""
    return WranglerError(f"A request to the Cloudflare API ({path}) failed.", note, code=code)


def signed_in(state: State) -> bool:
    """Whether there is a token, good or not."""
    return bool(os.environ.get("CLOUDFLARE_API_TOKEN")) and not state["logged_out"]


def admit(state: State, path: str, *, acts: bool = False) -> str:
    """Check token and account, and return the account.

    Args:
        state: What the stand-in knows.
        path: What is asked of the account, as the API calls it.
        acts: Whether something is to be changed, which the token that reads may not.

    Raises:
        WranglerError: In the words of wrangler, or of the API.
    """
    if not signed_in(state):
        raise WranglerError(MISSING)
    account = os.environ.get("CLOUDFLARE_ACCOUNT_ID") or str(state["account"])
    accepted = {state["acts_token"], *([] if acts else [state["token"]])} - {""}
    if os.environ["CLOUDFLARE_API_TOKEN"] not in accepted or account != state["account"]:
        error = failed(f"/accounts/{account}{path}", BAD_TOKEN, 10000)
        error.chatter = (CHATTER, CHATTER)
        error.then = (("A request to the Cloudflare API (/user/tokens/verify) failed.", BAD_TOKEN),)
        raise error
    return account


def worker(flags: Flags) -> str:
    """The Worker's name: a flag, a word, or that of the configuration's environment.

    Raises:
        WranglerError: No name anywhere, or an environment the configuration does not have.
    """
    filed = configuration(flags)
    name = flags.get("name") or flags.get("0") or str(filed.get("name", ""))
    if not name:
        raise WranglerError(NO_NAME)
    return name


def known_worker(state: State, name: str, path: str, *, acts: bool = False) -> State:
    """What is known of a Worker.

    Raises:
        WranglerError: Token or account are wrong, or there is no such Worker.
    """
    account = admit(state, f"/workers/scripts/{name}{path}", acts=acts)
    if name not in state["workers"]:
        raise failed(f"/accounts/{account}/workers/scripts/{name}{path}", NO_WORKER, 10007)
    found: State = state["workers"][name]
    return found


def configuration(flags: Flags) -> State:
    """The configuration as it is for the environment named; empty where there is none.

    Raises:
        WranglerError: It has no such environment.
    """
    file = flags.get("config") or "wrangler.toml"
    if not os.path.exists(file):  # noqa: PTH110 - pathlib is slow to import
        return {}
    import tomllib

    with open(file, "rb") as text:  # noqa: PTH123 - as above
        whole = tomllib.load(text)
    folder = os.path.dirname(os.path.abspath(file))  # noqa: PTH100, PTH120 - as above
    environment = flags.get("env") or os.environ.get("CLOUDFLARE_ENV") or ""
    if not environment:
        return {**whole, "folder": folder}
    if environment not in whole.get("env", {}):
        note = f'- No environment found in configuration with name "{environment}".'
        raise WranglerError("Processing wrangler.toml configuration:", note)
    return {"name": f"{whole['name']}-{environment}", **whole["env"][environment], "folder": folder}
