"""``restart`` and ``scale-memory``: machine by machine, each healthy before the next."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ops_tests.clients.acting.fly import ActingFly, restarting, scaling
from ops_tests.clients.fly_platform import connect, part_of
from ops_tests.errors import ActionFailed, UsageProblem
from ops_tests.rules import machines as rules
from ops_tests.rules.wording import duration, listed
from ops_tests.tools.platform_seen import afterwards, now, typed, watched

if TYPE_CHECKING:
    from ops_tests.permit import Permit
    from ops_tests.records.platform import Machine
    from ops_tests.target import Target
    from ops_tests.tools.acting import Asked


def restart(asked: Asked, ids: Sequence[str]) -> Iterator[str]:
    """Restart machines, by default all that are started; yields what there is to say.

    Raises:
        UsageProblem: An unknown machine, none that is started, or no platform.
        NotPermitted: It is to be done and may not be.
        ActionFailed: A machine did not come back healthy; those behind it were left alone.
        Blind: The platform cannot be looked at.
    """
    if asked.yes:
        with asked.permit() as permit:
            chosen = _chosen(rules.serving(connect(asked.target).machines()), ids)
            yield from watched(asked.target, _restarted(asked.target, permit, chosen))
        return
    present = rules.serving(connect(asked.target).machines())
    chosen = _chosen(present, ids)
    yield from now(present)
    if len(chosen) == 1 and [one for one in present if one.state == "started"] == chosen:
        yield "while it restarts nothing answers: no other machine is started"
    yield from typed(asked.target, [restarting(part_of(asked.target).app, one.id) for one in chosen])
    yield asked.not_done


def _restarted(target: Target, permit: Permit, chosen: Sequence[Machine]) -> Iterator[str]:
    platform, acting = connect(target), ActingFly(target, permit)
    for before in chosen:
        seconds = acting.machine_restart(before.id)
        after = platform.machines()
        if wrong := rules.not_restarted(before, after):
            raise ActionFailed(
                f"{before.id} is not well after its restart: {listed(wrong)}; no other was restarted since"
            )
        yield f"{before.id}: restarted and healthy after {duration(seconds)}"
        yield from rules.unchecked(one for one in after if one.id == before.id)
    yield from afterwards(target)


def _chosen(present: Sequence[Machine], ids: Sequence[str]) -> list[Machine]:
    known = {one.id: one for one in present}
    for wanted in ids:
        if wanted not in known:
            guess = difflib.get_close_matches(wanted, known, 1)
            hint = f"did you mean {guess[0]}?" if guess else f"there are {listed(known) or 'none'}"
            raise UsageProblem(f"there is no machine {wanted!r}; {hint}")
    chosen = [known[one] for one in dict.fromkeys(ids)] or [one for one in present if one.state == "started"]
    if not chosen:
        raise UsageProblem(f"no machine is started ({listed(known) or 'there is none'}); name the one to be started")
    return chosen


def scale_memory(asked: Asked, given: str, *, down: bool) -> Iterator[str]:
    """Give every machine so much memory; yields what there is to say.

    Args:
        asked: What was typed.
        given: MB, as typed.
        down: Whether it may be less than there is.

    Raises:
        UsageProblem: No number, less than there is without ``down``, several process groups, or no platform.
        NotPermitted: It is to be done and may not be.
        ActionFailed: Not every machine has it and is well.
        Blind: The platform cannot be looked at, or does not say what there is.
    """
    megabytes = _megabytes(given)
    if asked.yes:
        with asked.permit() as permit:
            present = rules.serving(connect(asked.target).machines())
            if _change(present, megabytes, down=down):
                yield from watched(asked.target, _scaled(asked.target, permit, megabytes, present))
            else:
                yield f"every machine has {megabytes} MB; nothing was done"
        return
    present = rules.serving(connect(asked.target).machines())
    change = _change(present, megabytes, down=down)
    yield from now(present)
    yield change or f"every machine has {megabytes} MB; there is nothing to do"
    if change:
        yield from typed(asked.target, [scaling(part_of(asked.target).app, megabytes)])
        yield asked.not_done


def _scaled(target: Target, permit: Permit, megabytes: int, before: Sequence[Machine]) -> Iterator[str]:
    seconds = ActingFly(target, permit).scale_memory(megabytes, len(before))
    after = connect(target).machines()
    started = sum(one.state == "started" for one in before)
    if wrong := [*rules.other_memory(after, megabytes), *rules.unwell(after, started)]:
        raise ActionFailed(f"fly called it done and it is not: {listed(wrong)}; expected {megabytes} MB everywhere")
    yield f"{len(before)} machines have {megabytes} MB and are healthy after {duration(seconds)}"
    yield from afterwards(target)


def _megabytes(given: str) -> int:
    if not (given.isascii() and given.isdigit() and int(given)):
        raise UsageProblem(f"{given!r} is no number of MB; type one like 1024")
    return int(given)


def _change(present: Sequence[Machine], megabytes: int, *, down: bool) -> str:
    """What would change, or ""."""
    size = rules.memory_mb(present)
    groups = sorted({one.process_group for one in present})
    if len(groups) > 1:
        raise UsageProblem(f"there are machines of {listed(groups)}; type it yourself: fly scale memory MB -g GROUP")
    if megabytes < size and not down:
        raise UsageProblem(f"{megabytes} MB are less than the {size} MB there are; if that is meant, add --down")
    if not rules.other_memory(present, megabytes):
        return ""
    return f"from {size} MB to {megabytes} MB; every machine restarts, one after the other"
