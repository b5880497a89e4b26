"""``pytest --collect-only -q``: what is loaded before anything is looked at."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import environments
from benchmarks.figure import Claim, Figure
from benchmarks.side_by_side import HEADER, interleaved, process
from ops_tests.plugin.marks import MARKS

CHECKS = environments.ROOT / "ops_tests" / "checks"
BARE, PACKAGES, OURS = "bare pytest", "pytest and our packages", "ours"
UNREACHED = (
    "up to the second row it is the packages that are given; above it stand pydantic, as checks hold limits and are "
    "listed for the endpoints and pages of a target file, and the modules with our fixtures and rules, which must be "
    "imported to know what a check asks for"
)


def figure() -> Figure:
    """Measure the collection of all checks beside that of as many empty ones.

    Raises:
        RuntimeError: One of them could not collect.
    """
    ours = [environments.ours().command("pytest"), "-q", "--collect-only"]
    with TemporaryDirectory() as place:
        folder = Path(place)
        listed = [*ours, "-c", str(environments.ROOT / "pytest.ini"), "--rootdir", place, str(CHECKS)]
        ids = _ids(listed, folder)
        likeness = _likeness(folder / "likeness", ids)
        measured = interleaved(
            {
                BARE: partial(process, [environments.bare().command("pytest"), "-q", "--collect-only"], likeness),
                PACKAGES: partial(process, [*ours, "-p", "no:ops_tests.plugin"], likeness),
                OURS: partial(process, listed, folder),
            }
        )
    bare, packages, whole = measured[BARE], measured[PACKAGES], measured[OURS]
    modules = len({one.partition("::")[0] for one in ids})
    return Figure(
        title="Collecting",
        about=(
            f"`pytest --collect-only -q` of {len(ids)} checks in {modules} modules. The others collect as many empty "
            "tests of the same names, marks and parameters, without fixtures. Ratios are to bare pytest."
        ),
        header=HEADER,
        rows=[one.row(name, bare) for name, one in measured.items()],
        claims=[
            Claim("ours / bare pytest, least", whole.least / bare.least, at_most=1.3, unreached=UNREACHED),
            Claim("ours / bare pytest, CPU, median", whole.cpu / bare.cpu, at_most=1.3, unreached="as above"),
        ],
        notes=[
            f"Ours / the same packages: {whole.least / packages.least:.2f} x; CPU {whole.cpu / packages.cpu:.2f} x."
        ],
    )


def _ids(command: list[str], folder: Path) -> list[str]:
    """The ids of all checks."""
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    return [line for line in said.splitlines() if "::" in line]


def _likeness(folder: Path, ids: list[str]) -> Path:
    """A folder with empty tests of the same ids and marks."""
    folder.mkdir()
    marks = "".join(f"    {mark}: {sentence}\n" for mark, sentence in MARKS.items())
    (folder / "pytest.ini").write_text(f"[pytest]\nstrict = true\nmarkers =\n{marks}")
    modules: dict[str, dict[str, list[str]]] = {}
    for one in ids:
        path, _, test = one.partition("::")
        name, _, parameter = test.partition("[")
        modules.setdefault(Path(path).name, {}).setdefault(name, []).append(parameter.removesuffix("]"))
    for module, tests in modules.items():
        (folder / module).write_text("\n\n".join(["import pytest", *_empty(module, tests)]))
    return folder


def _empty(module: str, tests: dict[str, list[str]]) -> Iterator[str]:
    """The tests of a module without what they look at."""
    for check in ast.parse((CHECKS / module).read_text()).body:
        if isinstance(check, ast.FunctionDef) and check.name in tests:
            parameters = [one for one in tests[check.name] if one]
            marks = [ast.unparse(mark) for mark in check.decorator_list]
            marks += [f"pytest.mark.parametrize('parameter', {parameters})"] if parameters else []
            taken = "parameter" if parameters else ""
            yield "\n".join([*(f"@{mark}" for mark in marks), f"def {check.name}({taken}):", "    assert True", ""])
