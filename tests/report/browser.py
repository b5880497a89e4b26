"""Opens pages in frames of a headless Chromium and asks, from outside the frames, what a reader sees in them.

A frame can block scripts, has the width of a phone and keeps its own media queries, so one start of the browser is
enough for many looks.
"""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Look = dict[str, Any]
Seen = dict[str, Look]
WAYS = {
    "wide": {"width": 1280, "scripts": False, "print": False},
    "phone": {"width": 390, "scripts": False, "print": False},
    "printed": {"width": 1000, "scripts": False, "print": True},
    "scripts": {"width": 1280, "scripts": True, "print": False},
}
PROBE = Path(__file__).with_name("probe.js")
SECONDS = 120
"""A browser that has not answered by then is stuck."""


def look(chromium: str, documents: Mapping[str, str], scheme: str, scratch: Path) -> Seen:
    """Look at every document in every way; the answers are by ``document/way``.

    Args:
        chromium: The browser's program.
        documents: HTML by name.
        scheme: ``light`` or ``dark``.
        scratch: A folder for the browser's own files.
    """
    asked = json.dumps({"documents": dict(documents), "ways": WAYS}).replace("</", "<\\/")
    host = scratch / "host.html"
    script = PROBE.read_text(encoding="utf-8")
    host.write_text(
        f'<!DOCTYPE html><meta charset="utf-8"><body><pre id="answer"></pre>'
        f'<script type="application/json" id="asked">{asked}</script><script>{script}</script>',
        encoding="utf-8",
    )
    colours = f"--blink-settings=preferredColorScheme={0 if scheme == 'dark' else 1}"
    dumped = run(chromium, scratch, colours, "--virtual-time-budget=20000", "--dump-dom", host.as_uri())
    answer = re.search(r'<pre id="answer">(.*?)</pre>', dumped, re.DOTALL)
    assert answer, dumped[-2000:]
    told: Seen = json.loads(html.unescape(answer[1]))
    return told


def run(chromium: str, scratch: Path, *arguments: str) -> str:
    """Run the browser once, without its sandbox as root, and return what it printed."""
    command = [
        chromium,
        "--headless",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        f"--user-data-dir={scratch / 'profile'}",
    ]
    command += ["--no-sandbox"] if os.geteuid() == 0 else []
    ended = subprocess.run(
        [*command, *arguments], capture_output=True, text=True, timeout=SECONDS, check=True, cwd=scratch
    )
    return ended.stdout
