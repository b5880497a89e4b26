"""The real wrangler on PATH, or the reason why it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worker import installed


@pytest.fixture(scope="session")
def real_wrangler() -> Path:
    """The folder with the real command."""
    try:
        return installed.program()
    except installed.NotThere as reason:
        pytest.skip(f"the real wrangler is not looked at: {reason}")
