"""The section of response times: each series with its percentiles and its drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ops_tests.plugin.report.distribution import chart
from ops_tests.rules import latency

if TYPE_CHECKING:
    from ops_tests.plugin.report.past import Past
    from ops_tests.records.run import RunRecord, TargetRecord


@dataclass(frozen=True)
class Latency:
    """One series of response times."""

    target: str
    series: str
    samples: int
    percentiles: list[latency.Percentile]
    drawing: str


def latencies(record: RunRecord, target: TargetRecord, past: Past) -> list[Latency]:
    """The series that were taken of a target, with their percentiles and their drawing."""
    from markupsafe import Markup

    told = []
    for series, taken in past.samples.items():
        ordered = latency.pooled(taken, record.run_id, alone=target.sandbox or not target.image)
        if ordered:
            found = latency.percentiles(ordered)
            drawn = Markup(chart(ordered, found, _limits(record, target, series), series))  # noqa: S704  # drawn here, its words escaped
            told.append(Latency(target.name, series, len(ordered), found, drawn))
    return told


def _limits(record: RunRecord, target: TargetRecord, series: str) -> dict[str, float]:
    """The percentiles' limits in seconds, from the objectives of the series."""
    sizes, names = {"s": 1.0, "ms": 0.001}, latency.objectives_of(series)
    return {
        names[one.id]: one.limit * sizes[one.unit]
        for one in record.objectives
        if one.target == target.name and one.id in names and one.limit and one.unit in sizes
    }
