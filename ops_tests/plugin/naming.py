"""Which targets a run is about: those that are named, or a shard's part of them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ops_tests.errors import UsageProblem
from ops_tests.plugin.options import Settings, settings
from ops_tests.plugin.state import Run
from ops_tests.target import Target, read_environ
from ops_tests.targets_file import Naming, load_named, read_namings


def named_run(config: pytest.Config) -> Run:
    """The run on the targets that are named, or on this shard's part of them.

    Raises:
        UsageProblem: One of them cannot be checked as it is named, or an option would be lost for a letter.
    """
    wanted = settings(config)
    here, file = config.invocation_params.dir, wanted.targets_file
    namings = [Naming(word, here) for word in wanted.targets] + (read_namings(file) if file else [])
    named = {one.target.name: one for one in load_named(namings, read_environ(config.rootpath), here, file)}
    _refuse_misdirected(wanted, {name: one.target for name, one in named.items()})
    ours = {name: one for name, one in named.items() if wanted.shard is None or wanted.shard.holds(name)}
    if not ours:
        # Rightly empty: the others check them all. No report is written, since it would be green for nothing.
        said = f"shard {wanted.shard}: none of the {len(named)} targets falls into it, so nothing is checked here"
        raise pytest.exit.Exception(f"{said}; the other shards check them", returncode=0)
    targets, typed = ({name: getattr(one, key) for name, one in ours.items()} for key in ("target", "typed"))
    return Run(wanted, targets, typed=typed, elsewhere=len(named) - len(ours))


def _refuse_misdirected(wanted: Settings, targets: Mapping[str, Target]) -> None:
    """Refuse a fault for a live target, and a permit that would be lost for a letter.

    Raises:
        UsageProblem: There is one.
    """
    live = [target.name for target in targets.values() if not target.sandbox]
    if wanted.faults and live:
        message = (
            f"--fault breaks things on purpose and is only for the sandbox, not for {', '.join(live)}; drop --fault"
        )
        raise UsageProblem(message)
    others = [name for name in wanted.permits if name not in targets]
    if others:
        named, known = ", ".join(others), " or ".join(targets)
        raise UsageProblem(f"--permit names {named}, which is no target of this run; expected {known}")


def argument(run: Run, target: Target) -> str:
    """What follows ``--target`` on a command line that looks at the target once more; the sandbox keeps its faults."""
    faults = run.sandboxes[target.name].faults if target.name in run.sandboxes else ()
    return " ".join([run.typed[target.name], *(f"--fault {name}" for name in faults)])
