"""How long the application takes to answer: requests one after another on one warm connection.

Nothing else of ours runs meanwhile, and the log has been read. What is measured stays in the history, so that the runs
since the newest release are judged together; every embedded sandbox is another system, and remembers none.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import cycle
from typing import TYPE_CHECKING

import pytest

from ops_tests.errors import Blind, NotCovered, Unreachable
from ops_tests.plugin.deliveries import clear_to_send, client_of, harmless_endpoint, webhooks_part_of
from ops_tests.plugin.gather import observation
from ops_tests.plugin.history.reading import earlier_samples
from ops_tests.records.run import SampledTimes
from ops_tests.rules.wording import listed

if TYPE_CHECKING:
    from ops_tests.plugin.look import Look
    from ops_tests.records.web import Answer
    from ops_tests.records.webhooks import Delivery, ResponseTimes
    from ops_tests.target import Target
    from ops_tests.target_parts import Endpoint

QUIET_SECONDS = 60.0
"""How long other observations are waited for; one that hangs must not keep this from being made."""
SAMPLING_SECONDS = 20.0
"""After this time no more is sent: what is so slow is slow with fewer samples too."""


@dataclass(frozen=True)
class Series:
    """What is sampled.

    Attributes:
        name: How the history calls it.
        asks: What is asked, for a reader.
        at_most: How many requests.
    """

    name: str
    asks: str
    at_most: int


@observation("webhooks.synthetic", alone=True)
def sampled_times(look: Look) -> ResponseTimes:
    """How long the most harmless endpoint takes to answer, sample by sample."""
    part = webhooks_part_of(look.target)
    endpoint = harmless_endpoint(part)
    clear_to_send(look)
    sender = client_of(look, "sampled")
    return _sampled(
        look, Series(series_of(endpoint), endpoint.path, part.sampling_cap), lambda: sender.signed(endpoint)
    )


@observation("latency_paths", alone=True)
def sampled_api_times(look: Look) -> ResponseTimes:
    """How long the paths of ``latency_paths`` take to answer, one after the other."""
    from ops_tests.rules.latency import API

    paths = look.target.latency_paths or ()
    turn = cycle(paths)
    series = Series(API, listed(paths), look.target.latency_samples)
    return _sampled(look, series, lambda: look.web.get(next(turn), follow=False))


@pytest.fixture(scope="session")
def response_times(request: pytest.FixtureRequest, target: Target, sampled_times: ResponseTimes) -> ResponseTimes:
    """What was measured, and what earlier runs measured of the same image."""
    series = series_of(harmless_endpoint(webhooks_part_of(target)))
    past = earlier_samples(request.config.rootpath, target, series, sampled_times.image)
    return replace(sampled_times, earlier=tuple(one.seconds for one in past))


@pytest.fixture(scope="session")
def api_times(request: pytest.FixtureRequest, target: Target, sampled_api_times: ResponseTimes) -> ResponseTimes:
    """What was measured of the API, and what earlier runs measured of the same image."""
    from ops_tests.rules.latency import API

    past = earlier_samples(request.config.rootpath, target, API, sampled_api_times.image)
    return replace(sampled_api_times, earlier=tuple(one.seconds for one in past))


def series_of(endpoint: Endpoint) -> str:
    """How the history calls the response times of an endpoint."""
    return f"webhook {endpoint.id}"


def _live_image(look: Look) -> str:
    """The image that answers, or "" where nobody knows; the times of this run then stand alone."""
    from ops_tests.rules.releases import serving_image

    try:
        return serving_image(look.see("running")) if look.target.platform else ""
    except Blind as error:
        look.remarks.append(f"which image answers is not known, so no earlier response times count: {error}")
        return ""


def _sampled(look: Look, series: Series, ask: Callable[[], Answer | Delivery]) -> ResponseTimes:
    """One request after another on a warm connection, while nothing else of ours runs."""
    from ops_tests.records.webhooks import ResponseTimes
    from ops_tests.rules.latency import net

    image = _live_image(look)
    if not look.gatherer.quiet(QUIET_SECONDS):
        look.remarks.append(f"other observations were under way after {QUIET_SECONDS:g} s: they may be in these times")
    with closing(look.web):
        with suppress(Unreachable):  # then the first request opens the connection, and is left out
            look.web.warm(look.target.health.path)
        connecting, began = look.web.connecting_seconds(), datetime.now(UTC)
        answers = _asked(series, ask)
    warm = tuple(one.first_byte_seconds for one in answers if one.warm)
    look.run.samples.append(
        SampledTimes(target=look.target.name, series=series.name, taken_at=began, seconds=tuple(net(warm, connecting)))
    )
    return ResponseTimes(series.asks, platform.node(), warm, connecting, image, left_out=len(answers) - len(warm))


def _asked(series: Series, ask: Callable[[], Answer | Delivery]) -> list[Answer | Delivery]:
    ends_at = time.monotonic() + SAMPLING_SECONDS
    answers: list[Answer | Delivery] = []
    while len(answers) < series.at_most and time.monotonic() < ends_at:
        answers.append(_good(ask()))
    return answers


def _good(answer: Answer | Delivery) -> Answer | Delivery:
    """The answer, when it is a good one: how quickly something is refused says nothing, and no more is sent.

    Raises:
        NotCovered: It is not.
    """
    from ops_tests.records.web import Answer

    if 200 <= answer.status < 300:
        return answer
    if isinstance(answer, Answer):
        message = (
            f"{answer.url} answered {answer.status}, so it was asked no more; expected 200 (latency_paths). "
            f"Next: curl -sS -i --max-time 10 {answer.url}"
        )
    else:
        message = (
            f"{answer.path} answered {answer.status} to a signed delivery, so no more were sent; "
            "expected 200. Look at the check of signed deliveries"
        )
    raise NotCovered(message)
