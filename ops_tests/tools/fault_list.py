"""``faults``: what can be broken on purpose, and what each fault must turn."""

from __future__ import annotations

from collections.abc import Iterator

from ops_tests.sandbox.faults import SYSTEMS


def fault_list() -> Iterator[str]:
    """One paragraph a fault: its name, what it breaks, the checks it turns; above those of a system its target."""
    for system, known in SYSTEMS.items():
        yield f"--target {system}"
        for fault in known.faults.values():
            yield f"{fault.name}: {fault.summary}"
            if fault.turns_nothing:
                yield "    turns nothing"
            for turn in fault.turns:
                yield f"    {turn.outcome}{f' {turn.level}' if turn.level else ''}: {turn.check}"
