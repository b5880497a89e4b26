"""How seen things are put into sentences."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ops_tests.records.run import CheckRecord


def listed(items: Iterable[str], at_most: int = 20) -> str:
    """Join offenders with commas; beyond ``at_most`` the rest is counted, so that a sentence stays a sentence."""
    names = list(items)
    more = len(names) - at_most
    return ", ".join(names[:at_most]) + (f" and {more} more" if more > 0 else "")


def duration(seconds: float) -> str:
    """A time span as people say it: ``8.13 ms``, ``840 ms``, ``1.04 s``, ``45 min``, ``2.5 h``, ``3 d``."""
    for size, unit in ((86400.0, "d"), (3600.0, "h"), (60.0, "min")):
        if seconds >= 2 * size:
            return f"{round(seconds / size, 1):g} {unit}"
    return f"{seconds:.3g} s" if seconds >= 0.9995 else f"{seconds * 1000:.3g} ms"  # 999.5 ms would be 1e+03 ms


def seen(message: str) -> str:
    """Of an error's message ``<what was seen>; expected ... Next: ...`` the first part, to build a sentence around."""
    return message.partition("; expected ")[0]


def excerpt(text: str, length: int = 80) -> str:
    """The beginning of a text on one line."""
    line = " ".join(text[: 4 * length].split())
    return line if len(line) <= length else line[:length] + "..."


def runbook_section(check: CheckRecord) -> str:
    """Where a reader elsewhere finds the section of a check: the suite's own runbook is named as in its repository."""
    return f"{check.runbook or 'ops_tests/runbook'}/{check.anchor}"


_SECONDS = {"s": 1.0, "ms": 0.001}
"""What takes so short is told in the unit that fits; what is counted in minutes or more stays with its limit's unit."""


def quantity(value: float, unit: str) -> str:
    """A value with its unit as people say it: ``840 ms``, ``99.82 %``, ``12,000 rows``."""
    if unit in _SECONDS:
        return duration(value * _SECONDS[unit])
    return f"{value:.4g} {unit}" if abs(value) < 1000 else f"{value:,.0f} {unit}"  # four digits want a comma
