"""What contradicts itself in a target file whose every key is right."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ops_tests.alert_settings import SEVERITIES, AlertsPart, MaintenanceWindow

if TYPE_CHECKING:
    from ops_tests.limits import Limits
    from ops_tests.target import Target
    from ops_tests.target_parts import BackupPlace, DatabasePart, MetricsPart, WebhooksPart

ONLY_FLY = ("logs", "health_gate", "runtime", "backups")
ONLY_CLOUDFLARE = ("watch", "d1")
NEEDS = (
    *((part, "platform") for part in ("secrets", "metrics", *ONLY_FLY, *ONLY_CLOUDFLARE)),
    *((part, "database") for part in ("dead_letters", "migrations", "retention")),
)


def contradictions(target: Target, written: Collection[str], path: Path, taken: Collection[str]) -> Iterator[str]:
    """What is wrong between keys that are each fine.

    Args:
        target: The target, without the parts that are wrong in themselves.
        written: The names of all parts that stand in the file, the wrong ones too: those are not missing.
        path: The file.
        taken: Names that belong to other targets.
    """
    if target.name in taken:
        yield (
            f"name: {target.name} is a target that comes with the package; reports would name the wrong one: "
            'choose another name, like name = "shop"'
        )
    for needing, needed in NEEDS:
        if needing in written and needed not in written:
            yield f"{needing}: needs the part [{needed}], which is missing"
    yield from _platform_contradictions(target)
    yield from _own_contradictions(target)
    yield from _https_contradictions(target, path)
    if target.webhooks:
        yield from _webhook_contradictions(target.webhooks, "database" in written)
    for place, backups in enumerate(target.backups or ()):
        yield from (f"backups.{place}: {problem}" for problem in _backup_contradictions(backups))
    if target.database:
        yield from _proxy_contradictions(target.database, "platform" in written)
        yield from _dump_contradictions(target.database)
    yield from _alert_contradictions(target.alerts or AlertsPart(enabled=False), target.maintenance)
    folder = target.migrations and target.migrations.folder
    if folder and not _is_folder(path.parent / folder):
        yield f"migrations.folder: {path.parent / folder} is not a folder"


def _platform_contradictions(target: Target) -> Iterator[str]:
    """Parts that only another platform has."""
    if target.platform is None:
        return
    strange = ONLY_FLY if target.cloudflare else ONLY_CLOUDFLARE
    there = "Cloudflare" if target.cloudflare else "Fly.io"
    yield from (f"{part}: cannot be looked at on {there}; drop it" for part in strange if getattr(target, part))
    if target.cloudflare and target.cloudflare.staging == target.cloudflare.worker:
        yield "platform.staging: is the Worker itself, which proves nothing; name the one that is deployed to first"
    if target.cloudflare and target.database and target.database.via == "fly-proxy":
        yield 'database.via: there is no fly-proxy on Cloudflare; write via = "direct"'
    if target.metrics:
        yield from _metrics_contradictions(target, target.metrics)


def _metrics_contradictions(target: Target, metrics: MetricsPart) -> Iterator[str]:
    """What names the application: the organisation on Fly.io, the account on Cloudflare."""
    if target.fly and not metrics.org:
        yield "metrics.org: missing; Fly.io's metrics are an organisation's: name it by its slug (fly orgs list)"
    if target.cloudflare:
        idle = (key for key in ("org", "url") if getattr(metrics, key))
        yield from (f"metrics.{key}: is of use only on Fly.io; drop it" for key in idle)
    if target.cloudflare and not target.cloudflare.account:
        yield (
            "platform.account: missing; [metrics] asks for the Worker by its account's id: add it, 32 digits and "
            "letters a to f (wrangler whoami)"
        )


def _own_contradictions(target: Target) -> Iterator[str]:
    """What is wrong within one part."""
    if "expect" in target.health.model_fields_set and target.health.plain_text is not None:
        yield "health: give either expect, for a JSON body, or plain_text, not both"
    if target.secrets and (target.secrets.names is None) == (target.secrets.count is None):
        yield "secrets: give either names (better) or count"
    if target.latency_paths and target.health.path in target.latency_paths:
        yield f"latency_paths: {target.health.path} is the health path, which does other work; name others"
    yield from _limit_contradictions(target.limits)


def _limit_contradictions(limits: Limits) -> Iterator[str]:
    days, note = limits.certificate_days.value, limits.certificate_note_days.value
    if days > note:
        first = "" if "certificate_days" in limits.model_fields_set else " (the default)"
        second = "" if "certificate_note_days" in limits.model_fields_set else " by default"
        yield (
            f"limits.certificate_days: {days:g}{first} is above certificate_note_days, which is {note:g}{second}, so "
            f"that the note would never be told; write certificate_note_days = N with an N of {days:g} or more"
        )


def _https_contradictions(target: Target, path: Path) -> Iterator[str]:
    if target.https and not target.speaks_https:
        yield f"https: base_url is {target.base_url}; write https:// there, or leave out the part"
    if target.https and target.https.plain_url and not target.https.plain_url.startswith("http://"):
        yield f"https.plain_url: expected an address that begins with http:// (found {target.https.plain_url})"
    authority = target.https and target.https.authority
    if authority and not _holds_certificates(path.parent / authority):
        yield f"https.authority: {path.parent / authority} is no file with a certificate in PEM"
    paths = [page.path for page in target.pages or ()]
    if twice := sorted({one for one in paths if paths.count(one) > 1}):
        yield f"pages: {', '.join(twice)} is named more than once; keep one"


def _holds_certificates(path: Path) -> bool:
    try:
        return "-----BEGIN CERTIFICATE-----" in path.read_text(encoding="ascii")
    except (OSError, ValueError):
        return False


def _backup_contradictions(place: BackupPlace) -> Iterator[str]:
    needed, idle = {
        "volumes": ((), ("cluster", "organisation")),
        "postgres-app": (("app",), ("cluster", "organisation")),
        "managed-postgres": (("cluster", "organisation"), ("app",)),
    }[place.kind]
    yield from (f'kind = "{place.kind}" needs {key}; add it' for key in needed if not getattr(place, key))
    yield from (f'kind = "{place.kind}" has no use for {key}; drop it' for key in idle if getattr(place, key))


def _proxy_contradictions(database: DatabasePart, has_platform: bool) -> Iterator[str]:
    if database.via == "fly-proxy" and not database.proxy_app:
        yield 'database.proxy_app: missing; via = "fly-proxy" leads to an app: name the one the database runs in'
    if database.via == "fly-proxy" and not (has_platform or database.proxy_token_env):
        yield 'database.via: "fly-proxy" needs a token: add [platform] with token_env, or database.proxy_token_env'
    if database.via == "direct" and (database.proxy_app or database.proxy_token_env):
        yield 'database: proxy_app and proxy_token_env are of use only with via = "fly-proxy"'


def _dump_contradictions(database: DatabasePart) -> Iterator[str]:
    if database.backup_file and not database.backup_secret_env:
        yield (
            "database.backup_file: nothing it can be compared with; add database.backup_secret_env, the variable of a "
            "role that may read every table"
        )


def _alert_contradictions(alerts: AlertsPart, maintenance: tuple[MaintenanceWindow, ...]) -> Iterator[str]:
    for place, window in enumerate(maintenance):
        if window.until <= window.begin:
            yield f"maintenance.{place}.until: is not after from"
    heard = {level for route in alerts.routes if not route.after_minutes for level in route.levels}
    unheard = [level for level in SEVERITIES if level not in heard]
    if alerts.enabled and unheard:
        yield f"alerts.routes: nobody is told at once of {', '.join(unheard)}; add a route, or write alerts = false"
    if alerts.smoke_k > alerts.smoke_n:
        yield "alerts.smoke_k: is more than smoke_n, so nobody would ever be told"


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name longer than any file's
        return False


def _webhook_contradictions(webhooks: WebhooksPart, has_database: bool) -> Iterator[str]:
    if webhooks.synthetic and not has_database and not webhooks.synthetic_prefix_is_ours:
        yield (
            "webhooks.synthetic: without [database] nothing proves that no real shop bears the prefix; "
            "set webhooks.synthetic_prefix_is_ours = true if you know it"
        )
    for place, endpoint in enumerate(webhooks.endpoints):
        effect = endpoint.effect
        if effect and bool(effect.log) == effect.row:
            yield f"webhooks.endpoints.{place}.effect: give either log (a line with {{shop}}) or row = true"
        if effect and effect.log and "{shop}" not in effect.log:
            yield f"webhooks.endpoints.{place}.effect.log: the line must hold {{shop}}, or any delivery would prove it"
