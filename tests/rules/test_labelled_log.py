"""The benchmark's labelled log, small: what the rules find in it is what was made to be an error."""

from __future__ import annotations

from io import BytesIO
from itertools import islice

from benchmarks.labelled_log import ERRORS, LOOK_ALIKES, Event, events, huge
from ops_tests.clients.fly_log_file import TEXT
from ops_tests.rules.log_scan import Scan


def test_precision_and_recall_are_at_least_99_in_100() -> None:
    written = list(islice(events(7, 3, 3), 3000))
    labelled = {event.key for event in written if event.error}
    found = _found(written)
    right = len(found & labelled)
    assert len(labelled) > 10 * len(ERRORS)
    assert len(written) > 10 * (len(ERRORS) + len(LOOK_ALIKES))
    assert right / len(found) >= 0.99
    assert right / len(labelled) >= 0.99


def test_a_line_of_5_mb_is_no_error_and_hides_none() -> None:
    first, *rest = islice(events(7, 2, 2), 40)
    written = [first, huge(first.at), *rest]
    assert _found(written) == {event.key for event in written if event.error}


def _found(written: list[Event]) -> set[tuple[object, str]]:
    log = BytesIO("".join(event.text() for event in written).encode())
    return {(entry.timestamp, entry.instance) for entry in Scan(log, TEXT).errors()}
