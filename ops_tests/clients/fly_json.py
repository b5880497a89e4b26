"""What fly prints as JSON, turned into records: old and new spellings, noise before it, text after it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from ops_tests.clients import fly_machine_json
from ops_tests.clients.fly_fields import (
    Fields,
    folded,
    keys_of,
    moment_of,
    object_of,
    objects_of,
    odd,
    text_of,
    time_of,
    whole,
    whole_number,
)
from ops_tests.clients.printed_json import beginning, decoded, documents, plain
from ops_tests.records.logs import LogLine
from ops_tests.records.platform import Image, Machine, MachineCheck, Release, SecretName

_NOTHING_FOUND = re.compile(r"^\s*no [a-z ]{2,60}(found|available)\b", re.IGNORECASE | re.MULTILINE)
_COMMIT_LABELS = ("org.opencontainers.image.revision", "GH_SHA")
"""The labels of an image that name the commit it was built from: the standard's, and the one of Fly's own examples."""


def listed(text: str, command: str) -> list[Fields]:
    """Find the list in what a command printed.

    Lines before it and text after it are passed over; ``null`` and a sentence like "No machines are available" mean
    that it is empty.

    Raises:
        Unparsable: There is no list of objects.
    """
    text = plain(text)
    for document in documents(text):
        if document is None:
            return []
        if isinstance(document, list) and all(isinstance(item, dict) for item in document):
            return [folded(item) for item in document]
    if _NOTHING_FOUND.search(text):
        return []
    raise odd(command, f"printed no JSON list; expected one. It began with {beginning(text)}")


def version(text: str) -> str:
    """Read ``fly version --json``.

    Raises:
        Unparsable: There is no version in it.
    """
    for document in documents(plain(text)):
        if isinstance(document, dict):
            return text_of(folded(document), "version", "fly version")
    raise odd("fly version", f"printed no JSON object; expected one. It began with {beginning(text)}")


def machines(text: str, command: str = "fly machine list") -> tuple[Machine, ...]:
    """Read ``fly machine list --json``; the environment in a machine's config is never kept.

    Raises:
        Unparsable: No list, or a machine without id or state.
    """
    return tuple(_machine(fields, command) for fields in listed(text, command))


def releases(text: str, command: str = "fly releases") -> tuple[Release, ...]:
    """Read ``fly releases --json``, newest first as fly sorts them.

    Raises:
        Unparsable: No list, or a release without version, status or time.
    """
    return tuple(_release(fields, command) for fields in listed(text, command))


def secret_names(text: str, command: str = "fly secrets list") -> tuple[SecretName, ...]:
    """Read ``fly secrets list --json``: the names, and the status since flyctl 0.4.6.

    Raises:
        Unparsable: No list, or a secret without a name.
    """
    found = listed(text, command)
    return tuple(SecretName(text_of(fields, "name", command), str(fields.get("status") or "")) for fields in found)


def log_lines(text: str, command: str = "fly logs") -> tuple[LogLine, ...]:
    """Read ``fly logs --json``: objects one after the other, neither an array nor one a line.

    Raises:
        Unparsable: Something in between is no JSON, the last object is cut, or a line lacks its time.
    """
    return tuple(log_line(item, command) for item in _stream(plain(text), command))


def log_line(item: Mapping[str, Any], command: str) -> LogLine:
    """Read one log line, of the command or of the HTTP API.

    Raises:
        Unparsable: It has no message or no readable time.
    """
    fields = folded(item)
    meta = folded(object_of(fields.get("meta")))
    event = folded(object_of(meta.get("event")))
    if not isinstance(fields.get("message"), str):
        raise odd(command, f"has a log line without message; expected one beside {keys_of(fields)}")
    return LogLine(
        timestamp=time_of(fields, "timestamp", command),
        message=plain(fields["message"]),
        instance=str(fields.get("instance") or meta.get("instance") or ""),
        level=str(fields.get("level") or "info"),
        provider=str(event.get("provider") or ""),
    )


def parse_image(reference: str) -> Image | None:
    """Take ``registry/repository:tag@sha256:...`` apart; None for an empty reference."""
    name, _at, digest = reference.strip().partition("@")
    repository, colon, tag = name.rpartition(":")
    if not colon or "/" in tag:
        repository, tag = name, ""
    return Image(repository, tag, digest) if repository else None


def _stream(text: str, command: str) -> Iterator[Mapping[str, Any]]:
    first = re.search(r"^\{", text, re.MULTILINE)
    place = first.start() if first else len(text)
    if not first and text.strip():
        raise odd(command, f"printed no JSON objects; expected log lines. It began with {beginning(text)}")
    while place < len(text):
        try:
            item, place = decoded(text, place)
        except ValueError:
            raise odd(command, f"printed broken JSON after {place} characters; expected a log line") from None
        yield object_of(item)


def _machine(fields: Fields, command: str) -> Machine:
    config = folded(object_of(fields.get("config") or fields.get("incompleteconfig")))
    metadata = folded(object_of(config.get("metadata")))
    image = folded(object_of(fields.get("imageref")))
    return Machine(
        id=text_of(fields, "id", command),
        state=text_of(fields, "state", command),
        region=str(fields.get("region") or ""),
        image=_machine_image(image, config),
        process_group=str(metadata.get("flyprocessgroup") or "app"),
        checks=tuple(_check(folded(item)) for item in _every_check(fields, command)),
        host_status=text_of(fields, "hoststatus", command) if "hoststatus" in fields else "ok",
        auto_stop=any(_may_stop(folded(service)) for service in objects_of(config.get("services"))),
        release=whole_number(metadata.get("flyreleaseversion")),
        started_at=_newest_start(objects_of(fields.get("events"))),
        commit=_commit(object_of(image.get("labels"))),
        memory_mb=fly_machine_json.memory_mb(config),
        services=fly_machine_json.services(config),
        events=fly_machine_json.events(fields.get("events")),
    )


def _machine_image(reference: Fields, config: Fields) -> Image:
    repository = "/".join(str(reference[key]) for key in ("registry", "repository") if reference.get(key))
    if not repository:
        return parse_image(str(config.get("image") or "")) or Image("")
    return Image(repository, str(reference.get("tag") or ""), str(reference.get("digest") or ""))


def _commit(labels: Mapping[str, Any]) -> str:
    named = (labels.get(label) for label in _COMMIT_LABELS)
    return next((whole(value) for value in named if isinstance(value, str) and value), "")


def _may_stop(service: Fields) -> bool:
    """``autostop`` is true, false, or a word: ``stop``, ``suspend``, ``off``."""
    return bool(service.get("autostop")) and service.get("autostop") != "off"


def _every_check(fields: Fields, command: str) -> list[Mapping[str, Any]]:
    """The checks of a machine, all of them: one that cannot be read may be the one that fails."""
    checks = fields.get("checks")
    found = objects_of(checks)
    if checks is not None and (not isinstance(checks, list) or len(found) < len(checks)):
        raise odd(command, f"has a machine whose checks are no list of objects; expected one beside {keys_of(fields)}")
    return found


def _check(fields: Fields) -> MachineCheck:
    return MachineCheck(*(str(fields.get(key) or "") for key in ("name", "status", "output")))


def _newest_start(found: Iterable[Mapping[str, Any]]) -> datetime | None:
    """The time of the newest event that says ``started``, also of one that says nothing else."""
    starts = [event.get("timestamp") for event in map(folded, found) if event.get("status") == "started"]
    return max(filter(None, map(moment_of, starts)), default=None)


def _release(fields: Fields, command: str) -> Release:
    number = whole_number(fields.get("version"))
    if number is None:
        raise odd(command, f"has a release without version; expected a number beside {keys_of(fields)}")
    return Release(
        version=number,
        status=text_of(fields, "status", command),
        created_at=time_of(fields, "createdat", command),
        image=parse_image(str(fields.get("imageref") or "")),
        description=str(fields.get("description") or ""),
    )
