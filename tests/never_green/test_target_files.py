"""Target files cut, reordered and spoilt: a target, or one error that names what is wrong."""

from __future__ import annotations

import contextlib
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from ops_tests.errors import TargetInvalid
from ops_tests.target import Target
from ops_tests.target_file import load_target, packaged_targets
from tests.never_green.spoiling import DEEP, EXAMPLES, FEW, LONG_NUMBER, spoilt, torn

TEXT = packaged_targets()["sandbox"].read_text(encoding="utf-8").replace('name = "sandbox"', 'name = "shop"')
TABLE: dict[str, Any] = tomllib.loads(TEXT)


def load(path: Path, text: str) -> None:
    """Load a target file with this text; any other error than ours is one too many."""
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    with contextlib.suppress(TargetInvalid):
        assert isinstance(load_target(path, {}), Target)


@FEW
@given(text=torn(TEXT))
def test_a_torn_file_is_a_target_or_an_error(tmp_path: Path, text: str) -> None:
    load(tmp_path / "shop.toml", text)


VALUES = {
    "nested": DEEP,
    "a long number": LONG_NUMBER,
    "a long text": f"'{LONG_NUMBER}'",
    "a date": "2026-08-20",
    "infinite": "inf",
    "a table": "{}",
    "a NUL": '"\\u0000"',
}


@pytest.mark.parametrize("value", VALUES.values(), ids=list(VALUES))
@pytest.mark.parametrize("key", ["name", "base_url", "migrations.folder", "limits.health_seconds", "health.expect"])
def test_an_odd_value_is_an_error_at_most(tmp_path: Path, key: str, value: str) -> None:
    given_keys = {"name": 'name = "shop"\n', "base_url": 'base_url = "http://127.0.0.1"\n'}
    rest = "".join(line for name, line in given_keys.items() if name != key)
    load(tmp_path / "shop.toml", f"{rest}{key} = {value}\n")


@EXAMPLES
@given(table=spoilt(TABLE))
def test_a_spoilt_table_is_a_target_or_an_error(tmp_path: Path, table: Any) -> None:
    empty = tmp_path / "shop.toml"
    empty.write_text("", encoding="utf-8")
    with contextlib.suppress(TargetInvalid):
        load_target(empty, {}, table if isinstance(table, dict) else None)
