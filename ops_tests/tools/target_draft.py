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
from ops_tests.target_file import packaged_targets
from ops_tests.tools.draft import NO_HTTPS, Part, drafted

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
        UsageProblem: The address or the name is none, or the file exists or cannot be written: before anybody is asked.
    """
    target = _target(url, name)
    path = output or Path(f"{target.name}.toml")
    _make_room(path)
    if live:
        yield f"looking at {target.base_url}; nothing is changed and nothing is sent to a webhook"
    parts, answered = _live(target, authority, path, environ) if live else (_by_address(target), True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(drafted(target.name, target.base_url, parts))
    except FileExistsError:
        raise UsageProblem(_exists(path)) from None
    except OSError as error:
        raise _unwritable(path, str(error.strerror)) from None
    yield from _told(path, parts)
    if not answered:
        again = f"once it answers, delete {path} (nothing is overwritten) and try again"
        yield f"nothing was seen of {target.base_url}: {again}"


def _make_room(path: Path) -> None:
    """The folder is made if need be, since a long look must not end for want of one."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        taken = path.exists()
    except OSError as error:
        raise _unwritable(path, str(error.strerror)) from None
    if taken:
        raise UsageProblem(_exists(path))
    if not os.access(path.parent, os.W_OK):
        raise _unwritable(path, "Permission denied")


def _unwritable(path: Path, why: str) -> UsageProblem:
    return UsageProblem(f"init: {path} cannot be written ({why}); expected a folder of yours")


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
            f"init: {shown} is no address of an application; expected scheme and host only, {_wanted(url)}"
        ) from None
    if name in packaged_targets():
        raise UsageProblem(
            f"init: {name} is the name of a target that comes with the package; expected another, like {name}-live"
        )
    try:
        return Target(name=name or target.name, base_url=target.base_url)
    except ValidationError:
        raise UsageProblem(
            f"init: {name!r:.60} is no name of a target; expected small letters, digits and . _ - like shop-staging"
        ) from None


def _wanted(url: str) -> str:
    """The same address without its path, if that is all that is wrong with it and it may be repeated."""
    bare = re.match(r"https?://[\w.:\[\]-]+(?=/.)", url)
    return f"without a path: {bare[0]}" if bare and _SHOWN.fullmatch(url) else "like https://app.example.com"


def _named_after(host: str) -> str:
    """The host's first word, or the whole of an address in numbers; never a name that the package has taken."""
    try:
        word = f"host-{ipaddress.ip_address(host)}"
    except ValueError:
        word = host.removeprefix("www.").partition(".")[0]
    name = re.sub(r"[^a-z0-9]+", "-", word.lower()).strip("-") or "target"
    return f"{name}-live" if name in packaged_targets() else name


def _by_address(target: Target) -> Sequence[Part]:
    from ops_tests.tools import live_fly

    app, known = live_fly.app_of(target.base_url, Path())
    fly = [live_fly.unasked(app)] if known.startswith("by the host") else []
    return fly if target.speaks_https else [NO_HTTPS, *fly]


def _live(
    target: Target, authority: Path | None, path: Path, environ: Mapping[str, str]
) -> tuple[Sequence[Part], bool]:
    """What was seen, and whether the application answered at all."""
    from ops_tests.tools import live_database, live_fly, live_web

    named = os.path.relpath(authority, path.parent) if authority else ""
    web, database = live_web.look(target, authority, named), live_database.look(environ)
    app, known = live_fly.app_of(target.base_url, Path.cwd())
    fly = live_fly.look(app, known, environ) if app else ()
    limits = (*web.limits, *database.limits)
    moved = any(key.seen for key in limits)
    measured = [Part("limits", "Proposed from what was measured.", limits, seen=moved)] if limits else []
    return [*web.parts, *fly, *database.parts, *measured], web.answered


def _told(path: Path, parts: Sequence[Part]) -> Iterator[str]:
    seen = list(dict.fromkeys(part.name for part in parts if part.seen))
    yield f"wrote {path}: base_url" + "".join(f", {name}" for name in seen) + "; the rest is commented out, with why"
    yield from (f"  not {part.name}: {part.why}" for part in parts if not part.seen and part.name in _TOLD)
    yield f"next: pytest -m daily --target {path}"


_TOLD = ("health", "platform", "database")
"""Whose absence is worth a line in the terminal: with them, much else is left out."""
