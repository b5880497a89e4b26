"""Command line, ini and environment: what was asked for.

The target is looked up in this order: ``--target`` and ``--targets-file``, ``OPS_TARGET`` (environment, then ``.env``),
``ops_target`` in pytest.ini. Without any it is the sandbox on a terminal, and a usage error elsewhere: cron loses its
environment, and a sandbox that is green for ever would be the worst monitor of all.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ops_tests.rules.sharding import Shard

CHECKS = Path(__file__).parents[1] / "checks"
DRILLS_BY_NAME = ("rollback",)
"""Drills that nobody makes without having asked for them."""
SUITES = ("smoke", "daily", "weekly", "monthly", "post_deploy", "audit", "dr_drill")


@dataclass(frozen=True)
class Settings:
    """What was asked for.

    Attributes:
        targets: Names or paths, in the order given on the command line or by what stands in for it.
        targets_file: The file with more of them, or None.
        shard: The part of all of them that is checked here, or None.
        faults: Faults to plant in the sandbox.
        expect_image: The image that must be live, or "".
        expect_release: The release number that must be the newest, or None.
        permits: Names of the targets that may be acted on.
        drills: The drills that were asked for by name.
        suite: The one suite the mark expression names, else the expression itself, else ``all``.
    """

    targets: tuple[str, ...]
    targets_file: Path | None
    shard: Shard | None
    faults: tuple[str, ...]
    expect_image: str
    expect_release: int | None
    permits: tuple[str, ...]
    drills: tuple[str, ...]
    suite: str


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the suite."""
    group = parser.getgroup("ops", "operational checks")
    group.addoption(
        "--target", action="append", dest="ops_targets", default=[], type=_given, metavar="NAME|PATH",
        help="the target to check: a packaged name or a .toml file; repeatable (else OPS_TARGET, .env, ini ops_target)",
    )  # fmt: skip
    group.addoption(
        "--targets-file", dest="ops_targets_file", default=None, type=_given, metavar="FILE",
        help="check the targets that FILE names too: a name or path (relative to FILE) a line, # begins a comment",
    )  # fmt: skip
    group.addoption(
        "--shard", dest="ops_shard", default=None, type=_shard, metavar="I/N",
        help="check only the I-th of N parts of the targets, counted from 1; a target's name alone decides its part",
    )  # fmt: skip
    group.addoption(
        "--sandbox-if-unnamed", action="store_true", dest="ops_sandbox_if_unnamed",
        help="check the embedded sandbox when nothing else names a target",
    )  # fmt: skip
    group.addoption(
        "--fault", action="append", dest="ops_faults", default=[], metavar="NAME",
        help="plant a fault in the sandbox; repeatable; `python -m ops_tests faults` lists them",
    )  # fmt: skip
    group.addoption(
        "--expect-image", dest="ops_expect_image", default=None, type=_given, metavar="REF",
        help="the image (whole reference, tag or digest) that every machine must run",
    )  # fmt: skip
    group.addoption(
        "--expect-release", dest="ops_expect_release", default=None, type=_release_number, metavar="N",
        help="the number the newest release must have",
    )  # fmt: skip
    group.addoption(
        "--permit", action="append", dest="ops_permits", default=[], type=_given, metavar="TARGETNAME",
        help="permit checks that act to change this target, whose file says acts = true; repeatable",
    )  # fmt: skip
    group.addoption(
        "--drill", action="append", dest="ops_drills", default=[], choices=DRILLS_BY_NAME, metavar="NAME",
        help="with -m dr_drill: make this drill too, which is made only when named: rollback; repeatable",
    )  # fmt: skip
    parser.addini("ops_target", "the target to check when neither --target nor OPS_TARGET names one", default="")
    parser.addini("ops_checks", "folders with checks of your own, beside the packaged ones", type="paths", default=[])


def _given(text: str) -> str:
    if not text.strip():
        raise pytest.UsageError(
            "--target, --targets-file, --permit and --expect-image want a value and got an empty one; "
            "is the variable set?"
        )
    return text


def _shard(text: str) -> Shard:
    from ops_tests.rules.sharding import shard_of

    try:
        return shard_of(text)
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None


def _release_number(text: str) -> int:
    if not re.fullmatch(r"v?[0-9]{1,9}", text):
        message = f"--expect-release wants a release number like 42 or v42, not {text!r}"
        raise pytest.UsageError(message)
    return int(text.removeprefix("v"))


def settings(config: pytest.Config) -> Settings:
    """Read what was asked for.

    Raises:
        pytest.UsageError: No target is named and there is no terminal.
    """
    file = config.getoption("ops_targets_file")
    return Settings(
        targets=_targets(config),
        targets_file=config.invocation_params.dir / Path(file).expanduser() if file else None,
        shard=config.getoption("ops_shard"),
        faults=tuple(config.getoption("ops_faults")),
        expect_image=config.getoption("ops_expect_image") or "",
        expect_release=config.getoption("ops_expect_release"),
        permits=tuple(config.getoption("ops_permits")),
        drills=tuple(config.getoption("ops_drills")),
        suite=suite(config),
    )


def _targets(config: pytest.Config) -> tuple[str, ...]:
    from ops_tests.target import read_environ

    if config.getoption("ops_targets_file"):
        return tuple(dict.fromkeys(config.getoption("ops_targets")))
    environ = read_environ(config.rootpath)
    named = config.getoption("ops_targets") or [environ.get("OPS_TARGET", "") or config.getini("ops_target")]
    if any(named):
        return tuple(dict.fromkeys(name for name in named if name))
    attended = sys.stdout.isatty() and not environ.get("CI")
    if attended or config.getoption("ops_sandbox_if_unnamed"):
        return ("sandbox",)
    line = f"pytest -m {config.getoption('markexpr') or 'daily'} --target NAME"
    message = (
        "no target is named, and this is no terminal, so the sandbox is not silently checked instead. "
        f"Type: {line} (or set OPS_TARGET); --target sandbox is the embedded one"
    )
    raise pytest.UsageError(message)


def suite(config: pytest.Config) -> str:
    """The suite that is run: the only suite in the mark expression, else the expression itself, else ``all``."""
    expression = str(config.getoption("markexpr") or "")
    named = [word for word in SUITES if re.search(rf"(?<!not )\b{word}\b", expression)]
    return named[0] if len(named) == 1 else expression or "all"


def is_target_given(config: pytest.Config) -> bool:
    """Whether the command line names a target."""
    return bool(config.getoption("ops_targets") or config.getoption("ops_targets_file"))
