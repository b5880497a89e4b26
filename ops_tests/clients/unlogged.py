"""Requests to addresses that are secrets: urllib3 logs every path, and a live log is printed past the redactor."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_SILENT = threading.local()


@contextmanager
def unlogged() -> Iterator[None]:
    """Have urllib3 log nothing of what this thread asks."""
    logging.getLogger("urllib3.connectionpool").addFilter(_spoken)  # the same one is added once
    _SILENT.on = True
    try:
        yield
    finally:
        _SILENT.on = False


def _spoken(_record: logging.LogRecord) -> bool:
    return not getattr(_SILENT, "on", False)
