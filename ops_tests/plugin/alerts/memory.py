"""What fires, as the history keeps it: one row for each target and trouble."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ops_tests.plugin.history.store import Store, in_utc, out_of
from ops_tests.records.alerts import Alert, PastLook
from ops_tests.records.run import Level

_COLUMNS = """alert_key, level, since, opened_at, last_red_at, run_id, members, follows, told, last_sent_at,
              acknowledged_at, ended_at"""
_CHANGING = (
    "state", "level", "since", "opened_at", "last_red_at", "run_id", "members", "follows", "told", "last_sent_at",
    "acknowledged_at", "ended_at",
)  # fmt: skip
_WRITE = f"""INSERT INTO ops_alert (target, state, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (target, alert_key) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _CHANGING)}"""  # noqa: S608


def alone(history: Store) -> None:
    """Let no other run judge alerts until this transaction ends; SQLite has one writer anyway."""
    if not history.sqlite:
        history.execute("LOCK TABLE ops_alert IN EXCLUSIVE MODE")


def firing(history: Store, target: str) -> list[Alert]:
    """What fires on a target."""
    query = f"SELECT {_COLUMNS} FROM ops_alert WHERE target = ? AND state = 'firing' ORDER BY alert_key"  # noqa: S608
    return [_alert(row) for row in history.rows(query, (target,))]


def keep(history: Store, target: str, alerts: Iterable[Alert]) -> None:
    """Write alerts as they are now."""
    history.write_each(_WRITE, [_row(target, alert) for alert in alerts])


def acknowledge(history: Store, target: str, key: str, now: datetime) -> int:
    """Note that somebody took over what fires under a key or a check's id; returns how many alerts that were."""
    statement = """UPDATE ops_alert SET acknowledged_at = ? WHERE target = ? AND state = 'firing'
                    AND (alert_key = ? OR alert_key = ? OR alert_key = ?)"""
    return history.write(statement, (in_utc(now), target, key, f"finding:{key}", f"blind:{key}"))


def smoke_looks(history: Store, target: str, at_most: int) -> list[PastLook]:
    """What the checks of the newest smoke runs came to."""
    query = """SELECT c.check_name, r.started_at, c.outcome FROM ops_check c
                 JOIN (SELECT run_id, started_at FROM ops_run WHERE target = ? AND suite = 'smoke'
                        AND outcome <> 'unfinished' ORDER BY started_at DESC LIMIT ?) r ON r.run_id = c.run_id
                WHERE c.target = ?"""
    return [
        PastLook(check, out_of(at), outcome) for check, at, outcome in history.rows(query, (target, at_most, target))
    ]


def _row(target: str, alert: Alert) -> tuple[object, ...]:
    lists = (json.dumps(names) for names in (alert.members, alert.follows, alert.told))
    return (
        target, "firing" if alert.firing else "ended", alert.key, alert.level, in_utc(alert.since),
        in_utc(alert.opened_at), in_utc(alert.last_red_at), alert.run_id, *lists, _text(alert.last_sent_at),
        _text(alert.acknowledged_at), _text(alert.ended_at),
    )  # fmt: skip


def _text(moment: datetime | None) -> str | None:
    return in_utc(moment) if moment else None


def _alert(row: tuple[Any, ...]) -> Alert:
    key, level, since, opened_at, last_red_at, run_id, members, follows, told, *rest = row
    return Alert(
        key, Level(level) if level else None, out_of(since), out_of(opened_at), out_of(last_red_at), run_id,
        *_lists(members, follows, told), *_moments(*rest[:2]),
    )  # fmt: skip


def _lists(members: str, follows: str, told: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    return tuple(json.loads(members)), tuple(json.loads(follows)), tuple(json.loads(told))


def _moments(last_sent_at: str | None, acknowledged_at: str | None) -> tuple[datetime | None, datetime | None]:
    return out_of(last_sent_at) if last_sent_at else None, out_of(acknowledged_at) if acknowledged_at else None
