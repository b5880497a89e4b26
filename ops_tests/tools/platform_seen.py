"""What the commands that change the platform show: what is there now, what would be typed, and what to type next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ops_tests.clients.acting.fly import Words, line
from ops_tests.clients.fly_platform import connect, part_of
from ops_tests.errors import ActionFailed, Blind
from ops_tests.rules.machines import serving
from ops_tests.target_file import typed_as

if TYPE_CHECKING:
    from ops_tests.records.platform import Machine
    from ops_tests.target import Target

INDENT = "  "


def now(machines: Iterable[Machine]) -> Iterator[str]:
    """Each machine that is meant to serve, a line each."""
    yield "now:"
    for one in serving(machines):
        passing = sum(check.status == "passing" for check in one.checks)
        memory = f"{one.memory_mb} MB" if one.memory_mb else "unknown memory"
        yield f"{INDENT}{one.id} {one.state} in {one.region}, {passing} of {len(one.checks)} checks passing, {memory}"
        yield f"{INDENT * 2}{one.image.tag or one.image.digest or 'no image'}"


def typed(target: Target, commands: Iterable[Words]) -> Iterator[str]:
    """The commands as somebody would type them, and whose token or login they would use."""
    yield f"would be typed, with {whose(target)}:"
    yield from (f"{INDENT}{line(words)}" for words in commands)


def whose(target: Target) -> str:
    """The token, or the login, that acts."""
    variable = part_of(target).acts_token_env
    if variable and target.is_set(variable):
        return f"the token in {variable}"
    why = f"{variable} is not set" if variable else "the target file names no platform.acts_token_env"
    return f"your own fly login ({why})"


def afterwards(target: Target) -> Iterator[str]:
    """What is there after something was done, and what proves that all is well."""
    yield from now(connect(target).machines())
    yield f"next: pytest -m post_deploy --target {typed_as(target)}"


def watched(target: Target, acts: Iterator[str]) -> Iterator[str]:
    """The lines of something that is done; when it fails or is interrupted, what is there now, before that is told."""
    try:
        yield from acts
    except (ActionFailed, Blind, KeyboardInterrupt) as ended:
        if isinstance(ended, KeyboardInterrupt):
            yield "interrupted; what was begun may go on"
        try:
            yield from now(connect(target).machines())
        except Blind as error:
            yield f"what is there now cannot be seen: {error}"
        app = part_of(target).app
        yield f"next: fly logs -a {app} --no-tail, and python -m ops_tests releases --target {typed_as(target)}"
        raise
