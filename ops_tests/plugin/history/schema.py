"""The tables, the same in SQLite and PostgreSQL, as migrations that are applied in order and never edited.

Times are ISO 8601 in UTC with six decimals, so that their order as text is their order in time.
"""

from __future__ import annotations

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE ops_run (
            run_id TEXT NOT NULL, target TEXT NOT NULL, suite TEXT NOT NULL, started_at TEXT NOT NULL,
            finished_at TEXT NOT NULL, exit_status INTEGER NOT NULL, outcome TEXT NOT NULL, level TEXT,
            verdict TEXT NOT NULL, release TEXT NOT NULL, image TEXT NOT NULL, PRIMARY KEY (run_id, target))""",
        "CREATE INDEX ops_run_by_time ON ops_run (target, suite, started_at)",
        "CREATE INDEX ops_run_by_age ON ops_run (started_at)",
        """CREATE TABLE ops_check (
            run_id TEXT NOT NULL, target TEXT NOT NULL, check_name TEXT NOT NULL, started_at TEXT NOT NULL,
            outcome TEXT NOT NULL, level TEXT, value DOUBLE PRECISION, unit TEXT, limit_value DOUBLE PRECISION,
            duration_seconds DOUBLE PRECISION NOT NULL, sentence TEXT NOT NULL, record TEXT NOT NULL,
            PRIMARY KEY (run_id, target, check_name),
            FOREIGN KEY (run_id, target) REFERENCES ops_run (run_id, target) ON DELETE CASCADE)""",
        "CREATE INDEX ops_check_by_time ON ops_check (target, check_name, started_at)",
        """CREATE TABLE ops_sample (
            run_id TEXT NOT NULL, target TEXT NOT NULL, series TEXT NOT NULL, image TEXT NOT NULL,
            taken_at TEXT NOT NULL, seconds TEXT NOT NULL, PRIMARY KEY (run_id, target, series),
            FOREIGN KEY (run_id, target) REFERENCES ops_run (run_id, target) ON DELETE CASCADE)""",
        "CREATE INDEX ops_sample_by_time ON ops_sample (target, series, taken_at)",
    ),
    (
        """CREATE TABLE ops_alert (
            target TEXT NOT NULL, alert_key TEXT NOT NULL, state TEXT NOT NULL, level TEXT, since TEXT NOT NULL,
            opened_at TEXT NOT NULL, last_red_at TEXT NOT NULL, run_id TEXT NOT NULL, members TEXT NOT NULL,
            follows TEXT NOT NULL, told TEXT NOT NULL, last_sent_at TEXT, acknowledged_at TEXT, ended_at TEXT,
            PRIMARY KEY (target, alert_key))""",
        """CREATE TABLE ops_outbox (
            message_id TEXT NOT NULL PRIMARY KEY, target TEXT NOT NULL, alert_key TEXT NOT NULL, run_id TEXT NOT NULL,
            route TEXT NOT NULL, word TEXT NOT NULL, level TEXT, title TEXT NOT NULL, body TEXT NOT NULL,
            since TEXT NOT NULL, created_at TEXT NOT NULL, place INTEGER NOT NULL, attempts INTEGER NOT NULL,
            claimed_until TEXT NOT NULL, last_error TEXT NOT NULL, delivered_at TEXT)""",
        "CREATE INDEX ops_outbox_by_route ON ops_outbox (target, route, delivered_at, created_at)",
    ),
    (
        """CREATE TABLE ops_figure (
            run_id TEXT NOT NULL, target TEXT NOT NULL, drill TEXT NOT NULL, began_at TEXT NOT NULL,
            place INTEGER NOT NULL, figure TEXT NOT NULL, value DOUBLE PRECISION NOT NULL, unit TEXT NOT NULL,
            PRIMARY KEY (run_id, target, drill, began_at, place),
            FOREIGN KEY (run_id, target) REFERENCES ops_run (run_id, target) ON DELETE CASCADE)""",
        "CREATE INDEX ops_figure_by_time ON ops_figure (target, drill, figure, began_at)",
    ),
)
"""The statements that lead from one version to the next; the version is how many were applied."""
