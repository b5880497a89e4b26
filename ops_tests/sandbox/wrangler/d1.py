"""``wrangler d1``: SQL on a real SQLite file, which it reads or writes as it is told."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ops_tests.sandbox.wrangler.output import out, print_banner, print_json, print_names
from ops_tests.sandbox.wrangler.session import Flags, WranglerError, admit, configuration, failed

if TYPE_CHECKING:
    from ops_tests.sandbox.state_file import State

MIGRATIONS = (
    "CREATE TABLE IF NOT EXISTS d1_migrations(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, "
    "applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)"
)
SLOW_SECONDS = 2.5
REFUSALS = {
    "overloaded": ("D1 DB is overloaded. Requests queued for too long. [code: 7429]", 7429),
    "not permitted": (
        "The given account is not valid or is not authorized to access this service [code: 7403]",
        7403,
    ),
}


def execute(state: State, flags: Flags) -> int:
    """Run SQL: on this machine's own, empty database unless ``--remote`` is said."""
    as_json = "json" in flags
    try:
        if not as_json:
            print_banner()
        answer = _remote(state, flags) if "remote" in flags else _local(flags)
    except WranglerError as error:
        if not as_json:
            raise
        out(f"\n{json.dumps({'error': _told(error, state)}, indent=2, ensure_ascii=False)}\n")
        return 1
    print_json(answer)
    return 0


def _told(error: WranglerError, state: State) -> State:
    """The error as JSON: what the API said has more to it than what wrangler says."""
    if not error.code:
        return {"text": str(error)}
    return {
        "text": str(error),
        "notes": [{"text": note} for note in error.notes],
        "kind": "error",
        "name": "APIError",
        "code": error.code,
        "accountTag": os.environ.get("CLOUDFLARE_ACCOUNT_ID") or state["account"],
    }


def _filed(flags: Flags) -> State:
    """The database of the configuration that bears the name or the binding, or an empty one."""
    wanted = flags["0"]
    for one in configuration(flags).get("d1_databases", []):
        if wanted in {one["database_name"], one["binding"]}:
            return dict(one)
    return {}


def _missing(flags: Flags) -> WranglerError:
    file = "wrangler.toml" if configuration(flags) else "Wrangler configuration"
    return WranglerError(f"Couldn't find a D1 DB with the name or binding '{flags['0']}' in your {file} file.")


def _local(flags: Flags) -> list[State]:
    filed = _filed(flags)
    if not filed:
        raise _missing(flags)
    if "json" not in flags:
        out(f"🌀 Executing on local database {flags['0']} ({filed['database_id']}) from .wrangler/state/v3/d1:\n"
            "🌀 To execute on your remote database, add a --remote flag to your wrangler command.\n")  # fmt: skip
    with sqlite3.connect(":memory:", isolation_level=None) as database:
        try:
            return [{**one, "meta": {"duration": 0}} for one in _results(database, flags["command"])]
        except sqlite3.Error as error:
            raise WranglerError(f"{error}: SQLITE_ERROR") from None


def _database(state: State, flags: Flags) -> tuple[State, str]:
    """The database and what the API calls it."""
    account = admit(state, "/d1/database")
    name = _filed(flags).get("database_name", flags["0"])
    if name not in state["databases"]:
        raise WranglerError(f"Couldn't find DB with name '{flags['0']}'")
    found = state["databases"][name]
    return found, f"/accounts/{account}/d1/database/{found['uuid']}"


def _remote(state: State, flags: Flags) -> list[State]:
    known, path = _database(state, flags)
    if known["habit"] in REFUSALS:
        note, code = REFUSALS[known["habit"]]
        raise failed(f"{path}/query", note, code)
    if known["habit"] == "slow":
        time.sleep(SLOW_SECONDS)
    with sqlite3.connect(known["file"], isolation_level=None) as database:
        try:
            return list(_results(database, flags["command"], 1000 * SLOW_SECONDS * (known["habit"] == "slow")))
        except sqlite3.Error as error:
            raise failed(f"{path}/query", f"{error}: SQLITE_ERROR [code: 7500]", 7500) from None


def _results(database: sqlite3.Connection, sql: str, waited_ms: float = 0) -> Iterator[State]:
    """One result for each statement."""
    for statement in _statements(sql):
        began, before = time.perf_counter(), database.total_changes
        cursor = database.execute(statement)
        columns = [one[0] for one in cursor.description or ()]
        rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
        took = round(1000 * (time.perf_counter() - began) + waited_ms, 4)
        changes = database.total_changes - before
        yield {"results": rows, "success": True, "meta": _meta(took, changes, cursor.lastrowid or 0, len(rows))}


def _meta(took_ms: float, changes: int, last_row: int, read: int) -> State:
    return {
        "served_by": "v3-prod",
        "served_by_region": "WEUR",
        "served_by_primary": True,
        "timings": {"sql_duration_ms": took_ms},
        "duration": took_ms,
        "changes": changes,
        "last_row_id": last_row,
        "changed_db": changes > 0,
        "size_after": 36864,
        "rows_read": read,
        "rows_written": changes,
    }


def _statements(sql: str) -> Iterator[str]:
    held = ""
    for piece in sql.split(";"):
        held += piece + ";"
        if sqlite3.complete_statement(held):
            if held.strip(" \n\t;"):
                yield held
            held = ""
    if held.strip(" \n\t;"):
        yield held


def time_travel_info(state: State, flags: Flags) -> int:
    """The bookmark to which the database could be brought back."""
    known, path = _database(state, flags)
    if known["habit"] == "not permitted":
        raise failed(f"{path}/time_travel/bookmark", *REFUSALS["not permitted"])
    bookmark = known["bookmark"]
    if "json" in flags:
        print_json({"bookmark": bookmark} if bookmark else {})
        return 0
    print_banner()
    out(f"🚧 Time Traveling...\n⚠️ The current bookmark is '{bookmark}'\n")
    return 0


def migrations_list(state: State, flags: Flags) -> int:
    """The files of the migrations' folder that were not applied; it makes its table where there is none."""
    print_banner()
    filed = _filed(flags)
    where = "remote" if "remote" in flags else "local"
    out(f"Resource location: {where} \n\n")
    if not configuration(flags):
        raise WranglerError("No configuration file found. Create a wrangler.jsonc file to define your D1 database.")
    if not filed:
        raise _missing(flags)
    file = _database(state, flags)[0]["file"] if where == "remote" else ":memory:"
    with sqlite3.connect(file, isolation_level=None) as database:
        database.execute(MIGRATIONS)
        applied = {name for (name,) in database.execute("SELECT name FROM d1_migrations")}
    folder = os.path.join(str(configuration(flags)["folder"]), filed.get("migrations_dir", "migrations"))  # noqa: PTH118
    waiting = sorted(name for name in os.listdir(folder) if name.endswith(".sql") and name not in applied)  # noqa: PTH208
    if not waiting:
        out("✅ No migrations to apply!\n")
        return 0
    out("Migrations to be applied:\n")
    print_names(waiting)
    return 0
