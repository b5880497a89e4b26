"""What a socket may send in place of a handshake: never a certificate that is fine."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ops_tests.clients import certificates as client
from ops_tests.rules import certificates as rules
from tests.never_green.conftest import Answering
from tests.never_green.spoiling import EXAMPLES, FEW, spoilt

HELLO = bytes.fromhex("160303003102000028") + b"\x03\x03" + bytes(38) + bytes.fromhex("0e000000")
"""The beginning of a server's answer, with nothing behind it."""
SHOWN: dict[str, Any] = {
    "issuer": [[["organizationName", "Authority"]], [["commonName", "R1"]]],
    "notAfter": "Jan  1 00:00:00 2099 GMT",
}


@FEW
@given(raw=st.one_of(st.binary(max_size=200), st.integers(0, len(HELLO)).map(lambda length: HELLO[:length])))
def test_bytes_that_are_no_handshake_leave_no_day(answering: Answering, raw: bytes) -> None:
    answering.raw = raw
    seen = client.look_at(answering.url.replace("http:", "https:"), seconds=5)
    assert rules.days_left(seen, datetime.now(UTC)) == 0
    assert seen.refusal


@EXAMPLES
@given(shown=spoilt(SHOWN))
def test_a_spoilt_certificate_is_an_end_or_a_refusal(shown: Any) -> None:
    seen = client.read("shop:443", shown if isinstance(shown, dict) else {})
    assert (seen.ends_at is None) == bool(seen.refusal)
    rules.state(seen, datetime.now(UTC)).encode()


def test_a_certificate_without_an_end_has_no_day() -> None:
    assert rules.days_left(client.read("shop:443", {}), datetime.now(UTC)) == 0
