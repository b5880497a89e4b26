"""Personal data in log texts: Timedify logs whole webhook payloads, and none of that may reach a report."""

from __future__ import annotations

import re

_PAYLOAD = re.compile(r"(payload for )\S+.*", re.IGNORECASE | re.DOTALL)
_EMAIL = re.compile(r"[\w.+'-]{1,64}(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_SHOP = re.compile(r"[\w-]{1,63}\.myshopify\.(?:com|io)\b|(?<=/store/)[\w-]{1,63}", re.IGNORECASE)
_PHONE_FIELD = re.compile(
    r"(\b(?:phone|mobile|tel|telefon)\\?[\"']?\s{0,9}[:=]\s{0,9}\\?[\"']?)[^\"',;&}\s][^\"',;&}\n]{0,39}", re.IGNORECASE
)
_PHONE = re.compile(
    r"(?<![\w:/.+-])(?:"
    r"(?:\+|00)[1-9]\d{0,2}[ ()/.-]{0,3}\d(?:[ ()/.-]{0,2}\d){5,13}"  # +49 171 1234567, 0049 ...
    r"|0[1-9]\d{1,4}[ /-]{1,3}\d(?:[ /-]?\d){4,10}"  # 0171 / 123 45 67
    r"|\(\d{2,5}\) ?\d(?:[ /-]?\d){4,10}|\d{3}[.-]\d{3}[.-]\d{4}"  # (555) 010-0199, 555-010-0199
    r")(?![\w:])"
)


def without_payload(text: str) -> str:
    """Cut what follows ``payload for SHOP:``: a merchant's or customer's words, never the application's."""
    return _PAYLOAD.sub(r"\1<shop>: <cut>", text) if "payload for " in text.lower() else text


def without_personal_data(text: str) -> str:
    """Replace payloads, e-mail addresses, telephone numbers and shop domains by placeholders.

    Args:
        text: A log text, one line or many.

    Returns:
        The text as it may stand in a report.
    """
    text = without_payload(text)
    text = _EMAIL.sub("<email>", text)
    text = _SHOP.sub("<shop>", text)
    return _PHONE.sub("<phone>", _PHONE_FIELD.sub(r"\1<phone>", text))
