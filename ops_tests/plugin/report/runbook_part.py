"""Runbook sections as HTML, in the words of the target at hand, and the commands to type next."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ops_tests.plugin.runbook import section

if TYPE_CHECKING:
    from ops_tests.records.run import CheckRecord, TargetRecord

_BESIDE, _FAULTS = re.compile(r"python -m ops_tests [^`\n]*"), re.compile(r" --fault \S+")
"""The commands beside the suites look at no fault of the embedded sandbox, which is gone by then."""
_FENCE = re.compile(r"^```sh\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
PARAMETER = re.compile(r"\b(?:PAGE|ENDPOINT)\b")
"""Where the runbook's commands name what the check's id has in brackets."""


def rendered(check: CheckRecord, target: TargetRecord) -> str:
    """A check's section as HTML; HTML in its text is shown as text, so it is safe to insert."""
    from markupsafe import Markup

    return Markup(_markdown().render(_ours(spoken_of(section(check), target), target)))  # noqa: S704  # see above


def commands(check: CheckRecord, target: TargetRecord) -> str:
    """The first block of commands of a check's section that are of use, about the page or endpoint that its id names.

    Without the commands of a platform that the target does not have; "" where the section has no others.
    """
    named = check.check.partition("[")[2].removesuffix("]").removeprefix("/")
    blocks = _FENCE.findall(_ours(spoken_of(section(check), target), target))
    return PARAMETER.sub(lambda _: named, blocks[0]).rstrip("\n") if blocks else ""


def _ours(text: str, target: TargetRecord) -> str:
    """The text without commands of a platform that the target does not have, and without a block of nothing else."""

    def kept(block: re.Match[str]) -> str:
        lines = block[1].splitlines(keepends=True)
        ours = [line for line in lines if not any(strange in line for strange in _strange(target))]
        return f"```sh\n{''.join(ours)}```\n" if ours else ""

    return re.sub(r"^On Cloudflare:\n(?!```)", "", _FENCE.sub(kept, text), flags=re.MULTILINE)


def _strange(target: TargetRecord) -> list[str]:
    """What stands in commands of a platform that the target does not have."""
    fly = [] if target.app else ["--app APP", '{app="APP"']
    cloudflare = [] if target.examples else ["wrangler ", "api.cloudflare.com"]
    return [*fly, *cloudflare]


@cache
def _markdown() -> Any:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False})


def spoken_of(text: str, target: TargetRecord) -> str:
    """The section with the target's address and names in place of the examples', Timedify and Evolution Hub."""
    app, address = target.app or "APP", urlsplit(target.base_url)
    places = {
        "https://timedify.fly.dev/health": target.base_url + target.health_path,
        "https://timedify.fly.dev": target.base_url,
        "timedify.fly.dev:443": f"{address.hostname}:{address.port or 443}",
        "timedify.fly.dev": address.hostname or "",
        "--app timedify": f"--app {app}",
        "--target timedify": f"--target {target.argument or target.name}",
        **(_with_authority(target.authority) if target.authority else {}),
        "apps/timedify/": f"apps/{app}/",
        '{app="timedify"': f'{{app="{app}"',
        "registry.fly.io/timedify:": f"registry.fly.io/{app}:",
        "https://hub-evolution.com": target.base_url,
        "--target evolution-hub`": f"--target {target.argument or target.name}`",
        **target.examples,
    }
    for example, real in places.items():
        text = text.replace(example, real)
    return _BESIDE.sub(lambda line: _FAULTS.sub("", line[0]), text)


def _with_authority(file: str) -> dict[str, str]:
    """Where the commands must be told of a private authority, without which they would blame the certificate."""
    return {"curl -": f"curl --cacert {file} -", "s_client ": f"s_client -CAfile {file} "}
