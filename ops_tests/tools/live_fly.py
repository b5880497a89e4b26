"""What ``fly`` shows of an app: machines, their configuration, secret names, image, log, snapshots. It only reads."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from ops_tests.clients.fly_platform import FlyPlatform
from ops_tests.errors import Blind
from ops_tests.records.platform import Machine, ServiceCheck
from ops_tests.rules.images import size_limit
from ops_tests.rules.machine_shape import gate_differences
from ops_tests.rules.machines import serving
from ops_tests.target import Secret
from ops_tests.target_parts import BackupPlace, HealthGatePart
from ops_tests.target_parts import FlyPlatform as PlatformPart
from ops_tests.tools.draft import Key, Part, left_out, one_line

HOSTS = ".fly.dev"
TOKEN = "FLY_API_TOKEN"  # noqa: S105  # the variable's name
WINDOW_MINUTES = 5
Look = Callable[[FlyPlatform, Sequence[Machine]], Part]


def app_of(base_url: str, folder: Path) -> tuple[str, str]:
    """The app an address belongs to, and how that is known; two empty texts where it is not.

    Args:
        base_url: Its host is the app's on ``fly.dev``.
        folder: Where ``init`` was typed: for any other host a ``fly.toml`` there names the app, as it does for fly.
    """
    host = urlsplit(base_url).hostname or ""
    if host.endswith(HOSTS) and host != HOSTS:
        return host.removesuffix(HOSTS), "by the host."
    try:
        app = tomllib.loads((folder / "fly.toml").read_text(encoding="utf-8")).get("app", "")
    except (OSError, ValueError):
        return "", ""
    named = isinstance(app, str) and app
    return (app, f"by the fly.toml of this folder: is it the app behind {host}?") if named else ("", "")


def unasked(app: str) -> Part:
    """The part [platform] of an app that only the address tells of."""
    why = f"The host's name says that it runs on Fly.io. Take this in once `fly status -a {app}` answers you."
    return Part("platform", why, (Key("kind", "fly"), Key("app", app), Key("token_env", TOKEN, seen=False)), seen=False)


def look(app: str, known: str, environ: Mapping[str, str]) -> tuple[Part, ...]:
    """The parts that fly can tell of.

    Args:
        app: The app's name.
        known: How it is known.
        environ: Where fly is looked up, and a token under ``FLY_API_TOKEN``; without one the user's own login counts.
    """
    token = Secret(TOKEN, environ[TOKEN]) if environ.get(TOKEN) else None
    platform = FlyPlatform(app, environ, token)
    try:
        machines = platform.machines()
    except Blind as error:
        return (
            Part("platform", f"{app} is named {known} fly did not show it: {error}", unasked(app).keys, seen=False),
        )
    looks: tuple[Look, ...] = (_secrets, _gate, _logs, _backups)
    parts = [_seen(name, one, platform, machines) for name, one in zip(_NAMES, looks, strict=True)]
    return (_platform(app, known, platform, machines, has_token=token is not None), *parts)


_NAMES = ("secrets", "health_gate", "logs", "backups")


def _seen(name: str, look_at: Look, platform: FlyPlatform, machines: Sequence[Machine]) -> Part:
    try:
        return look_at(platform, machines)
    except Blind as error:
        return left_out(name, f"Not seen: {error}")


def _platform(app: str, known: str, platform: FlyPlatform, machines: Sequence[Machine], *, has_token: bool) -> Part:
    present = serving(machines)
    started = sum(one.state == "started" for one in present)
    memory = [one.memory_mb for one in present if one.memory_mb]
    keys = [
        Key("kind", "fly"),
        Key("app", app),
        Key("token_env", TOKEN, "" if has_token else "it was not set, so your own login was used", seen=has_token),
        Key("minimum_machines", max(1, started), f"{started} of {len(present)} were started"),
        Key("memory_mb", min(memory, default=512), "the smallest machine's" if memory else "", seen=bool(memory)),
        _image(app, platform, present),
    ]
    return Part("platform", f"The app is named {known}", tuple(keys))


def _image(app: str, platform: FlyPlatform, present: Sequence[Machine]) -> Key:
    try:
        sizes = platform.image_sizes(tuple(dict.fromkeys(one.image for one in present)))
        proposed = size_limit(PlatformPart(kind="fly", app=app), sizes).value if sizes else 0
    except Blind as error:
        return Key("image_mb", 250, f"not seen: {one_line(str(error))}", seen=False)
    return Key("image_mb", proposed or 250, "what it takes now, and a fifth", seen=bool(proposed))


def _secrets(platform: FlyPlatform, _machines: Sequence[Machine]) -> Part:
    names = sorted(one.name for one in platform.secret_names())
    if not names:
        return left_out("secrets", "fly lists none.")
    return Part("secrets", "As fly lists them. Are all of them documented?", (Key("names", names),))


def _gate(_platform: FlyPlatform, machines: Sequence[Machine]) -> Part:
    found = [
        (service, check) for one in serving(machines) for service in one.services or () for check in service.checks
    ]
    if not found:
        return left_out("health_gate", "The machines have no HTTP health check.")
    service, check = found[0]
    spans = _spans(check)
    if not spans:
        return left_out("health_gate", f"The machines' check of {check.path} leaves times out: fill them in.")
    values = {**spans, "method": check.method, "path": check.path, "restart_limit": check.restart_limit,
              "force_https": service.force_https, "minimum_machines": service.minimum_machines}  # fmt: skip
    differing = gate_differences(machines, HealthGatePart.model_validate(values))
    why = f"One machine's; others differ: {'; '.join(differing)}" if differing else "As every machine has it. Is it so?"
    return Part("health_gate", why, tuple(Key(name, value) for name, value in values.items()), seen=not differing)


def _spans(check: ServiceCheck) -> dict[str, float]:
    """Interval, timeout and grace; nothing where one is not told."""
    spans = {"interval_seconds": check.interval, "timeout_seconds": check.timeout, "grace_seconds": check.grace}
    told = {name: span for name, span in spans.items() if span is not None and not math.isnan(span)}
    return told if len(told) == len(spans) else {}


def _logs(platform: FlyPlatform, _machines: Sequence[Machine]) -> Part:
    window = platform.logs(datetime.now(UTC) - timedelta(minutes=WINDOW_MINUTES))
    expects = Key("expects_lines", bool(window.lines))
    why = f"{len(window.lines)} lines of the last {WINDOW_MINUTES} minutes came from {window.source}."
    return Part("logs", why, (Key("window_minutes", WINDOW_MINUTES), expects))


def _backups(platform: FlyPlatform, machines: Sequence[Machine]) -> Part:
    shelves = platform.backups(BackupPlace(kind="volumes"), machines)
    lying = "; ".join(f"{one.name}: {len(one.backups)}" for one in shelves)
    return Part("backups", f"Snapshots of {lying}. Other places: see the README.", (Key("kind", "volumes"),))
