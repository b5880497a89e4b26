"""Runbook sections as HTML, in the words of the target at hand, and the commands to type next."""

from __future__ import annotations

import re
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from ops_tests.plugin.runbook import section
from ops_tests.records.run import CheckRecord, TargetRecord

_BESIDE, _FAULTS = re.compile(r"python -m ops_tests [^`\n]*"), re.compile(r" --fault \S+")
"""The commands beside the suites look at no fault of the embedded sandbox, which is gone by then."""
PARAMETER = re.compile(r"\b(?:PAGE|ENDPOINT)\b")
"""Where the runbook's commands name what the check's id has in brackets."""


def rendered(check: CheckRecord, target: TargetRecord) -> str:
    """A check's section as HTML; HTML in its text is shown as text, so it is safe to insert."""
    from markupsafe import Markup

    return Markup(_markdown().render(spoken_of(section(check), target)))  # noqa: S704  # see above


def commands(check: CheckRecord, target: TargetRecord) -> str:
    """The first block of commands of a check's section, about the page or endpoint that its id names.

    Without the platform's commands where the target has no app; "" where the section has no block.
    """
    blocks = [one for one in _markdown().parse(spoken_of(section(check), target)) if one.type == "fence"]
    named = check.check.partition("[")[2].removesuffix("]").removeprefix("/")
    lines = PARAMETER.sub(lambda _: named, str(blocks[0].content)).splitlines() if blocks else []
    return "\n".join(line for line in lines if target.app or "--app APP" not in line)


@cache
def _markdown() -> Any:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False})


def spoken_of(text: str, target: TargetRecord) -> str:
    """The section with the target's address, app and name in place of the runbook's example, Timedify."""
    app, address = target.app or "APP", urlsplit(target.base_url)
    places = {
        "https://timedify.fly.dev": target.base_url,
        "timedify.fly.dev:443": f"{address.hostname}:{address.port or 443}",
        "timedify.fly.dev": address.hostname or "",
        "--app timedify": f"--app {app}",
        "--target timedify": f"--target {target.argument or target.name}",
        **(_with_authority(target.authority) if target.authority else {}),
        "apps/timedify/": f"apps/{app}/",
        '{app="timedify"': f'{{app="{app}"',
        "registry.fly.io/timedify:": f"registry.fly.io/{app}:",
    }
    for example, real in places.items():
        text = text.replace(example, real)
    return _BESIDE.sub(lambda line: _FAULTS.sub("", line[0]), text)


def _with_authority(file: str) -> dict[str, str]:
    """Where the commands must be told of a private authority, without which they would blame the certificate."""
    return {"curl -": f"curl --cacert {file} -", "s_client ": f"s_client -CAfile {file} "}
