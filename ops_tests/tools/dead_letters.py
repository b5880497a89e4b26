"""``dead-letters list`` and ``show``: what waits, and what became of one; a payload only when asked for by name."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from ops_tests.acts import letter_box
from ops_tests.permit import grant
from ops_tests.rules.log_personal_data import without_personal_data
from ops_tests.rules.replay import endpoint_of, tried
from ops_tests.rules.wording import duration, excerpt

if TYPE_CHECKING:
    from ops_tests.records.database import DeadLetter, DeadLetters
    from ops_tests.records.replay import Story
    from ops_tests.target import Target

ERROR_LENGTH = 500
PERSONAL = "what follows may hold personal data of the shop and its customers: copy it nowhere"


def listing(target: Target, *, as_json: bool) -> list[str]:
    """The letters that wait, oldest first, without shops and payloads.

    Raises:
        Blind: The table could not be read.
    """
    with letter_box.opened(target) as box:
        letters, tries = box.database.dead_letters(), box.max_retries
    if as_json:
        return [json.dumps(_document(target, letters, tries), indent=2)]
    first = f"{letters.count} unprocessed on {target.name}"
    unread = letters.count - len(letters.oldest_first)
    rest = [f"and {unread} younger ones, which are not shown"] if unread else []
    return [first, *(_row(one, letters, tries) for one in letters.oldest_first), *rest]


def _row(one: DeadLetter, letters: DeadLetters, tries: int) -> str:
    age = duration((letters.read_at - one.created_at).total_seconds())
    return f"{one.id}  {one.topic}  {age} old, {tried(one.retry_count, tries)}"


def _document(target: Target, letters: DeadLetters, tries: int) -> dict[str, object]:
    return {
        "target": target.name,
        "read_at": letters.read_at.isoformat(),
        "count": letters.count,
        "letters": [
            {
                "id": one.id,
                "topic": one.topic,
                "created_at": one.created_at.isoformat(),
                "retry_count": one.retry_count,
                "exhausted": one.retry_count >= tries,
            }
            for one in letters.oldest_first
        ],
    }


def story(target: Target, letter_id: str) -> list[str]:
    """What became of one letter, without its shop and payload.

    Raises:
        UnknownName: There is none with this id.
        Blind: The table could not be read.
    """
    with letter_box.opened(target) as box:
        found = box.database.letter_story(letter_id)
        if found is None:
            raise letter_box.unknown(letter_id, (one.id for one in box.database.waiting_letters()))
        return list(_told(found, target, box.max_retries))


def _told(found: Story, target: Target, tries: int) -> Iterator[str]:
    endpoint = endpoint_of(found.topic, target.webhooks.endpoints if target.webhooks else ())
    ago = duration((found.read_at - found.created_at).total_seconds())
    yield f"id          {found.id}"
    yield f"topic       {found.topic}, {f'to {endpoint.path}' if endpoint else 'which no endpoint takes'}"
    yield f"put aside   {found.created_at:%Y-%m-%d %H:%M:%S} UTC, {ago} ago"
    yield f"replayed    {_replayed(found, tries)}"
    yield f"error       {_clean(found.error)}"
    if found.last_error:
        yield f"last error  {_clean(found.last_error)}"


def _replayed(found: Story, tries: int) -> str:
    if found.retried_at:
        return f"{found.retried_at:%Y-%m-%d %H:%M:%S} UTC, with try {found.retry_count}"
    return f"no; {tried(found.retry_count, tries)}"


def _clean(error: str) -> str:
    return excerpt(without_personal_data(error), ERROR_LENGTH)


def revealed(target: Target, letter_id: str, permits: Collection[str]) -> list[str]:
    """Shop and payload of one letter, as they are stored.

    Raises:
        NotPermitted: No permit was given: only the operator's role may read payloads.
        UnknownName: There is none with this id.
        Blind: The table could not be read.
    """
    permit = grant(target, permits, secrets.token_hex(4))
    with letter_box.opened(target) as box:
        letter = box.table(permit).letter(letter_id)
    if letter is None:
        raise letter_box.unknown(letter_id, ())
    return [f"shop        {letter.shop}", f"payload     {letter.payload}"]
