"""A Cloudflare API of this machine, for the real ``wrangler``: it answers from the stand-in's own state file.

So what the real command makes of it must be what the stand-in prints.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ops_tests.sandbox.http_server import Handler, Server

NOT_AUTHENTICATED = (403, 10000, "Authentication error")
NO_WORKER = (404, 10007, "This Worker does not exist on your account.")
NO_DATABASE = (404, 7404, "The database could not be found")
NO_ROUTE = (404, 7003, "Could not route to it, perhaps your object identifier is invalid?")


class _Refused(Exception):
    """Status, code and words of a refusal."""


class Api(Server):
    """Deployments, versions, secrets and databases of one account.

    Attributes:
        state: What the stand-in knows.
        unknown: Methods and paths that were asked and are none of ours.
    """

    def __init__(self, state: dict[str, Any]) -> None:
        self.state = state
        self.unknown: list[str] = []
        super().__init__(("127.0.0.1", 0), _Handler)


@contextmanager
def serving(state: dict[str, Any]) -> Iterator[Api]:
    """An API that answers until it is left."""
    api = Api(state)
    api.answer()
    try:
        yield api
    finally:
        api.server_close()


class _Handler(Handler):
    server: Api

    def do_GET(self) -> None:  # noqa: N802 - the name http.server looks for
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            result = self._result(json.loads(sent) if sent else {})
            self._say(200, True, result)
        except _Refused as refused:
            status, code, message = refused.args
            self._say(status, False, None, [{"code": code, "message": message}])

    do_POST = do_GET  # noqa: N815 - as above

    def _say(self, status: int, success: bool, result: Any, errors: Any = ()) -> None:
        body = {"success": success, "errors": list(errors), "messages": [], "result": result}
        self.send(status, json.dumps(body).encode(), {"Content-Type": "application/json"})

    def _result(self, sent: dict[str, Any]) -> Any:
        if self.headers.get("Authorization") != f"Bearer {self.server.state['token']}":
            raise _Refused(*NOT_AUTHENTICATED)
        path = urlsplit(self.path).path
        for pattern, answer in ANSWERS.items():
            if found := re.fullmatch(pattern.replace("ACCOUNT", self.server.state["account"]), path):
                return answer(self.server.state, found, sent, parse_qs(urlsplit(self.path).query))
        self.server.unknown.append(f"{self.command} {path}")
        raise _Refused(*NO_ROUTE)


def _of_worker(part: str, shape: Callable[[list[Any]], Any]) -> Callable[..., Any]:
    def answer(state: dict[str, Any], found: re.Match[str], *_: object) -> Any:
        if found[1] not in state["workers"]:
            raise _Refused(*NO_WORKER)
        return shape(state["workers"][found[1]][part])

    return answer


def _databases(state: dict[str, Any], _found: object, _sent: object, query: dict[str, list[str]]) -> Any:
    wanted = query.get("name", [""])[0]
    return [
        {"uuid": one["uuid"], "name": name, "version": "production"}
        for name, one in state["databases"].items()
        if wanted in name and query.get("page", ["1"]) == ["1"]
    ]


def _query(state: dict[str, Any], found: re.Match[str], sent: dict[str, Any], _query: object) -> Any:
    with closing(sqlite3.connect(_database(state, found)["file"])) as database:
        try:
            cursor = database.execute(sent["sql"])
        except sqlite3.Error as error:
            raise _Refused(400, 7500, f"{error}: SQLITE_ERROR") from None
        columns = [one[0] for one in cursor.description or ()]
        rows = [dict(zip(columns, row, strict=True)) for row in cursor]
    meta = {"served_by": "v3-prod", "duration": 0.25, "timings": {"sql_duration_ms": 0.25}, "changes": 0}
    return [{"results": rows, "success": True, "meta": meta}]


def _bookmark(state: dict[str, Any], found: re.Match[str], *_: object) -> Any:
    return {"bookmark": _database(state, found)["bookmark"]}


def _described(state: dict[str, Any], found: re.Match[str], *_: object) -> Any:
    return {"uuid": _database(state, found)["uuid"], "version": "production"}


def _database(state: dict[str, Any], found: re.Match[str]) -> dict[str, Any]:
    """The database of a name, as newer versions ask, or of an id."""
    for name, one in state["databases"].items():
        if found[1] in {name, one["uuid"]}:
            return dict(one)
    raise _Refused(*NO_DATABASE)


_SCRIPT, _D1 = "/accounts/ACCOUNT/workers/scripts/([^/]+)", "/accounts/ACCOUNT/d1/database"
ANSWERS: dict[str, Callable[..., Any]] = {
    "/user/tokens/verify": lambda *_: {"id": "1", "status": "active"},
    "/user": lambda *_: {"id": "1", "email": "ops@example.invalid"},
    "/accounts": lambda state, *_: [{"id": state["account"], "name": "Acme"}],
    "/memberships": lambda state, *_: [{"account": {"id": state["account"], "name": "Acme"}}],
    f"{_SCRIPT}/deployments": _of_worker("deployments", lambda all_of_them: {"deployments": all_of_them[::-1]}),
    f"{_SCRIPT}/versions": _of_worker("versions", lambda all_of_them: {"items": all_of_them[::-1]}),
    f"{_SCRIPT}/secrets": _of_worker("secrets", list),
    _D1: _databases,
    f"{_D1}/([^/]+)": _described,
    f"{_D1}/([^/]+)/query": _query,
    f"{_D1}/([^/]+)/time_travel/bookmark": _bookmark,
}
