"""The databases as SQLite files, with the tables the application knows, and the Worker's folder in its repository."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from ops_tests.sandbox.evolution_hub.scenario import D1
from ops_tests.sandbox.wrangler_state import DATABASES, SCRIPT

REPOSITORY = "worker"
TABLES = {
    "users": "id TEXT PRIMARY KEY, email TEXT UNIQUE NOT NULL, created_at TEXT NOT NULL",
    "comments": "id TEXT PRIMARY KEY, user_id TEXT NOT NULL, body TEXT NOT NULL, created_at TEXT NOT NULL",
    "comment_moderation": "id TEXT PRIMARY KEY, comment_id TEXT NOT NULL, action TEXT NOT NULL",
    "comment_reports": "id TEXT PRIMARY KEY, comment_id TEXT NOT NULL, reason TEXT NOT NULL",
    "discount_codes": "code TEXT PRIMARY KEY, percent INTEGER NOT NULL",
    "d1_migrations": (
        "id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, "
        "applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL"
    ),
}
MIGRATIONS = ("0001_init.sql", "0002_comments.sql", "0033_discount_codes.sql")


def make(folder: Path, plan: D1, environment: str) -> None:
    """Make the database of every environment; what is missing or not applied is so in the one that serves."""
    for name in {name for name, _ in DATABASES.values()}:
        serves = name == DATABASES[environment][0]
        _database(folder / f"{name}.sqlite", plan if serves else D1())
    _repository(folder / REPOSITORY, plan)


def tables(folder: Path, environment: str) -> set[str]:
    """The tables of an environment's database."""
    with closing(sqlite3.connect(folder / f"{DATABASES[environment][0]}.sqlite")) as database:
        return {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def _database(file: Path, plan: D1) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        for table in TABLES.keys() - set(plan.missing):
            database.execute(f"CREATE TABLE {table} ({TABLES[table]})")
        if "users" not in plan.missing:
            rows = [(f"u{n}", f"user{n}@example.invalid", f"2026-0{n}-01T08:00:00Z") for n in range(1, 6)]
            database.executemany("INSERT INTO users VALUES (?, ?, ?)", rows)
        if "comments" not in plan.missing:
            said = [(f"c{n}", f"u{n}", "Thank you", f"2026-0{n}-02T09:00:00Z") for n in range(1, 4)]
            database.executemany("INSERT INTO comments VALUES (?, ?, ?, ?)", said)
        if "d1_migrations" not in plan.missing:
            applied = [(name, f"2026-0{n}-03 10:00:00") for n, name in enumerate(MIGRATIONS, 1)]
            database.executemany("INSERT INTO d1_migrations (name, applied_at) VALUES (?, ?)", applied)


def _repository(folder: Path, plan: D1) -> None:
    """The configuration and the migrations, where wrangler looks for them."""
    (folder / "migrations").mkdir(parents=True)
    for name in (*MIGRATIONS, *plan.unapplied):
        (folder / "migrations" / name).write_text("SELECT 1;\n", encoding="utf-8")
    lines = [f'name = "{SCRIPT}"\nmain = "dist/_worker.js"\ncompatibility_date = "2025-10-01"\n']
    for environment, (name, number) in DATABASES.items():
        own_name = f'name = "{SCRIPT}"\n' if environment == "development" else ""
        lines.append(
            f"\n[env.{environment}]\n{own_name}\n[[env.{environment}.d1_databases]]\n"
            f'binding = "DB"\ndatabase_name = "{name}"\ndatabase_id = "{number}"\n'
        )
    (folder / "wrangler.toml").write_text("".join(lines), encoding="utf-8")
