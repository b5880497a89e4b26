"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("pytest", "pytest-timeout", "pytest-html", "pytest-xdist", "requests", "psycopg2-binary", "pydantic")


def described() -> str:
    """Processor, cores, memory, system and versions, a line each."""
    processor = next((line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if "model name" in line), "")
    memory = next((int(line.split()[1]) / 2**20 for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    cores = f"{os.cpu_count()} cores, {memory:.0f} GiB"
    return "\n".join(
        [
            f"- {datetime.now(UTC):%Y-%m-%d}: {processor or platform.machine()}, {cores}",
            f"- {platform.system()} {platform.release()}, Python {platform.python_version()}",
            f"- {', '.join(f'{name} {version(name)}' for name in PACKAGES)}",
        ]
    )


def _lines(path: str) -> list[str]:
    file = Path(path)
    return file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
