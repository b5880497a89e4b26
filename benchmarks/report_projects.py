"""Two projects of two thousand tests that come to the same: one of checks of ours, one of plain tests.

Of twenty, sixteen hold, one more holds with a note, two are red, and one cannot look.
"""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

TESTS = 2000
RED = 1
"""The exit status of both."""

_OBSERVED = """
@pytest.fixture
def seconds(number):
    if number % 20 == 7:
        raise {error}(f"order {{number}} is not known to the shop's API; expected its payment. Next: psql -c 'SELECT {{number}}'")
    return 12 + number % 5 if number % 10 == 3 else 1 + number % 7
"""  # noqa: E501  # a line of the projects'
_SENTENCE = 'f"order {number} was paid {seconds} s after it came in, and its customer waits; expected 8 s"'

_OURS = {
    "pytest.ini": """
        [pytest]
        strict = true
        ops_checks = checks
        testpaths = checks
        timeout = 450
        timeout_method = signal
        """,
    "shop.toml": """
        name = "shop"
        base_url = "https://shop.example.com"

        [database]
        dsn_env = "DATABASE_URL"

        [webhooks]
        secret_env = "SHOPIFY_API_SECRET"
        """,
    "checks/runbook/orders.md": """
        # Orders

        ## Every order is paid

        **What it means.** A customer waits, or somebody got goods for nothing.

        **Look here.**
        ```sh
        psql "$DATABASE_URL" -c "SELECT id FROM orders WHERE paid_at IS NULL ORDER BY id LIMIT 10"
        ```

        **Do this.** Restart the worker that asks the payment provider, and look again.

        **Escalate.** Within 4 h to the application's owner.
        """,
    "checks/test_orders.py": f'''
import pytest

from ops_tests.errors import NotFound
from ops_tests.limits import fixed

LIMIT = fixed(8, "s")

{_OBSERVED.format(error="NotFound")}

@pytest.mark.daily
@pytest.mark.runbook("orders.md#every-order-is-paid")
@pytest.mark.parametrize("number", range({TESTS}))
def test_every_order_is_paid(number, target, seconds, measured, note, evidence):
    """Every order is paid in the time that was promised."""
    evidence(f"order {{number}} was looked for in the database", f"payment {{7919 * number}} is of the same customer")
    note(*([f"order {{number}} was paid twice, and once given back"] if number % 20 == 11 else []))
    assert measured(seconds, LIMIT) <= LIMIT.value, {_SENTENCE}
''',
}
_PEERS = {
    "pytest.ini": """
        [pytest]
        testpaths = checks
        """,
    "checks/test_orders.py": f'''
import pytest

{_OBSERVED.format(error="LookupError")}

@pytest.mark.parametrize("number", range({TESTS}))
def test_every_order_is_paid(number, seconds):
    """Every order is paid in the time that was promised."""
    assert seconds <= 8, {_SENTENCE}
''',
}
_TIMED = """
    import functools
    import time

    from pytest_html.basereport import BaseReport

    written = BaseReport.pytest_sessionfinish

    @functools.wraps(written)
    def timed(self, session):
        began = time.perf_counter()
        written(self, session)
        with open("page-seconds.txt", "w") as file:
            file.write(str(time.perf_counter() - began))

    BaseReport.pytest_sessionfinish = timed
    """
"""Notes how long pytest-html took to write its file, with whatever others put into it."""

VARIABLES = {
    "DATABASE_URL": "postgresql://ops_reader:not-a-password-of-anybody@db.example.com:5432/shop?sslmode=require",
    "SHOPIFY_API_SECRET": "shpss_not_a_secret_of_anybody_00",
}
"""What redaction seeks."""


def ours(folder: Path) -> Path:
    """Make the project of checks, with everything that is on by default: record, page, JUnit, history, redaction."""
    return _made(folder, _OURS)


def peers(folder: Path) -> Path:
    """Make the project of plain tests."""
    return _made(folder, _PEERS)


def _made(folder: Path, files: dict[str, str]) -> Path:
    for name, text in (files | {"conftest.py": _TIMED}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    return folder


def page_seconds(folder: Path) -> float:
    """How long writing the page took in the newest run."""
    return float((folder / "page-seconds.txt").read_text())
