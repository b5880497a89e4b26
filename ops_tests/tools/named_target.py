"""The target that a command is about."""

from __future__ import annotations

from pathlib import Path

from ops_tests.errors import UsageProblem
from ops_tests.target import Target, read_environ
from ops_tests.target_file import find_target, load_target


def named_target(name: str | None, folder: Path) -> Target:
    """The target that is named, else the one of ``OPS_TARGET``.

    Args:
        name: What was typed behind ``--target``: a name or a path.
        folder: The project's folder.

    Raises:
        UsageProblem: None is named, or its file is not one.
    """
    environ = read_environ(folder)
    wanted = name or environ.get("OPS_TARGET", "")
    if not wanted:
        raise UsageProblem("no target is named; type --target NAME, or set OPS_TARGET")
    return load_target(find_target(wanted, folder), environ)


def lasting_target(name: str | None, folder: Path) -> Target:
    """The named target, which must not be the embedded sandbox: that is gone when its run of checks has ended.

    Raises:
        UsageProblem: It is, or none is named, or its file is not one.
    """
    target = named_target(name, folder)
    if target.sandbox:
        why = "the embedded sandbox lives no longer than a run of checks"
        raise UsageProblem(f"{why}; python -m ops_tests sandbox --write DIR keeps one up")
    return target
