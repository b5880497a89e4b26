"""The values of a target file: each a type that says in words what is expected of it."""

import re
from collections.abc import Sized
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field

Some = TypeVar("Some", bound=Sized)


def _variable_name(text: str) -> str:
    if not re.fullmatch(r"[A-Z_][A-Z0-9_]{0,63}", text):
        message = (
            "this must be the NAME of an environment variable (capitals, digits, _); if it is the secret itself, "
            "take it out of the file, consider it leaked, and put it into the environment or .env"
        )
        raise ValueError(message)
    return text


def _http_url(text: str) -> str:
    if not re.fullmatch(r"https?://[^/\s?#@]+", text.rstrip("/")):
        raise ValueError("expected scheme and host only, like https://app.example.com")
    return text.rstrip("/")


def _path(text: str) -> str:
    if not text.startswith("/"):
        raise ValueError("a path begins with /, like /health")
    return text


def _header_value(value: Any) -> Any:
    if value is not True and not (isinstance(value, str) and value.strip()):
        raise ValueError("expected the header's whole value as text, or true where any value will do")
    return value


def _body_value(value: Any) -> Any:
    if isinstance(value, str | bool | int):
        return value
    raise ValueError("expected text, a whole number, or true or false")


def _not_empty(several: Some) -> Some:
    if not several:
        raise ValueError("expected at least one; fill it in, or take the key out")
    return several


def matching(pattern: str, expected: str) -> AfterValidator:
    """A validator of text, which says what is expected instead of the pattern."""

    def checked(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"expected {expected}")
        return text

    return AfterValidator(checked)


LISTED = Field(strict=False)
"""TOML has lists where we keep tuples, and texts where we keep paths; what is in them is as strict as the rest."""
NOT_EMPTY = AfterValidator(_not_empty)
"""Asked only once all that is in it is right, since what is wrong in it must not look like nothing."""

VariableName = Annotated[str, AfterValidator(_variable_name)]
HttpUrl = Annotated[str, AfterValidator(_http_url)]
HostName = Annotated[
    str, matching(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?", "a host, like login.example.com")
]
UrlPath = Annotated[str, AfterValidator(_path)]
Status = Annotated[int, Field(ge=100, le=599)]
Statuses = Annotated[tuple[Status, ...], LISTED, NOT_EMPTY]
HeaderName = Annotated[str, matching(r"[A-Za-z0-9-]+", "a header's name: letters, digits and -")]
HeaderValue = Annotated[str | bool, BeforeValidator(_header_value)]
BodyValues = Annotated[tuple[Annotated[str | bool | int, BeforeValidator(_body_value)], ...], LISTED]
FilePath = Annotated[Path, LISTED]
