"""Judging the application's certificates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from ops_tests.rules.wording import excerpt

if TYPE_CHECKING:
    from ops_tests.limits import Limits
    from ops_tests.records.certificates import CertificateAttempt

_DAY = 86400


def days_left(seen: CertificateAttempt, now: datetime) -> float:
    """For how many days from now browsers will accept it: 0 for a certificate that none accepts, never less."""
    return max(0.0, (seen.ends_at - now).total_seconds() / _DAY) if seen.ends_at else 0.0


def state(seen: CertificateAttempt, now: datetime) -> str:
    """The certificate in words: whose, how long it is valid and who signed it, or why there is no accepted one."""
    if seen.ends_at is None:
        return f"{seen.host} {seen.refusal}"
    signed = f", signed by {excerpt(seen.issuer)}" if seen.issuer else ""
    end = f"{seen.ends_at:%Y-%m-%d %H:%MZ}"
    return f"the certificate of {seen.host} ends at {end}, in {days_left(seen, now):.1f} d{signed}"


def fewest_days(seen: Iterable[CertificateAttempt], now: datetime) -> float:
    """The days left of the certificate that ends first."""
    return min(days_left(one, now) for one in seen)


def ending(seen: Iterable[CertificateAttempt], limits: Limits, now: datetime) -> list[str]:
    """The certificates, in words, that end too soon or are not accepted."""
    return [state(one, now) for one in seen if days_left(one, now) < limits.certificate_days.value]


def renewal_notes(seen: Iterable[CertificateAttempt], limits: Limits, now: datetime) -> list[str]:
    """Say of each that its end comes near while it is far enough away to be no finding."""
    near, far = limits.certificate_days.value, limits.certificate_note_days.value
    return [
        f"{state(one, now)}; renewal was expected with {limits.certificate_note_days} left"
        for one in seen
        if near <= days_left(one, now) < far
    ]
