"""``schedule``: what runs when, as crontab, units of systemd, workflow of GitHub or manifests of Kubernetes."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
import textwrap
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from ops_tests import __version__
from ops_tests.errors import UsageProblem
from ops_tests.target_file import typed_as
from ops_tests.tools.rendering import rendered
from ops_tests.tools.schedule_plan import Plan, plan

if TYPE_CHECKING:
    from ops_tests.target import Target

FORMATS = {
    "crontab": "schedule.crontab.j2",
    "systemd": "schedule.systemd.j2",
    "github": "schedule.github.yml.j2",
    "kubernetes": "schedule.kubernetes.yml.j2",
}
CARRIED = ("github", "kubernetes")
"""Formats that run elsewhere, where there is of this machine only the project's folder."""
CLONE = ("Makefile", "pytest.ini", "requirements.lock")
USUAL = ("/usr/local/bin", "/usr/bin", "/bin")
"""Where programs are looked for: cron and systemd know next to none of what a login shell knows."""
WRANGLER = "wrangler@4.86.0"
"""What is installed where nothing is: the newest that runs on the Node 20 of GitHub's runners and of Debian 13."""
WIDTH = 79
ADDRESSES = re.compile(r"[^a-z0-9]+")
LONGEST_NAME = 29
"""Of a name in Kubernetes: a CronJob's has at most 52 characters, the longest of ours 23 beside it."""


def schedule(target: Target, style: str, folder: Path) -> str:
    """The schedule of a target, with all that it leaves out as comments.

    Args:
        target: The target.
        style: A key of `FORMATS`.
        folder: The project's folder, where the runs will be.

    Raises:
        UsageProblem: The format is carried elsewhere, and the folder or the target file cannot be.
    """
    (argument,) = shlex.split(typed_as(target))
    if style in CARRIED:
        _refuse_what_cannot_be_carried(style, argument, folder)
    checks_from = () if (folder / "pytest.ini").is_file() else ("--pyargs", "ops_tests.checks")
    made = plan(target, argument, checks_from)
    programs = _programs(made, target)
    return rendered(
        FORMATS[style],
        plan=made,
        version=__version__,
        again=shlex.join(["python", "-m", "ops_tests", "schedule", "--format", style, "--target", argument]),
        folder=str(folder),
        owner=_owner(folder),
        python=_python(folder),
        absolute_python=str(folder / _python(folder)),
        path=":".join([*dict.fromkeys([*programs.values(), *USUAL])]),
        absent=[name for name, place in programs.items() if not shutil.which(name, path=place)],
        wrangler=WRANGLER,
        dns=_dns_name(target.name),
        quoted=shlex.quote,
        text=json.dumps,
        wrapped=_wrapped,
        expression="${{{{ {} }}}}".format,
    )


def _refuse_what_cannot_be_carried(style: str, argument: str, folder: Path) -> None:
    missing = [name for name in CLONE if not (folder / name).is_file()]
    if missing:
        raise UsageProblem(
            f"--format {style} is for a clone of this project, and {folder} has no {missing[0]}; type it in the clone "
            "that holds the target file, or take --format crontab or systemd"
        )
    if Path(argument).is_absolute():
        raise UsageProblem(
            f"the target file {argument} lies outside {folder}, and --format {style} runs where there is only that "
            "folder; move the file into it and name it again"
        )


def _python(folder: Path) -> str:
    """The interpreter of this environment, from the project's folder if it lies inside."""
    python = Path(sys.prefix, "bin", "python")
    return str(python.relative_to(folder) if python.is_relative_to(folder) else python)


def _owner(folder: Path) -> str:
    """Whose the folder is: whoever runs the schedule must be able to write reports into it."""
    try:
        return folder.owner()
    except KeyError:  # a container's user need have no name
        return str(folder.stat().st_uid)


def _programs(made: Plan, target: Target) -> dict[str, str]:
    """The folder of each program; one that is not found is expected where its installer puts it."""
    found = {name: shutil.which(name, path=target.environment.get("PATH", "")) for name in made.programs}
    usual = {"fly": str(Path.home() / ".fly" / "bin"), "wrangler": USUAL[0]}
    return {name: str(Path(where).parent) if where else usual[name] for name, where in found.items()}


def _dns_name(name: str) -> str:
    """The target's name as Kubernetes takes it; one that had to be cut keeps itself apart from its like."""
    plain = ADDRESSES.sub("-", name).strip("-")
    if plain == name and len(name) <= LONGEST_NAME:
        return plain
    return f"{plain[: LONGEST_NAME - 9].rstrip('-')}-{sha256(name.encode()).hexdigest()[:8]}"


def _wrapped(sentence: str, indent: str = "# ") -> str:
    """A sentence as lines of a comment."""
    return textwrap.fill(
        sentence,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
