"""``init URL``: a target file for another application, from its address alone or from what can be seen of it."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from ops_tests.errors import UsageProblem
from ops_tests.target import Target
from ops_tests.tools.draft import Part, drafted

_HOST = re.compile(r"[\w.:-]+")
_SHOWN = re.compile(r"[\w:/.\[\]-]{1,80}")


def write(
    url: str, name: str, output: Path | None, authority: Path | None, *, live: bool, environ: Mapping[str, str]
) -> Iterator[str]:
    """Write the file, and say what stands in it and what to type next.

    Args:
        url: Scheme and host of the application.
        name: How reports call it, or "" for the host's first word.
        output: The file; ``NAME.toml`` in the working folder when None.
        authority: A PEM file with the private authority that signs for it, or None.
        live: Whether to look at it; else only the address counts.
        environ: Where fly, its token and ``DATABASE_URL`` are looked up.

    Raises:
        UsageProblem: The address or the name is none, or the file exists or cannot be written.
    """
    target = _target(url, name)
    path = output or Path(f"{target.name}.toml")
    if path.exists():
        raise UsageProblem(_exists(path))
    if live:
        yield f"looking at {target.base_url}; nothing is changed and nothing is sent to a webhook"
    parts = _live(target, authority, path, environ) if live else _by_address(target)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(drafted(target.name, target.base_url, parts))
    except FileExistsError:
        raise UsageProblem(_exists(path)) from None
    except OSError as error:
        raise UsageProblem(f"init: {path} cannot be written ({error.strerror}); expected a folder of yours") from None
    yield from _told(path, parts)


def _exists(path: Path) -> str:
    return f"init: {path} exists and is left as it is; name another file with --output, or move it away"


def _target(url: str, name: str) -> Target:
    """The name and the address, checked as in a target file."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
        target = Target(name=_named_after(host), base_url=url if _HOST.fullmatch(host) else "")
    except ValueError:  # pydantic's too
        shown = f"{url!r}" if _SHOWN.fullmatch(url) else "what was given"
        raise UsageProblem(
            f"init: {shown} is no address of an application; expected scheme and host only, like "
            "https://app.example.com"
        ) from None
    try:
        return Target(name=name or target.name, base_url=target.base_url)
    except ValidationError:
        raise UsageProblem(
            f"init: {name!r:.60} is no name of a target; expected small letters, digits and . _ - like shop-staging"
        ) from None


def _named_after(host: str) -> str:
    """The host's first word, or the whole of an address in numbers."""
    try:
        word = str(ipaddress.ip_address(host))
    except ValueError:
        word = host.removeprefix("www.").partition(".")[0]
    return re.sub(r"[^a-z0-9.-]+", "-", word.lower()).strip("-.") or "target"


def _by_address(target: Target) -> Sequence[Part]:
    from ops_tests.tools import live_fly

    app, known = live_fly.app_of(target.base_url, Path())
    return [live_fly.unasked(app)] if known.startswith("by the host") else []


def _live(target: Target, authority: Path | None, path: Path, environ: Mapping[str, str]) -> Sequence[Part]:
    from ops_tests.tools import live_database, live_fly, live_web

    named = os.path.relpath(authority, path.parent) if authority else ""
    web, database = live_web.look(target, authority, named), live_database.look(environ)
    app, known = live_fly.app_of(target.base_url, Path.cwd())
    fly = live_fly.look(app, known, environ) if app else ()
    limits = (*web.limits, *database.limits)
    moved = any(key.seen for key in limits)
    measured = [Part("limits", "Proposed from what was measured.", limits, seen=moved)] if limits else []
    return [*web.parts, *fly, *database.parts, *measured]


def _told(path: Path, parts: Sequence[Part]) -> Iterator[str]:
    seen = list(dict.fromkeys(part.name for part in parts if part.seen))
    yield f"wrote {path}: base_url" + "".join(f", {name}" for name in seen) + "; the rest is commented out, with why"
    yield from (f"  not {part.name}: {part.why}" for part in parts if not part.seen and part.name in _TOLD)
    yield f"next: pytest -m daily --target {path}"


_TOLD = ("health", "platform", "database")
"""Whose absence is worth a line in the terminal: with them, much else is left out."""
