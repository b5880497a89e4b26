"""How long the application takes to answer a webhook: deliveries one after another on one warm connection.

Nothing else of ours runs meanwhile, and the log has been read. What is measured stays in the history, so that the runs
since the newest release are judged together; every embedded sandbox is another system, and remembers none.
"""

from __future__ import annotations

import platform
import time
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from ops_tests.errors import Blind, NotCovered, Unreachable
from ops_tests.plugin.deliveries import clear_to_send, client_of, harmless_endpoint, webhooks_part_of
from ops_tests.plugin.gather import observation
from ops_tests.plugin.history.reading import earlier_samples
from ops_tests.plugin.look import Look
from ops_tests.records.run import SampledTimes
from ops_tests.records.webhooks import Delivery, ResponseTimes
from ops_tests.rules.latency import net
from ops_tests.rules.releases import serving_image
from ops_tests.target import Target
from ops_tests.target_parts import Endpoint

if TYPE_CHECKING:
    from ops_tests.clients.webhooks import Webhooks

QUIET_SECONDS = 60.0
"""How long other observations are waited for; one that hangs must not keep this from being made."""
SAMPLING_SECONDS = 20.0
"""After this time no more is sent: what is so slow is slow with fewer samples too."""


@observation("webhooks.synthetic", alone=True)
def sampled_times(look: Look) -> ResponseTimes:
    """How long the most harmless endpoint takes to answer, sample by sample."""
    endpoint = harmless_endpoint(webhooks_part_of(look.target))
    clear_to_send(look)
    image = _live_image(look)
    if not look.gatherer.quiet(QUIET_SECONDS):
        look.remarks.append(f"other observations were under way after {QUIET_SECONDS:g} s: they may be in these times")
    sender = client_of(look, "sampled")
    with closing(look.web):
        with suppress(Unreachable):  # then the first delivery opens the connection, and is left out
            look.web.warm(look.target.health.path)
        connecting, began = look.web.connecting_seconds(), datetime.now(UTC)
        answers = _sampled(look, sender, endpoint)
    warm = tuple(one.first_byte_seconds for one in answers if one.warm)
    look.run.samples.append(
        SampledTimes(
            target=look.target.name, series=series_of(endpoint), taken_at=began, seconds=tuple(net(warm, connecting))
        )
    )
    return ResponseTimes(endpoint.path, platform.node(), warm, connecting, image, left_out=len(answers) - len(warm))


@pytest.fixture(scope="session")
def response_times(request: pytest.FixtureRequest, target: Target, sampled_times: ResponseTimes) -> ResponseTimes:
    """What was measured, and what earlier runs measured of the same image."""
    series = series_of(harmless_endpoint(webhooks_part_of(target)))
    past = earlier_samples(request.config.rootpath, target, series, sampled_times.image)
    return replace(sampled_times, earlier=tuple(one.seconds for one in past))


def series_of(endpoint: Endpoint) -> str:
    """How the history calls the response times of an endpoint."""
    return f"webhook {endpoint.id}"


def _live_image(look: Look) -> str:
    """The image that answers, or "" where nobody knows; the times of this run then stand alone."""
    try:
        return serving_image(look.see("machines")) if look.target.platform else ""
    except Blind as error:
        look.remarks.append(f"which image answers is not known, so no earlier response times count: {error}")
        return ""


def _sampled(look: Look, sender: Webhooks, endpoint: Endpoint) -> list[Delivery]:
    ends_at = time.monotonic() + SAMPLING_SECONDS
    answers: list[Delivery] = []
    while len(answers) < webhooks_part_of(look.target).sampling_cap and time.monotonic() < ends_at:
        answers.append(_accepted(sender.signed(endpoint)))
    return answers


def _accepted(answer: Delivery) -> Delivery:
    """The answer, when the delivery was accepted: how quickly it is refused says nothing, and no more is sent.

    Raises:
        NotCovered: It was not.
    """
    if 200 <= answer.status < 300:
        return answer
    message = (
        f"{answer.path} answered {answer.status} to a signed delivery, so no more were sent; "
        "expected 200. Look at the check of signed deliveries"
    )
    raise NotCovered(message)
