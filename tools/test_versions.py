"""Runs a slice of the tests on each supported Python of this machine and on the oldest and newest supported pytest.

What is supported stands in pyproject.toml. Each pair gets an environment of its own from the lock file, with only
pytest exchanged; ``--extremes`` tries the oldest pair and the newest alone. Unlike the tests it needs pip's index.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

REPOSITORY = Path(__file__).parents[1]
ENVIRONMENTS = REPOSITORY / "build" / "versions"
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SLICE = (
    "tests/house",
    "tests/plugin",
    "tests/rules",
    "tests/test_faults.py::test_a_healthy_sandbox_turns_nothing",
    "tests/test_faults.py::test_a_fault_turns_exactly_what_it_names[health-500]",
)
PIP = ("-m", "pip", "--disable-pip-version-check")
INSTALL = (*PIP, "install", "--quiet")
ASKED = "import ensurepip, platform, venv; print(platform.python_version())"


class Failed(Exception):
    """A command did not succeed; bears what it said."""


def said(*command: str | Path) -> str:
    """What a command printed.

    Raises:
        Failed: It ended with another status than 0.
    """
    line = [str(word) for word in command]
    ended = subprocess.run(line, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    text = ended.stdout.decode(errors="replace")
    if ended.returncode:
        raise Failed(f"{' '.join(line)[:200]}: exit status {ended.returncode}\n{text[-4000:]}")
    return text


def supported_pythons() -> list[str]:
    """The versions that the classifiers name, like 3.12, oldest first."""
    found = (re.fullmatch(r"Programming Language :: Python :: (3\.\d+)", line) for line in PROJECT["classifiers"])
    return sorted((one[1] for one in found if one), key=Version)


def supported_pytests() -> list[str]:
    """The oldest and the newest release that the index has and pyproject.toml allows."""
    (allowed,) = (one for one in map(Requirement, PROJECT["dependencies"]) if one.name == "pytest")
    listed = said(sys.executable, *PIP, "index", "versions", "pytest")
    (line,) = re.findall(r"^Available versions: (.+)$", listed, flags=re.MULTILINE)
    fitting = sorted(allowed.specifier.filter(line.split(", ")), key=Version)
    return list(dict.fromkeys((fitting[0], fitting[-1])))


def interpreters(minor: str) -> Iterator[tuple[Path, str]]:
    """Every Python of that version on PATH or in pyenv that can make environments, with its full version."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    on_path = [Path(folder, f"python{minor}") for folder in os.get_exec_path()]
    for candidate in (*on_path, *sorted(pyenv.glob(f"versions/{minor}*/bin/python"))):
        try:
            version = said(candidate, "-c", ASKED).strip()
        except (Failed, OSError):
            continue
        if version.startswith(f"{minor}."):
            yield candidate, version


def environment(python: Path, version: str, pytest: str) -> Path:
    """Make an environment from the lock file with that pytest, and return its Python.

    Raises:
        Failed: It could not be made.
    """
    folder = ENVIRONMENTS / f"python-{version}-pytest-{pytest}"
    said(python, "-m", "venv", "--clear", folder)
    made = folder / "bin" / "python"
    said(made, *INSTALL, "--require-hashes", "-r", "requirements-dev.lock")
    said(made, *INSTALL, "--no-deps", f"pytest=={pytest}")
    said(made, *INSTALL, "--no-deps", "--no-build-isolation", "-e", ".")
    found = said(made, "-c", "import pytest; print(pytest.__version__)").strip()
    if found != pytest:
        raise Failed(f"pytest {found} was installed; expected {pytest}")
    return made


def tested(python: Path, version: str, pytest: str) -> bool:
    """Run the slice and print its line; more when it failed."""
    begin = f"Python {version}, pytest {pytest}:"
    try:
        made = environment(python, version, pytest)
        output = said(made, "-m", "pytest", "-q", "-n", "auto", "-p", "no:cacheprovider", "-m", "not long", *SLICE)
    except Failed as error:
        print(f"{begin} FAILED\n{error}", flush=True)
        return False
    passed = re.search(r"^\d+ passed.*(?= in )", output, flags=re.MULTILINE)
    print(begin, passed[0] if passed else f"FAILED, no test passed\n{output[-4000:]}", flush=True)
    return passed is not None


def main(arguments: Iterable[str]) -> int:
    """Test the pairs; 0 when there was at least one and all passed."""
    pythons = {minor: next(interpreters(minor), None) for minor in supported_pythons()}
    absent = [f"Python {minor}" for minor, found in pythons.items() if found is None]
    try:
        pytests = supported_pytests()
    except Failed as error:
        print(f"pip's index does not tell the releases of pytest; expected it to: {error}")
        return 1
    pairs = [(*found, pytest) for found in pythons.values() if found for pytest in pytests]
    if "--extremes" in arguments and pairs:
        pairs = list(dict.fromkeys((pairs[0], pairs[-1])))
    passed = sum([tested(*pair) for pair in pairs])
    missing = f"; not on this machine: {', '.join(absent)}" if absent else ""
    print(f"{len(pairs)} pairs of Python and pytest, {passed} passed, {len(pairs) - passed} failed{missing}")
    return 0 if pairs and passed == len(pairs) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
