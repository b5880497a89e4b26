"""The templates of what commands write: Markdown as it is, HTML with everything escaped."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ops_tests.plugin.report.phrases import readable
from ops_tests.rules.wording import duration, quantity

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).with_name("templates")


def rendered(template: str, **named: Any) -> str:
    """A template of ``templates/`` with its values; a name that it uses and nobody gave is an error."""
    return str(_environment().get_template(template).render(**named))


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "duration": duration,
        "quantity": quantity,
        "readable": readable,
        "cell": _cell,
        "minute": "{:%Y-%m-%d %H:%M} UTC".format,
    }
    return environment


def _cell(text: str) -> str:
    """A text as it may stand in a table of Markdown."""
    return " ".join(str(text).split()).replace("|", "\\|")
