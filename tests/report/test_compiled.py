"""Compiled templates are kept where Python keeps compiled modules, and nowhere else."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from ops_tests.plugin.report.compiled import Compiled


def _rendered(folder: Path) -> str:
    environment = Environment(loader=FileSystemLoader(folder), bytecode_cache=Compiled(folder), autoescape=True)
    return environment.get_template("page.j2").render(name="<b>")


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    (tmp_path / "page.j2").write_text("hello {{ name }}")
    return tmp_path


def test_what_was_compiled_lies_where_compiled_modules_do(templates: Path) -> None:
    assert _rendered(templates) == "hello &lt;b&gt;"
    assert len(list((templates / "__pycache__").iterdir())) == 1
    assert _rendered(templates) == "hello &lt;b&gt;"


def test_a_changed_template_is_compiled_anew(templates: Path) -> None:
    _rendered(templates)
    (templates / "page.j2").write_text("good bye {{ name }}")
    assert _rendered(templates) == "good bye &lt;b&gt;"


def test_nothing_is_kept_where_python_keeps_nothing(templates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert _rendered(templates) == "hello &lt;b&gt;"
    assert not (templates / "__pycache__").exists()


def test_a_folder_that_takes_nothing_is_no_error(templates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_named: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    assert _rendered(templates) == "hello &lt;b&gt;"
    assert not (templates / "__pycache__").exists()
