"""``dead-letters replay``: send stored payloads again, and mark a letter only once its effect is seen."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from ops_tests.acts import letter_box
from ops_tests.clients.acting.operator_database import RowLocked
from ops_tests.clients.acting.replays import ReplaySender, webhook_id
from ops_tests.clients.fly_platform import connect
from ops_tests.clients.web import Web
from ops_tests.errors import Blind, UsageProblem
from ops_tests.rules import replay as rules
from ops_tests.rules.effects import (
    CLOCK_SLACK,
    LOOK_EVERY_SECONDS,
    LOOK_LONGER_SECONDS,
    absence_is_certain,
    line_with,
)
from ops_tests.rules.wording import duration

if TYPE_CHECKING:
    from ops_tests.clients.acting.dead_letters import DeadLetterTable, HeldLetter
    from ops_tests.permit import Permit
    from ops_tests.records.logs import LogLine
    from ops_tests.records.replay import Waiting
    from ops_tests.target import Target
    from ops_tests.target_parts import Endpoint, WebhooksPart

SINGLY = "to replay one of these all the same: python -m ops_tests dead-letters replay ID --destructive"


@dataclass(frozen=True)
class Step:
    """What would be done with one letter.

    Attributes:
        letter: The letter.
        endpoint: Where it would be sent, or None where no endpoint takes it.
        refusal: Why it would not be sent, or "".
        dangerous: Whether only ``--destructive`` would send it.
    """

    letter: Waiting
    endpoint: Endpoint | None
    refusal: str
    dangerous: bool = False

    def said(self, tries: int) -> str:
        """One line about it."""
        letter = self.letter
        about = f"{letter.topic}  {duration(rules.age_seconds(letter))} old, {rules.tried(letter.retry_count, tries)}"
        where = self.endpoint.path if self.endpoint else ""
        return f"{letter.id}  {about}: {f'left out: {self.refusal}' if self.refusal else f'POST {where}'}"


@dataclass(frozen=True)
class Outcome:
    """What became of one letter.

    Attributes:
        id: The letter's id.
        word: ``replayed``; ``failed``: marked so; ``unproved``: sent and not marked; ``left out``: not sent.
        sentence: Why, or by which proof.
    """

    id: str
    word: Literal["replayed", "failed", "unproved", "left out"]
    sentence: str


@dataclass(frozen=True)
class _Proof:
    """What was seen of a delivery's work: the evidence or "", whether absence is certain, and what it left instead."""

    seen: str = ""
    decided: bool = False
    put_aside_again: tuple[str, ...] = ()


def webhooks_of(target: Target) -> WebhooksPart:
    """The target's webhooks.

    Raises:
        UsageProblem: It has none.
    """
    if target.webhooks is None:
        raise UsageProblem(f"{target.file} has no [webhooks]; add it with secret_env")
    return target.webhooks


def steps(box: letter_box.LetterBox, letter_id: str | None, *, destructive: bool) -> list[Step]:
    """What would be done, letter by letter, oldest first.

    Args:
        box: The target's letter box.
        letter_id: The one letter that is meant; None for all that wait.
        destructive: Whether a letter whose replay may destroy something is sent all the same.

    Raises:
        UsageProblem: There is no such letter, or what is needed to send one is missing.
        Blind: The tables could not be read.
    """
    part = webhooks_of(box.target)
    letter_box.needed_secret(box.target, part.secret_env)
    letter_box.operators_dsn(box.target, box.part)
    waiting = box.database.waiting_letters()
    chosen = [one for one in waiting if letter_id in {None, one.id}]
    if letter_id and not chosen:
        raise _none_waits(box, letter_id, [one.id for one in waiting])
    return [_step(one, box.target, destructive=destructive) for one in chosen]


def _none_waits(box: letter_box.LetterBox, letter_id: str, waiting: Sequence[str]) -> UsageProblem:
    story = box.database.letter_story(letter_id)
    if story is None or story.retried_at is None:
        return letter_box.unknown(letter_id, waiting)
    when = f"{story.retried_at:%Y-%m-%d %H:%M:%S} UTC"
    return UsageProblem(f"dead letter {letter_id} was replayed already, {when}; expected one that waits")


def _step(letter: Waiting, target: Target, *, destructive: bool) -> Step:
    endpoint = rules.endpoint_of(letter.topic, webhooks_of(target).endpoints)
    refusal = rules.obstacle(letter, endpoint, has_log=bool(target.fly and target.logs))
    danger = "" if destructive or refusal else rules.danger(letter)
    return Step(letter, endpoint, refusal or danger, dangerous=bool(danger))


