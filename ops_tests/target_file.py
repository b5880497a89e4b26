"""Finding and reading target files: every problem of a file in one message."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from ops_tests.alert_settings import SEVERITIES, AlertsPart, MaintenanceWindow
from ops_tests.errors import TargetInvalid, UnknownName
from ops_tests.target import Target
from ops_tests.target_parts import BackupPlace, DatabasePart, WebhooksPart

TARGETS = Path(__file__).with_name("targets")
NEEDS = (
    *((part, "platform") for part in ("secrets", "logs", "metrics", "health_gate", "runtime", "backups")),
    *((part, "database") for part in ("dead_letters", "migrations", "retention")),
)


def packaged_targets() -> dict[str, Path]:
    """The targets that come with the package, by name."""
    return {path.stem: path for path in sorted(TARGETS.glob("*.toml"))}


def find_target(name: str, folder: Path) -> Path:
    """Turn ``--target``'s word into a file: a packaged name, or a path (relative to ``folder``).

    Raises:
        UnknownName: There is neither.
    """
    packaged = packaged_targets()
    if name in packaged:
        return packaged[name]
    path = folder / Path(name).expanduser()
    if path.is_file():
        return path
    if name.endswith(".toml") or os.sep in name:
        raise UnknownName(f"target file {name} does not exist; looked at {path}")
    guess = difflib.get_close_matches(name, packaged, 1)
    hint = f"did you mean {guess[0]}? " if guess else ""
    raise UnknownName(
        f"unknown target {name!r}; {hint}there are {', '.join(packaged)}, or give the path of a .toml file"
    )


def load_target(path: Path, environ: Mapping[str, str], overrides: Mapping[str, Any] | None = None) -> Target:
    """Read and check a target file.

    Args:
        path: The TOML file.
        environ: Where its variables are looked up.
        overrides: Keys that replace the file's, in a table only those named (where the sandbox is).

    Raises:
        TargetInvalid: With every problem of the file in one message.
    """
    try:
        table: dict[str, Any] = {"name": path.stem, **tomllib.loads(path.read_text(encoding="utf-8"))}
    except (OSError, UnicodeDecodeError) as error:
        raise TargetInvalid(f"target file {path} cannot be read: {error}") from None
    except (ValueError, RecursionError) as error:
        raise TargetInvalid(f"target file {path} is not TOML: {error}") from None
    try:
        target = Target.model_validate(_laid_over(table, overrides or {}))
    except ValidationError as error:
        raise TargetInvalid(_message(path, [_problem(item) for item in error.errors()])) from None
    problems = list(_contradictions(target, path))
    if problems:
        raise TargetInvalid(_message(path, problems))
    return target.placed(path, environ)


def _laid_over(table: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The table with other values for some keys, and of a table within it for some of its keys."""
    both = {
        key: {**table[key], **value} if isinstance(table.get(key), dict) else value for key, value in overrides.items()
    }
    return {**table, **both}


def _message(path: Path, problems: list[str]) -> str:
    count = "one problem" if len(problems) == 1 else f"{len(problems)} problems"
    return "\n".join([f"target file {path} has {count}:", *(f"  - {problem}" for problem in problems)])


def _problem(item: Any) -> str:
    key = ".".join(str(part) for part in item["loc"] if part != "fly")
    if item["type"] == "extra_forbidden":
        siblings = _keys_at(item["loc"][:-1])
        guess = difflib.get_close_matches(str(item["loc"][-1]), siblings, 1)
        remedy = f"did you mean {guess[0]}?" if guess else f"known here: {', '.join(siblings)}"
        return f"{key}: unknown key; {remedy}"
    if item["type"] == "missing":
        return f"{key}: missing; add it"
    may_hold_a_secret = "secret" in key or "_env" in key or "@" in str(item["input"])
    found = "" if may_hold_a_secret else f" (found {item['input']!r:.60})"
    said = "must not be negative" if item["type"] == "greater_than_equal" else item["msg"]
    return f"{key.removesuffix('.value')}: {said.removeprefix('Value error, ')}{found}"


def _keys_at(location: tuple[int | str, ...]) -> list[str]:
    """The keys a table at this place of the file may have."""
    model: Any = Target
    for step in location:
        if isinstance(step, int) or step == "fly":
            continue
        model = _model_in(model.model_fields[step].annotation)
    named = {field.alias or name for name, field in model.model_fields.items()}
    return sorted(named - {"key", "unit", "at_least"})


def _model_in(annotation: Any) -> Any:
    """The model inside ``X | None`` or ``tuple[X, ...]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(found for arg in annotation.__args__ if arg not in (type(None), ...) and (found := _model_in(arg)))


def _contradictions(target: Target, path: Path) -> Iterator[str]:
    """What is wrong between parts that are each fine."""
    for needing, needed in NEEDS:
        if getattr(target, needing) and not getattr(target, needed):
            yield f"{needing}: needs the part [{needed}], which is missing"
    if target.secrets and (target.secrets.names is None) == (target.secrets.count is None):
        yield "secrets: give either names (better) or count"
    yield from _https_contradictions(target, path)
    if target.webhooks:
        yield from _webhook_contradictions(target.webhooks, bool(target.database))
    for place, backups in enumerate(target.backups or ()):
        yield from (f"backups.{place}: {problem}" for problem in _backup_contradictions(backups))
    if target.database:
        yield from _proxy_contradictions(target.database, bool(target.platform))
    yield from _alert_contradictions(target.alerts or AlertsPart(enabled=False), target.maintenance)
    folder = target.migrations and target.migrations.folder
    if folder and not _is_folder(path.parent / folder):
        yield f"migrations.folder: {path.parent / folder} is not a folder"


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
