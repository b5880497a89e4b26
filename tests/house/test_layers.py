"""Imports go one way, without circles, and each way to the outside has its door."""

from __future__ import annotations

import pytest

from tests.house.layer_rules import BELOW, cycle, late_bound, part_of, side_doors, wrong_way
from tests.house.source import PACKAGE, Source, read

SOURCES = read(PACKAGE)
BY_PATH = {source.path: source for source in SOURCES}

WRONG_WAYS = {
    "ops_tests/errors.py": "from ops_tests.target import Target",
    "ops_tests/records/web.py": "from ops_tests import limits",
    "ops_tests/target.py": "import ops_tests.target_file",
    "ops_tests/clients/fly.py": "from ops_tests.rules import machines",
    "ops_tests/clients/web.py": "from ..rules.health import judged_answer",
    "ops_tests/rules/health.py": "def late():\n    from ops_tests.clients.web import Web",
    "ops_tests/sandbox/world.py": "from ops_tests.rules.levels import worst",
    "ops_tests/sandbox/topics.py": "from ops_tests.clients.webhook_payloads import payload",
    "ops_tests/plugin/gather.py": "from ops_tests.checks import test_logs",
    "ops_tests/checks/test_logs.py": "from ops_tests.clients.fly import Fly",
    "ops_tests/checks/test_web.py": "from ops_tests.plugin.gather import Look",
    "ops_tests/checks/test_database.py": "from ops_tests.plugin import recording",
    "ops_tests/tools/cli.py": "from tests.running import run_suite",
    "ops_tests/tools/check.py": "import ops_tests.checks.test_logs",
}
SIDE_DOORS = {
    "ops_tests/clients/fly.py": "import subprocess",
    "ops_tests/tools/cli.py": "import os\n\nos.execvp('fly', ['fly'])",
    "ops_tests/rules/health.py": "from os import system",
    "ops_tests/plugin/observations.py": "from psycopg2 import connect",
    "ops_tests/clients/web.py": "import psycopg2.extensions",
    "ops_tests/plugin/state.py": "import sqlite3",
    "ops_tests/plugin/gather.py": "import requests",
    "ops_tests/tools/status.py": "from urllib import request",
    "ops_tests/plugin/terminal.py": "import http.client as client",
    "ops_tests/rules/levels.py": "import socket",
    "ops_tests/plugin/state.py ": "import os\n\nCI = os.environ['CI']",
    "ops_tests/clients/fly.py ": "from os import getenv",
}


def test_imports_go_one_way() -> None:
    assert not {path: told for path, source in BY_PATH.items() if (told := wrong_way(source))}


def test_nothing_is_imported_by_a_string() -> None:
    assert not {path: told for path, source in BY_PATH.items() if (told := late_bound(source))}


def test_the_outside_is_reached_through_its_door() -> None:
    assert not {path: told for path, source in BY_PATH.items() if (told := side_doors(source))}


def test_no_parts_import_each_other_in_a_circle() -> None:
    assert not cycle(SOURCES)


def test_every_file_lies_in_a_known_part() -> None:
    strays = [one.path for one in SOURCES if one.path != "ops_tests/__init__.py" and not part_of(one.module)]
    assert not strays


def test_every_known_part_exists() -> None:
    assert {part_of(one.module) for one in SOURCES} == set(BELOW)


@pytest.mark.parametrize(("path", "text"), WRONG_WAYS.items())
def test_an_import_against_the_direction_is_found(path: str, text: str) -> None:
    assert wrong_way(Source(path, text))


def test_a_check_may_name_a_client_only_for_type_checkers() -> None:
    hidden = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from ops_tests.clients.fly import Fly"
    assert not wrong_way(Source("ops_tests/checks/test_logs.py", hidden))
    assert wrong_way(Source("ops_tests/rules/logs.py", hidden))


@pytest.mark.parametrize("text", ["import importlib\n\nimportlib.import_module('a')", "__import__('os')", "eval('1')"])
def test_an_import_by_a_string_is_found(text: str) -> None:
    assert late_bound(Source("ops_tests/plugin/gather.py", text))


@pytest.mark.parametrize(("path", "text"), SIDE_DOORS.items())
def test_a_side_door_is_found(path: str, text: str) -> None:
    assert side_doors(Source(path.strip(), text))


def test_a_circle_is_found() -> None:
    there = Source("ops_tests/rules/health.py", "from ops_tests.records import web")
    back = Source("ops_tests/records/web.py", "from ops_tests.rules import health")
    assert cycle([there, back]) == ["records", "rules"]
