r"""Where a number in a log text is an HTTP status, and where it is only a number.

``\b5[0-9]{2}\b`` is not "a 5xx status": it finds ``500 ms``, ids and byte counts. So each pattern below names a place
where a status stands, and what may follow it there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

METHOD = r"(?-i:\b(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS))"

_CODE = r"([1-5][0-9][0-9])"
UNITS = r"ms|s|secs?|seconds?|min|bytes?|[km]i?b|items?|rows?|orders?|products?|records?|times|of"
# After an explicit name (status=503) almost anything may follow, but no further digits and no unit.
_NAMED_END = rf"(?![\w%/]|[.,:-]\d|\s?(?:{UNITS})\b)"
_REASON = (
    r"Too Many Requests|Internal Server Error|Not Implemented|Bad Gateway|Service (?:Temporarily )?Unavailable"
    r"|Gateway Time-?out|Insufficient Storage|Unauthorized|Bad Request|Method Not Allowed"
)
# Where only the position speaks (GET /app 500), what follows must be what follows a status.
_PLACED_END = (
    rf"(?![\w%/]|[.,:-]\d)(?=\s*(?:$|[-|,;:()\[\]{{}}\"'<>→]|\.(?:\s|$)|\d|(?:in|after|took|for|from|on)\b|{_REASON}))"
)
_QUOTE = r"\\?[\"'(]?"

_PLACES = (
    # POST /webhooks/x 503 - - 4 ms; GET /app -> 500
    rf"{METHOD} (?:/|https?:)\S* (?:HTTP/[\d.]+ )?(?:(?:-+>|=>|→|\||-) ?)?[\[(]?{_CODE}{_PLACED_END}",
    # "GET /app HTTP/1.1" 503 157; HTTP/2 503
    rf"HTTP/\d(?:\.\d)?\\?[\"']?\s+{_CODE}{_NAMED_END}",
    # HTTP 503; HTTP error 503
    rf"\bHTTP(?: error| code| response)?[ :-]{{1,2}}{_CODE}{_NAMED_END}",
    # status=503; "statusCode":503; response.status=503; http_code: 503; status code 503. Not ?status=503 of an address.
    (
        rf"(?<![\w.?&-])[\w.-]*?(?:status(?:[ _-]?code)?|(?:response|http)[ _-]?code){_QUOTE}"
        rf"(?:\s{{0,9}}[:=]\s{{0,9}}|\s(?:is |of |was )?){_QUOTE}{_CODE}{_NAMED_END}"
    ),
    # -> 503; not 250 -> 503
    rf"(?:^|[^\d\s])[ \t]{{0,3}}(?:-+>|=>|→)\s{{0,3}}(?:respond(?:ed|ing)?(?: with)? )?{_CODE}{_PLACED_END}",
    # responded with 503
    rf"\b(?:respond(?:ed)?|answered|replied|returned|failed)(?: with)?(?: an?)?(?: error)? {_CODE}{_PLACED_END}",
    # 503 Service Unavailable
    rf"(?<![\w./=-]){_CODE}[ :-]{{1,3}}(?:{_REASON})\b",
    # error 503; error (429); Fehler 500; Response 401; <Response [503]>
    rf"\b(?:error(?: code)?|fehler|response):?[ \[(]{{1,2}}{_CODE}{_PLACED_END}",
)
_STATUS = re.compile("|".join(_PLACES), re.IGNORECASE | re.MULTILINE)
_ANNOUNCING = (
    "get ", "post ", "put ", "patch ", "delete ", "head ", "options ", "http", "status", "code", "->", "=>", "→",
    "respon", "answered", "replied", "returned", "failed", "error", "fehler", "too many", "not implemented",
    "bad gateway", "service ", "gateway time", "insufficient", "unauthorized", "bad request", "method not",
)  # fmt: skip
"""What the places above have in them; where none of these words stands, no pattern need be tried."""
_PIECE = 65536
_LONGEST = 4096
"""A status and what announces it are no longer than this, in characters."""


def status_places(text: str) -> dict[int, int]:
    """Return the statuses of a text by where their digits begin.

    Args:
        text: A log entry's text.

    Returns:
        Offset of the first digit -> status (100 to 599).
    """
    found = ((match, match.lastindex or 0) for match in _found(text))
    return {match.start(group): int(match.group(group)) for match, group in found}


def _found(text: str) -> Iterator[re.Match[str]]:
    """Search piece by piece: one search of a line of megabytes would stop every other thread for seconds."""
    place = 0
    while place < len(text):
        beyond = place + _PIECE
        within = (text, place, beyond + _LONGEST)
        place = beyond
        for match in _STATUS.finditer(*within) if _announces(text[within[1] : within[2]]) else ():
            if match.start() >= beyond:
                break
            yield match
            place = max(beyond, match.end())


def _announces(piece: str) -> bool:
    """A cheap look that is never wrong about no."""
    folded = piece.casefold()
    return any(word in folded for word in _ANNOUNCING)


def statuses(text: str) -> set[int]:
    """Return the HTTP statuses that stand in a text, numbers at other places left out."""
    return set(status_places(text).values())
