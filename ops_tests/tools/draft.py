"""A target file in the making: parts that were seen, and the others commented out, each with a line that says why."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

LONGEST_LINE = 220
"""Of what an instrument said: the rest is for whoever asks it again."""


@dataclass(frozen=True)
class Key:
    """A key of a part.

    Attributes:
        name: As in the target file; dotted names do not occur.
        value: Text, number, truth, a sequence of these, or a mapping of text to these.
        why: A remark behind it, or "".
        seen: Whether it stands in the file; else it is commented out.
    """

    name: str
    value: Any
    why: str = ""
    seen: bool = True


@dataclass(frozen=True)
class Part:
    """A table of the target file.

    Attributes:
        name: Its name.
        why: The line above it.
        keys: Its keys, in order.
        seen: Whether it stands in the file; else it is commented out with all its keys.
    """

    name: str
    why: str
    keys: tuple[Key, ...] = ()
    seen: bool = True

    @property
    def header(self) -> str:
        """``[name]``, or ``[[name]]`` for a part of which there may be several."""
        return f"[[{self.name}]]" if self.name in SEVERAL else f"[{self.name}]"


SEVERAL = frozenset({"pages", "backups", "maintenance"})
BLANK = (
    Part("health", "Unless it says otherwise /health is asked, and its JSON must say so. Fill in path and body.",
         (Key("path", "/health"), Key("expect", {"status": ["ok", "healthy"]})), False),
    Part("https", "Certificate and redirect are checked without it. Only for plain HTTP that is answered elsewhere "
         "than at port 80.", (Key("plain_url", "http://shop.example.com"),), False),
    Part("headers", "What the front page's headers must be; true for any value. Fill in those you have decided on.",
         (Key("Strict-Transport-Security", True), Key("X-Content-Type-Options", "nosniff")), False),
    Part("pages", "Pages beside the health path, one table for each. Fill in what they answer themselves.",
         (Key("path", "/privacy"), Key("status", 200)), False),
    Part("platform", "For an application on Fly.io: fill in its app; without token_env your own login counts. On "
         'Cloudflare write kind = "cloudflare" and worker instead; docs/target-file.md has what goes with it.',
         (Key("kind", "fly"), Key("app", "APP"), Key("token_env", "FLY_API_TOKEN"), Key("minimum_machines", 1)), False),
    Part("health_gate", "The platform's own health check, as the machines must have it. Fill in what fly.toml says.",
         (Key("interval_seconds", 10), Key("timeout_seconds", 2), Key("grace_seconds", 20), Key("path", "/health")),
         False),
    Part("runtime", "The inside of the machines, with a token for that one command; the README says how to make it.",
         (Key("exec_token_env", "FLY_EXEC_TOKEN"),), False),
    Part("backups", 'One table for each place: "volumes", "postgres-app" with app, "managed-postgres" with cluster and '
         "organisation.", (Key("kind", "volumes"),), False),
    Part("secrets", "Names of the secrets that are documented; never their values.",
         (Key("names", ["DATABASE_URL"]),), False),
    Part("logs", "Needs [platform]. Take it in once the log can be read.", (Key("window_minutes", 5),), False),
    Part("metrics", "Needs the organisation's slug, which only `fly orgs list` names.",
         (Key("org", "ORG"), Key("token_env", "FLY_API_TOKEN")), False),
    Part("database", "Name the variable with the connection string of a read-only role; the README has its grants.",
         (Key("dsn_env", "DATABASE_URL"),), False),
    Part("dead_letters", "For an application with a table dead_letters.", (Key("max_retries", 3),), False),
    Part("migrations", "For an application with Prisma's table _prisma_migrations.", (), False),
    Part("retention", "For an application that cleans up webhook_events and dead_letters. Fill in its days.",
         (Key("days", 14), Key("cleanup_interval_days", 7)), False),
    Part("repository", "A clone of the application's repository on this machine. Fill in where it lies.",
         (Key("path", ".."), Key("changelog", "CHANGELOG.md"), Key("lock_file", "package-lock.json")), False),
    Part("webhooks", "Nothing was sent to find out. Read the README's list of side effects before synthetic is true.",
         (Key("secret_env", "SHOPIFY_API_SECRET"), Key("synthetic", False)), False),
    Part("limits", "Thresholds other than the README's.", (Key("health_seconds", 1),), False),
    Part("alerts", "Whom to tell, by level. Name the variables with the addresses; the README says how they look.",
         (Key("routes", [{"url_env": "OPS_ALERT_CHAT"}]),), False),
    Part("heartbeat", "By scheduled suite, the variable with the address that misses us when we are silent.",
         (Key("smoke", "OPS_HEARTBEAT_SMOKE"),), False),
    Part("maintenance", "One table for each time in which nobody is told. Fill in the times.",
         (Key("from", datetime(2026, 12, 5, 22, tzinfo=UTC)), Key("until", datetime(2026, 12, 6, 2, tzinfo=UTC)),
          Key("reason", "the database moves")), False),
)  # fmt: skip
"""Every part there is, in the order of the file, for somebody who fills it in."""

NO_HTTPS = Part("https", "Of use once base_url is an address of https.", seen=False)
"""Without its keys: taken in with any of them, it would be refused beside an address of plain HTTP."""


def left_out(name: str, why: str) -> Part:
    """The blank part of that name, with another reason."""
    blank = next(one for one in BLANK if one.name == name)
    return Part(name, why, blank.keys, seen=False)


def drafted(name: str, base_url: str, parts: Iterable[Part]) -> str:
    """The text of a target file.

    Args:
        name: How reports call the target.
        base_url: Scheme and host.
        parts: What is known beyond the address; every other part is commented out.
    """
    known: dict[str, list[Part]] = {}
    for part in parts:
        known.setdefault(part.name, []).append(part)
    lines = [f"name = {toml(name)}", f"base_url = {toml(base_url)}"]
    lines += ["# A place that is always up: when it fails too, this runner has no network."]
    lines += ['# control_url = "https://example.com"']
    for blank in BLANK:
        for part in known.get(blank.name, [blank]):
            lines += ["", *_lines(part)]
    return "\n".join(lines) + "\n"


def _lines(part: Part) -> Iterator[str]:
    yield f"# {one_line(part.why)}"
    yield part.header if part.seen else f"# {part.header}"
    for key in part.keys:
        remark = f"  # {one_line(key.why)}" if key.why else ""
        yield f"{'' if part.seen and key.seen else '# '}{toml_key(key.name)} = {toml(key.value)}{remark}"


def one_line(text: str) -> str:
    """Text fit for a comment: one line, without control characters, not endless."""
    clean = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(clean.split())[:LONGEST_LINE]


def toml_key(name: str) -> str:
    """A key, quoted where it must be."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else toml(name)


def toml(value: Any) -> str:
    """A value in TOML, on one line."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{toml_key(key)} = {toml(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml, value))}]"
    return value.isoformat() if isinstance(value, datetime) else f"{value:.10g}"