class Replay:
    """Replays letters of one target, one after another.

    Args:
        permit: The permission to act on it.
        box: Its letter box.
        destructive: Whether a letter whose replay may destroy something is sent all the same.
    """

    def __init__(self, permit: Permit, box: letter_box.LetterBox, *, destructive: bool) -> None:
        self._target, self._part = box.target, webhooks_of(box.target)
        self._table: DeadLetterTable = box.table(permit)
        web = Web(box.target.base_url, authority=box.target.authority)
        self._sender = ReplaySender(permit, web, letter_box.needed_secret(box.target, self._part.secret_env))
        self._destructive = destructive
        self._spent: set[LogLine] = set()

    def all(self, letters: Sequence[Step]) -> Iterator[Outcome]:
        """Replay them in this order; those to be left out are told and not sent.

        Raises:
            Blind: The application or the database could not be reached; the rest was not tried.
        """
        for step in letters:
            yield Outcome(step.letter.id, "left out", step.refusal) if step.refusal else self._one(step.letter.id)

    def _one(self, letter_id: str) -> Outcome:
        try:
            with self._table.held(letter_id) as held:
                if held is None:
                    return Outcome(letter_id, "left out", "somebody replayed or deleted it meanwhile")
                return Outcome(letter_id, *self._treated(held))
        except RowLocked:
            return Outcome(letter_id, "left out", "another replay is at work on it")

    def _treated(self, held: HeldLetter) -> tuple[Literal["replayed", "failed", "unproved", "left out"], str]:
        letter = held.letter
        step = _step(letter, self._target, destructive=self._destructive)
        refusal = step.refusal or rules.damage(letter.payload)
        if refusal or step.endpoint is None:
            return "left out", refusal
        earlier = held.recorded_at(webhook_id(letter)) if self._part.records_deliveries else None
        if earlier:
            return self._judged(held, step.endpoint, earlier, anew=False)
        try:
            answer = self._sender.send(letter, step.endpoint)
        except Blind as error:
            raise _unmarked(letter.id, error) from None
        if not 200 <= answer.status < 300:
            reason = f"{step.endpoint.path} answered {answer.status}; expected 200"
            held.failed(f"replay: {reason}")
            return "failed", f"{reason}; look into the application's log, then replay it again"
        return self._judged(held, step.endpoint, answer.sent_at, anew=True)

    def _judged(
        self, held: HeldLetter, endpoint: Endpoint, since: datetime, *, anew: bool
    ) -> tuple[Literal["replayed", "failed", "unproved"], str]:
        proof = self._watched(held, endpoint, since)
        sent = f"{endpoint.path} took it" if anew else f"sent by an earlier run, {since:%Y-%m-%d %H:%M:%S} UTC"
        if proof.put_aside_again:
            held.failed(f"replay: the application put it aside again as {', '.join(proof.put_aside_again)}")
            return "failed", f"{sent}, but the application failed to process it again; repair the cause first"
        if proof.seen:
            held.replayed()
            return "replayed", f"{sent}; {proof.seen}"
        waited = f"{sent}, but {_expected(endpoint)} was not seen"
        if proof.decided and not anew:
            held.failed(f"replay: its effect never came after {since:%Y-%m-%d %H:%M:%S} UTC")
            return "failed", f"{waited}; type it again to send it anew"
        within = f"within {self._part.effect_within_seconds:g} s (webhooks.effect_within_seconds)"
        return "unproved", f"{waited} {within}; it was not marked. Type it again: then the effect is looked for first"

    def _watched(self, held: HeldLetter, endpoint: Endpoint, since: datetime) -> _Proof:
        """Look until the effect is seen or its absence is certain, for a limited time."""
        patience = self._part.effect_within_seconds + LOOK_LONGER_SECONDS
        while True:
            again = held.merge_repetitions(since)
            proof = _Proof(put_aside_again=tuple(again)) if again else self._look(held, endpoint, since)
            over = (datetime.now(UTC) - since).total_seconds() > patience
            if proof.seen or proof.decided or proof.put_aside_again or over:
                return proof
            time.sleep(LOOK_EVERY_SECONDS)

    def _look(self, held: HeldLetter, endpoint: Endpoint, since: datetime) -> _Proof:
        within = self._part.effect_within_seconds
        if not endpoint.effect or not endpoint.effect.log:
            recorded = held.recorded_at(webhook_id(held.letter))
            decided = (datetime.now(UTC) - since).total_seconds() > within
            return _Proof("its row is in webhook_events" if recorded else "", decided)
        try:
            window = connect(self._target).logs(since - CLOCK_SLACK)
        except Blind as error:
            raise _unmarked(held.letter.id, error) from None
        line = line_with(window, endpoint.effect.log.replace("{shop}", held.letter.shop), self._spent)
        if line is None:
            return _Proof(decided=absence_is_certain(window, since, within))
        self._spent.add(line)  # another letter of this shop needs a line of its own
        return _Proof(f"its line is in the log, {line.timestamp:%H:%M:%S} UTC")


def _unmarked(letter_id: str, error: Blind) -> Blind:
    """The error when nobody can tell what became of a letter that was sent."""
    return type(error)(f"{letter_id} may have been sent and is not marked; typing it again is harmless. {error}")


def _expected(endpoint: Endpoint) -> str:
    line = endpoint.effect.log if endpoint.effect else None
    return f"its line ({line!r})" if line else "its row in webhook_events"


def status(outcomes: Sequence[Outcome], *, singly: bool) -> int:
    """The exit status: 1 when one failed, else 3 when one is unproved, 4 when the one that was named was left out."""
    words = {one.word for one in outcomes}
    if "failed" in words:
        return 1
    if "unproved" in words:
        return 3
    return 4 if singly and "left out" in words else 0
