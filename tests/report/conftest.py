"""The pages, and what a browser sees of them: each run and each start of the browser is made once."""

from __future__ import annotations

import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from ops_tests.plugin.report.page import page
from ops_tests.plugin.report.past import Past, look_back
from ops_tests.records.history import Samples
from ops_tests.records.objective import Objective
from ops_tests.records.run import RunRecord
from ops_tests.target_file import load_target
from ops_tests.tools.status_page import status_page
from tests.report import drill, shop
from tests.report.browser import Seen, look


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a green and a red run after thirty days, and a first run that could not look."""
    folder = tmp_path_factory.mktemp("runs")
    for state in ("green", "red", "blind"):
        shop.run(folder / state, state, past=state != "blind")
    return folder


@pytest.fixture(scope="session")
def documents(runs: Path) -> dict[str, str]:
    """The HTML of those runs, and of a planted one that has everything a page can hold."""
    made = {
        name: (runs / name / "reports" / "latest.html").read_text(encoding="utf-8")
        for name in ("green", "red", "blind")
    }
    made["faulty"] = FAULTY
    made["status"] = status_page(load_target(runs / "red" / "shop.toml", {}), runs / "red")
    planted = {"whole": page(*everything(runs / "red")), "drill": page(*drilled(runs / "green"))}
    return made | {
        name: f'<!DOCTYPE html><html lang="en"><head><title>{name}</title></head><body>{body}</body></html>'
        for name, body in planted.items()
    }


def drilled(folder: Path) -> tuple[RunRecord, dict[str, Past]]:
    """The green run with a full drill, the fifth in as many quarters, and one in which health flapped."""
    record = RunRecord.model_validate_json((folder / "reports" / "latest.json").read_text(encoding="utf-8"))
    drill.plant(folder, record.started_at)
    drills = (*drill.full(record.started_at), drill.flapping(record.started_at))
    record = record.model_copy(update={"drills": drills})
    return record, look_back(folder, record)


def everything(folder: Path) -> tuple[RunRecord, dict[str, Past]]:
    """The red run with objectives and response times."""
    record = RunRecord.model_validate_json((folder / "reports" / "latest.json").read_text(encoding="utf-8"))
    live = record.targets[0].model_copy(update={"release": "v43", "image": "registry.example/shop:43", "app": "shop"})
    record = record.model_copy(update={"targets": (live,), "objectives": OBJECTIVES})
    dice = random.Random(3)
    seconds = tuple(dice.lognormvariate(-3.6, 0.25) for _ in range(400))
    taken = Samples(record.run_id, live.image, record.started_at, seconds)
    pasts = look_back(folder, record)
    return record, {"shop": replace(pasts["shop"], samples={"webhooks": [taken]})}


FAULTY = """<!DOCTYPE html><html lang="en"><head><title>faulty</title></head>
<body style="background: #fff; color: #000">
<main><h1><span class="ops-shout">FAULTY</span></h1><p style="color: #999">faint</p><p style="width: 2000px">wide</p>
<table class="ops-objectives" style="line-height: 20px"><thead></thead><tbody>
<tr><td class="ops-number">99.9 <br>%</td><td></td></tr></tbody></table>
<pre style="width: 90px; overflow: hidden; line-height: 20px">one long command</pre>
<pre style="width: 90px; white-space: pre-wrap; line-height: 20px">one long command</pre>
<section><h3>unnamed</h3></section><table><tr><th>unscoped</th></tr></table><a href="#nowhere">nowhere</a>
<svg class="timeline" viewBox="0 0 100 20" width="50" height="10"><text y="15" font-size="12">on</text>
<text y="15" font-size="24">under</text></svg>
<script>document.write("<p>by script</p>")</script></main></body></html>"""

OBJECTIVES = (
    Objective(id="slo-webhook-p95", title="webhook response p95", target="shop", outcome="ok", value=0.042, unit="s",
              limit=0.1, samples=400, window="since v43", sentence="at most 47 ms with 95 % confidence"),
    Objective(id="slo-uptime", title="uptime", target="shop", outcome="finding", value=99.82, unit="%", limit=99.9,
              samples=8600, window="30 d", budget_left_percent=-82, sentence="99.82 %; expected at least 99.9 %"),
    Objective(id="slo-delivery", title="delivery rate", target="shop", outcome="ok", value=99.91, unit="%", limit=99.5,
              samples=31211, window="30 d", budget_left_percent=64),
    Objective(id="slo-mttr", title="time to recovery", target="shop", outcome="gap", sentence="no outage has ended"),
)  # fmt: skip


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser, where there is one."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
    if not found:
        pytest.skip("no chromium on PATH, so what a reader sees is not looked at; on Debian: apt install chromium")
    return found


@pytest.fixture(scope="session", params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    """The colours that the reader prefers."""
    return str(request.param)


@pytest.fixture(scope="session")
def seen(chromium: str, documents: dict[str, str], scheme: str, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """What a browser makes of every page: wide, on a phone, with scripts and without, and printed."""
    return look(chromium, documents, scheme, tmp_path_factory.mktemp(f"browser-{scheme}"))
