"""What the application does for each webhook topic, and the lines it writes about it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ops_tests.sandbox.application_tables import ApplicationTables

Log = Callable[[str], None]


@dataclass(frozen=True)
class Job:
    """One delivery to be worked on.

    Attributes:
        label: How the application's lines call the topic.
        shop: The shop's domain.
        payload: The parsed body.
        tables: The application's database.
        log: Writes one line.
    """

    label: str
    shop: str
    payload: Any
    tables: ApplicationTables
    log: Log

    def say(self, words: str) -> None:
        """Write ``TOPIC: words for SHOP``."""
        self.log(f"{self.label}: {words} for {self.shop}")

    def show_payload(self) -> None:
        """Write the payload, personal data and all, as the application does."""
        self.log(f"{self.label} payload for {self.shop}: {json.dumps(self.payload, separators=(',', ':'))}")


@dataclass(frozen=True)
class Topic:
    """A topic: its label in the log, its normalised name, its work, and what a failure of the work is called."""

    label: str
    name: str
    work: Callable[[Job], None]
    failure: str


def _clean_up(job: Job) -> None:
    job.say("queuing cleanup")
    job.tables.forget(job.shop)
    job.say("cleanup done")


def _update_scopes(job: Job) -> None:
    if job.tables.has_session(job.shop):
        job.say("updating scopes")
        job.tables.set_scope(job.shop, ",".join(job.payload["current"]))
        job.say("scopes updated")


def _update_subscription(job: Job) -> None:
    job.say("queuing update")
    job.show_payload()


def _answer_data_request(job: Job) -> None:
    job.say("processing")
    job.show_payload()
    job.log(f"GDPR DATA_REQUEST: No customer data stored by Timedify for {job.shop}")


def _redact_customer(job: Job) -> None:
    job.say("processing")
    job.show_payload()
    job.log(f"GDPR REDACT: No customer data to delete for {job.shop}")


TOPICS = {
    "/webhooks/app/uninstalled": Topic("APP/UNINSTALLED", "APP_UNINSTALLED", _clean_up, "cleanup error"),
    "/webhooks/app/scopes_update": Topic("APP/SCOPES_UPDATE", "APP_SCOPES_UPDATE", _update_scopes, "update error"),
    "/webhooks/app/subscriptions_update": Topic(
        "APP_SUBSCRIPTIONS/UPDATE", "APP_SUBSCRIPTIONS_UPDATE", _update_subscription, "processing error"
    ),
    "/webhooks/customers/data_request": Topic(
        "CUSTOMERS/DATA_REQUEST", "CUSTOMERS_DATA_REQUEST", _answer_data_request, "processing error"
    ),
    "/webhooks/customers/redact": Topic("CUSTOMERS/REDACT", "CUSTOMERS_REDACT", _redact_customer, "processing error"),
    "/webhooks/shop/redact": Topic("SHOP/REDACT", "SHOP_REDACT", _clean_up, "cleanup error"),
}
