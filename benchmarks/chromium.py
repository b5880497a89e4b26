"""How long headless Chromium takes to open a page: to load it and lay it out, by the page's own clock."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

_PROBE = """<script>addEventListener("load", () => {
document.body.getBoundingClientRect(); document.documentElement.dataset.opened = performance.now() })</script>"""
SECONDS = 60
"""A browser that has not answered by then is stuck."""


def program() -> str:
    """The browser, or "" where there is none."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")


def opened_in(browser: str, page: Path, scratch: Path) -> float:
    """Seconds from the page's first request until it is loaded and laid out, in a browser that was just started.

    Args:
        browser: The program.
        page: The file.
        scratch: For the browser's own files and a copy of the page.
    """
    copy = scratch / "opened.html"
    copy.write_text(page.read_text(encoding="utf-8") + _PROBE, encoding="utf-8")
    command = [browser, "--headless", "--disable-gpu", "--disable-dev-shm-usage", "--dump-dom"]
    command += ["--no-sandbox"] if os.geteuid() == 0 else []
    command += [f"--user-data-dir={scratch / 'profile'}", copy.as_uri()]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=True)
    told = re.search(r'data-opened="([0-9.]+)"', ended.stdout)
    assert told, ended.stdout[-2000:] + ended.stderr[-2000:]
    return float(told[1]) / 1000
