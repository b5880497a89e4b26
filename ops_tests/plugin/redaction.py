"""No secret in any report: scrubbed once at the source, before anything is written, and once more over the files.

The source is the report that pytest makes of each phase: everything a reporter can print of a check goes through it,
xdist or not. Warnings do not, so they are scrubbed where they are recorded.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, unquote, urlsplit

import pytest

from ops_tests.plugin.state import Run, run_of
from ops_tests.target import Secret

SHORTEST = 4
"""Shorter values are left alone: replacing them would leave no sentence readable, and they protect nothing."""
LONG = 60
"""From this length pytest may cut a value in the middle of a repr, so head and tail are scrubbed on their own."""
_SIGNATURE = re.compile(r"(hmac-sha256['\":= ]+)[A-Za-z0-9+/]{43}=", re.IGNORECASE)


class Redactor:
    """Replaces every known form of every known secret by the name of its variable."""

    def __init__(self, known: Iterable[Secret]) -> None:
        forms: dict[str, str] = {}
        for secret in known:
            for value in _values(secret.reveal()):
                forms |= dict.fromkeys(_forms(value), f"[{secret.variable} redacted]")
        self._forms = forms
        longest_first = sorted(forms, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def text(self, text: str) -> str:
        """The text without secrets."""
        return _SIGNATURE.sub(r"\1[signature redacted]", self._pattern.sub(lambda hit: self._forms[hit[0]], text))

    def deep(self, value: Any) -> Any:
        """The same for every string in nested dicts, lists and tuples, keys included."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.deep(key): self.deep(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(self.deep(item) for item in value)
        return value

    def file(self, path: Path) -> None:
        """Scrub a written text file in place, as a net below the first scrub."""
        text = path.read_text(encoding="utf-8")
        clean = self.text(text)
        if clean != text:
            path.write_text(clean, encoding="utf-8")


def _values(value: str) -> list[str]:
    """The secret, and the password inside it if it is a connection string."""
    try:
        password = urlsplit(value).password or ""
    except ValueError:
        password = ""
    keyword = re.search(r"(?:^|\s)password\s*=\s*('[^']*'|\S+)", value)
    found = {value, password, unquote(password), keyword[1].strip("'") if keyword else ""}
    return [one for one in found if len(one) >= SHORTEST]


def _forms(value: str) -> set[str]:
    raw = value.encode()
    encoded = {base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode()}
    forms = {
        value,
        quote(value, safe=""),
        quote(value),
        quote_plus(value),
        raw.hex(),
        raw.hex().upper(),
        repr(value)[1:-1],
    }
    forms |= encoded | {one.rstrip("=") for one in encoded}
    if len(value) >= LONG:
        forms |= {value[:24], value[-24:]}
    return {form for form in forms if len(form) >= SHORTEST}


_REDACTOR = pytest.StashKey[Redactor]()


def redactor_of(config: pytest.Config, run: Run) -> Redactor:
    """The session's redactor, made at first use from all secrets of all targets."""
    known = [secret for target in run.targets.values() for secret in target.known_secrets()]
    return config.stash.setdefault(_REDACTOR, Redactor(known))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Scrub each report where it is made; in a worker that is before it travels."""
    report = yield
    run = run_of(item.config)
    if run is None:
        return report
    hook = item.config.hook
    data = hook.pytest_report_to_serializable(config=item.config, report=report)
    clean: pytest.TestReport = hook.pytest_report_from_serializable(
        config=item.config, data=redactor_of(item.config, run).deep(data)
    )
    return clean


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Scrub what collecting has to say."""
    report = yield
    run = run_of(collector.config)
    if run is not None and isinstance(report.longrepr, str):
        report.longrepr = redactor_of(collector.config, run).text(report.longrepr)
    return report
