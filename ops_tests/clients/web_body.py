"""The body of an answer: read to its end or to its limit, decoded, and what is wrong with it."""

from __future__ import annotations

import codecs
import re
import zlib
from typing import TYPE_CHECKING

import requests
import urllib3.exceptions

if TYPE_CHECKING:
    from ops_tests.clients.web_connection import Deadline

ENCODINGS = {"gzip": 31, "x-gzip": 31, "deflate": 15}
"""The content encodings we ask for, and zlib's ``wbits`` for each."""
_PIECE = 65536


def read_body(response: requests.Response, limit: int, deadline: Deadline) -> tuple[str, str]:
    """Read the body as text.

    Args:
        response: An answer of which only the headers were read.
        limit: How many bytes are read and how many are decoded at most.
        deadline: Bounds the reading.

    Returns:
        The text (as much as could be read and decoded) and the damage, "" for a whole body.
    """
    raw, damage = _received(response, limit, deadline)
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding and encoding != "identity":
        raw, broken = _decompressed(raw, encoding, limit)
        damage = damage or broken
    if damage:
        response.close()
    return _text(raw, _charset(response)), damage


def _text(raw: bytes, charset: str) -> str:
    """The body as text that any file can hold: some charsets Python knows are no texts, or spell half characters."""
    try:
        text = raw.decode(charset, "replace")
    except (LookupError, ValueError):
        text = raw.decode("utf-8", "replace")
    return text.encode("utf-8", "replace").decode("utf-8")


def _received(response: requests.Response, limit: int, deadline: Deadline) -> tuple[bytes, str]:
    received = bytearray()
    try:
        while piece := response.raw.read1(_PIECE, decode_content=False):
            received += piece
            if len(received) > limit:
                return bytes(received[:limit]), _too_long(limit)
    except (urllib3.exceptions.HTTPError, OSError):
        return bytes(received), _late(deadline) if deadline.passed else "cut short"
    # A body without a length ends where the connection does, also where the deadline shut it.
    return bytes(received), _late(deadline) if deadline.passed else ""


def _late(deadline: Deadline) -> str:
    return f"still arriving after {deadline.seconds:g} s"


def _too_long(limit: int) -> str:
    return f"longer than {limit / 2**20:g} MiB"


def _decompressed(raw: bytes, encoding: str, limit: int) -> tuple[bytes, str]:
    if encoding not in ENCODINGS:
        return raw, f"in the content encoding {encoding[:20]!r}, which was not asked for"
    if not raw:
        return raw, ""
    decoder = zlib.decompressobj(_window_bits(raw, encoding))
    try:
        text = decoder.decompress(raw, limit)
    except zlib.error:
        return b"", f"not the {encoding} that its content encoding says"
    if decoder.unconsumed_tail:
        return text, _too_long(limit)
    return text, "" if decoder.eof else f"{encoding} cut short"


def _window_bits(raw: bytes, encoding: str) -> int:
    """Many servers send "deflate" without zlib's header (RFC 9110, section 8.4.1.2, notes it)."""
    headless = encoding == "deflate" and (len(raw) < 2 or raw[0] & 0x0F != 8 or (raw[0] * 256 + raw[1]) % 31)
    return -15 if headless else ENCODINGS[encoding]


def _charset(response: requests.Response) -> str:
    """The charset the answer names, if Python knows it; JSON and everything else is UTF-8 by default."""
    named = re.search(r"charset=[\"']?([\w.:-]+)", response.headers.get("Content-Type", ""), re.IGNORECASE)
    try:
        return codecs.lookup(named[1]).name if named else "utf-8"
    except LookupError:
        return "utf-8"
