"""Judging what a drill saw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from ops_tests.errors import NotCovered
from ops_tests.records.run import Figure, Level, RunRecord, Span
from ops_tests.rules.machines import serving
from ops_tests.rules.releases import same_image
from ops_tests.rules.wording import duration, excerpt

if TYPE_CHECKING:
    from ops_tests.limits import Limit
    from ops_tests.records.database import WebhookEvent
    from ops_tests.records.drill import (
        Act,
        ColdStart,
        HealthProbe,
        PersistentDelivery,
        ReplayedLetter,
        SteadyState,
        ThereAndBack,
    )
    from ops_tests.records.platform import Machine

IN_A_ROW = 3
"""So often health must answer for the target to have recovered."""


def recovered_at(probes: Sequence[HealthProbe], since: datetime) -> datetime | None:
    """When health had answered three times in a row, counting only what was asked since a moment; None while not."""
    row = 0
    for probe in probes:
        if probe.sent_at < since:
            continue
        row = 0 if probe.wrong else row + 1
        if row == IN_A_ROW:
            return probe.ended_at
    return None


def recovery_seconds(acts: Iterable[Act], probes: Sequence[HealthProbe]) -> float | None:
    """The longest recovery: from the beginning of an act until health had answered three times in a row after its end.

    None when it never did after one of them.
    """
    longest = 0.0
    for act in acts:
        recovered = recovered_at(probes, act.ended_at)
        if recovered is None:
            return None
        longest = max(longest, (recovered - act.began_at).total_seconds())
    return longest


def outages(probes: Sequence[HealthProbe]) -> list[tuple[datetime, datetime]]:
    """From each first probe that failed until the next that did not, or the last there is."""
    found = []
    for wrong, together in groupby(probes, key=lambda one: bool(one.wrong)):
        seen = list(together)
        if wrong:
            after = next((one.sent_at for one in probes if one.sent_at > seen[-1].sent_at), seen[-1].ended_at)
            found.append((seen[0].sent_at, after))
    return found


def outage_seconds(probes: Sequence[HealthProbe]) -> float:
    """How long health did not answer as it should, together."""
    return sum((until - since).total_seconds() for since, until in outages(probes))


def not_recovered(seen: ColdStart, limit: Limit) -> list[str]:
    """What speaks against a recovery in time, one phrase each.

    Args:
        seen: The restart.
        limit: The recovery's limit, in minutes.
    """
    found = [f"{act.what}: {act.failed}" for act in seen.acts if act.failed]
    seconds = recovery_seconds(seen.acts, seen.probes)
    if seconds is None:
        last = next((one.wrong for one in reversed(seen.probes) if one.wrong), "nothing was seen")
        return [*found, f"health did not answer three times in a row after the restart: {excerpt(last)}"]
    return [*found, *([f"healthy only after {duration(seconds)}"] if seconds > limit.value * 60 else [])]


def recovery_minutes(seen: ColdStart) -> float | None:
    """The recovery in the unit of its limit; None without one."""
    seconds = recovery_seconds(seen.acts, seen.probes)
    return None if seconds is None else round(seconds / 60, 4)


def recovery_level(seen: ColdStart) -> Level:
    """L3 while the application is down, else L1."""
    return Level.L3 if recovery_seconds(seen.acts, seen.probes) is None else Level.L1


def seen_from_outside(seen: ColdStart) -> list[str]:
    """What the restart was and what the prober saw, as evidence."""
    return [*(f"{act.what}: {duration(_seconds(act))}" for act in seen.acts), _outage_told(seen.probes)]


def needless_outage(seen: ColdStart) -> list[str]:
    """A note where several machines were restarted one by one and health failed all the same."""
    if len(seen.acts) < 2 or not outages(seen.probes):
        return []
    lasted = duration(outage_seconds(seen.probes))
    return [f"{len(seen.acts)} machines were restarted one by one, and yet nobody answered for {lasted}"]


def not_exactly_once(deliveries: Iterable[PersistentDelivery], events: Sequence[WebhookEvent]) -> list[str]:
    """Deliveries that were given up, or are not recorded exactly once under their own id, one phrase each.

    Raises:
        NotCovered: None was sent.
    """
    sent = list(deliveries)
    if not sent:
        raise NotCovered("no delivery was followed to its end, since nobody answered; expected the restart to recover")
    by_shop = Counter(event.shop for event in events)
    ids = {event.id for event in events}
    found = []
    for one in sent:
        tries = f"{len(one.sendings)} tries"
        if one.sendings[-1].wrong:
            found.append(f"{one.webhook_id} was given up after {tries}: {excerpt(one.sendings[-1].wrong)}")
        elif by_shop[one.shop] != 1:
            found.append(f"{one.webhook_id} was accepted and recorded {by_shop[one.shop]} times after {tries}")
        elif one.webhook_id not in ids:
            found.append(f"{one.webhook_id} was recorded under another id")
    return found


def delivered(deliveries: Sequence[PersistentDelivery]) -> str:
    """How many were sent and how many of them took more than one try, as evidence."""
    again = [len(one.sendings) for one in deliveries if len(one.sendings) > 1]
    most = f", at most {max(again)} tries" if again else ""
    return f"{len(deliveries)} deliveries sent, {len(again)} of them repeated{most}"


def deployed(seen: ThereAndBack) -> list[str]:
    """What was deployed and what the prober saw, as evidence."""
    return [*(f"{act.what}: {duration(_seconds(act))}" for act in seen.acts), _outage_told(seen.probes)]


def _outage_told(probes: Sequence[HealthProbe]) -> str:
    found = outages(probes)
    told = f"{len(found)} outages, {duration(outage_seconds(probes))} together" if found else "no outage"
    return f"{len(probes)} probes saw {told}"


def not_replayed(seen: ReplayedLetter) -> list[str]:
    """What speaks against the replay of the planted letter, one phrase each."""
    found = [] if seen.replayed else [seen.outcome]
    return [*found, *(["it waits still"] if seen.waits else [])]


def steady(now: SteadyState) -> list[str]:
    """What was looked at afterwards, as evidence."""
    found = [f"machine {one.id} {one.state}, {one.image.tag or one.image.digest}" for one in serving(now.machines)]
    last = [f"release v{now.newest.version} {now.newest.status}"] if now.newest else []
    return [*found, *last, f"{len(now.secrets)} secrets, {len(now.letters)} dead letters, nothing to be undone"]


def red_afterwards(smoke: RunRecord) -> list[str]:
    """The checks of a smoke run that are red, one phrase each.

    Raises:
        NotCovered: None is red, and yet the run does not prove that all is well.
    """
    found = [f"{one.check}: {excerpt(one.sentence)}" for one in smoke.checks if one.outcome == "finding"]
    if not found and smoke.exit_status:
        raise NotCovered(f"the smoke suite says {smoke.verdict}; expected every check to hold")
    return found


def left_behind(before: SteadyState, now: SteadyState) -> list[str]:
    """In what the target is not as it was before the drill, one phrase each."""
    found = list(_machines_changed(before.machines, now.machines))
    if before.newest and now.newest and now.newest.status != before.newest.status:
        found.append(f"release v{now.newest.version} is {now.newest.status}, not {before.newest.status}")
    if before.newest and now.newest and before.newest.image and now.newest.image:
        same = same_image(before.newest.image, now.newest.image)
        found += [] if same else [f"release v{now.newest.version} is of {now.newest.image}"]
    if before.secrets != now.secrets:
        found.append("other secrets are set")
    found += [f"dead letter {one} waits" for one in now.letters if one not in before.letters]
    if now.sessions > before.sessions:
        found.append(f"{now.sessions - before.sessions} sessions of synthetic shops are there")
    return [*found, *(f"not undone: {one}" for one in now.open_entries)]


def _machines_changed(before: Sequence[Machine], now: Sequence[Machine]) -> Iterator[str]:
    present = {one.id: one for one in serving(now)}
    for old in serving(before):
        new = present.pop(old.id, None)
        if new is None:
            yield f"machine {old.id} is gone"
            continue
        if new.state != old.state:
            yield f"machine {old.id} is {new.state}, not {old.state}"
        if not same_image(new.image, old.image):
            yield f"machine {old.id} runs {new.image}, not {old.image}"
        if new.memory_mb != old.memory_mb:
            yield f"machine {old.id} has {new.memory_mb} MB, not {old.memory_mb} MB"
    yield from (f"machine {one} is new" for one in present)


def restart_told(seen: ColdStart) -> tuple[list[Span], tuple[Figure, ...]]:
    """The timeline and the figures of a restart; one that failed has no recovery to be held against others."""
    recovery = None if any(act.failed for act in seen.acts) else recovery_seconds(seen.acts, seen.probes)
    figures = [_figure("recovery time", recovery)] if recovery is not None else []
    figures.append(_figure("outage seen", outage_seconds(seen.probes)))
    if seen.deliveries:
        again = sum(len(one.sendings) > 1 for one in seen.deliveries)
        figures.append(Figure(name="sent throughout", value=len(seen.deliveries), unit="deliveries"))
        figures.append(Figure(name="of them repeated", value=again, unit="deliveries"))
    spans = [*health_spans(seen.probes), *delivery_spans(seen.deliveries), *act_spans(seen.acts)]
    return spans, tuple(figures)


def rollback_told(seen: ThereAndBack) -> tuple[list[Span], tuple[Figure, ...]]:
    """The timeline and the figures of a rollback."""
    names = ("time to the previous image", "time to the present image")
    figures = [_figure(name, _seconds(act)) for name, act in zip(names, seen.acts, strict=False) if not act.failed]
    figures.append(_figure("outage seen", outage_seconds(seen.probes)))
    return [*health_spans(seen.probes), *act_spans(seen.acts)], tuple(figures)


def replay_told(seen: ReplayedLetter) -> tuple[list[Span], tuple[Figure, ...]]:
    """The timeline and the figures of a replay."""
    times = [_figure("replay time", _seconds(act)) for act in seen.acts if act.what.startswith("replay")]
    return act_spans(seen.acts), tuple(times)


def _figure(name: str, seconds: float) -> Figure:
    return Figure(name=name, value=round(seconds, 2), unit="s")


def _seconds(act: Act) -> float:
    return (act.ended_at - act.began_at).total_seconds()


def health_spans(probes: Sequence[HealthProbe]) -> list[Span]:
    """The lane ``health`` of a timeline: neighbours of one kind are one span."""
    found: list[Span] = []
    for wrong, together in groupby(probes, key=lambda one: one.wrong):
        seen = list(together)
        if found and found[-1].until < seen[0].sent_at:
            found[-1] = found[-1].model_copy(update={"until": seen[0].sent_at})
        text = excerpt(wrong) if wrong else f"healthy, {len(seen)} answers"
        state, until = ("bad" if wrong else "good"), seen[-1].ended_at
        found.append(Span(lane="health", since=seen[0].sent_at, until=until, state=state, text=text))
    return found


def delivery_spans(deliveries: Iterable[PersistentDelivery]) -> list[Span]:
    """The lane ``deliveries``: each try."""
    return [
        Span(
            lane="deliveries",
            since=one.sent_at,
            until=one.ended_at,
            state="bad" if one.wrong else "good",
            text=f"not accepted: {excerpt(one.wrong)}" if one.wrong else f"accepted, try {number}",
        )
        for delivery in deliveries
        for number, one in enumerate(delivery.sendings, 1)
    ]


def act_spans(acts: Iterable[Act]) -> list[Span]:
    """The lane ``what was done``."""
    return [
        Span(lane="what was done", since=one.began_at, until=one.ended_at, state="bad" if one.failed else "act",
             text=f"{one.what}: {excerpt(one.failed)}" if one.failed else
                  f"{one.what}, {duration(_seconds(one))}")
        for one in acts
    ]  # fmt: skip
