"""What a benchmark found: a table of what was measured, and the ratios it claims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Claim:
    """A number and what it is to reach.

    Attributes:
        what: Names the number: ``ours / bare pytest, whole process``.
        value: What was measured.
        unit: Written behind both numbers: `` x``, `` MiB``.
        at_most: The largest value that reaches it.
        at_least: The smallest.
        unreached: Why it is not reached, with the profile behind it; said only where it is not.
    """

    what: str
    value: float
    unit: str = " x"
    at_most: float | None = None
    at_least: float | None = None
    unreached: str = ""

    @property
    def reached(self) -> bool:
        """Whether the value keeps both ends."""
        low = self.at_least is None or self.value >= self.at_least
        return low and (self.at_most is None or self.value <= self.at_most)

    def __str__(self) -> str:
        ends = (("at most", self.at_most), ("at least", self.at_least))
        goal = " and ".join(f"{word} {end:g}{self.unit}" for word, end in ends if end is not None)
        why = f": {self.unreached}" if self.unreached and not self.reached else ""
        word = "reached" if self.reached else "not reached"
        return f"{self.what}: **{self.value:.3g}{self.unit}** ({goal}), {word}{why}"


@dataclass(frozen=True)
class Figure:
    """A finished benchmark.

    Attributes:
        title: Its heading.
        about: What was run, against what, how often.
        header: Of the table.
        rows: Of the table, as text.
        claims: What it comes to.
        notes: What else a reader needs to believe it.
    """

    title: str
    about: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    claims: Sequence[Claim]
    notes: Sequence[str] = field(default=())

    def markdown(self) -> str:
        """The section of the results."""
        table = [_row(self.header), _row(["---"] * len(self.header)), *map(_row, self.rows)]
        claims = [f"- {claim}" for claim in self.claims]
        return "\n".join(
            [f"## {self.title}", "", self.about, "", *table, "", *claims, *(f"- {one}" for one in self.notes)]
        )


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
