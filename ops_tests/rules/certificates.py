"""Judging the application's certificate."""

from __future__ import annotations

from datetime import datetime

from ops_tests.limits import Limits
from ops_tests.records.certificates import CertificateAttempt
from ops_tests.rules.wording import excerpt

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


def renewal_notes(seen: CertificateAttempt, limits: Limits, now: datetime) -> list[str]:
    """Say that the end comes near while it is far enough away to be no finding."""
    if not limits.certificate_days.value <= days_left(seen, now) < limits.certificate_note_days.value:
        return []
    return [f"{state(seen, now)}; renewal was expected with {limits.certificate_note_days} left"]
