"""What each format's own tool or schema says of a schedule: complaints, none when it is sound."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from cronsim import CronSim, CronSimError
from kubernetes_validate import ValidationError, validate

SCRIPTS = Path(sys.executable).parent
UNIT = re.compile(r"^# /etc/systemd/system/(\S+)$", re.MULTILINE)
KUBERNETES = ("1.27", "1.37")
"""The oldest that knows timeZone as stable, and the newest whose schema the package holds."""


def needed(program: str) -> str:
    """Where a tool is that no package of Python brings; without it the test is skipped and says so."""
    return shutil.which(program) or pytest.skip(f"{program} is not installed on this machine")


def cron_lines(text: str) -> list[tuple[str, str]]:
    """The fields and the command of each line of a crontab that runs something."""
    lines = [
        line for line in text.splitlines() if line and not line.startswith("#") and not re.match(r"[A-Z_]+=", line)
    ]
    return [(" ".join(line.split(maxsplit=5)[:5]), line.split(maxsplit=5)[5]) for line in lines]


def cron_variables(text: str) -> dict[str, str]:
    """The variables that a crontab sets."""
    return dict(line.split("=", 1) for line in text.splitlines() if re.match(r"[A-Z_]+=", line))


def crontab_complaints(text: str) -> list[str]:
    """What a parser of crontabs says of its lines; of cron's limits, 999 characters a command is one."""
    complaints = [f"{len(command)} characters" for _, command in cron_lines(text) if len(command) > 999]
    for fields, _ in cron_lines(text):
        try:
            CronSim(fields, datetime(2026, 1, 1, tzinfo=UTC))
        except CronSimError as error:
            complaints.append(f"{fields}: {error}")
    return complaints


def cron_s_complaints(text: str, folder: Path) -> str:
    """What the machine's own crontab says of it, without installing it: ``-T`` of cronie, ``-n`` of Debian's."""
    program, file = needed("crontab"), folder / "crontab"
    file.write_text(text, encoding="utf-8")
    asked = subprocess.run([program, "-T", str(file)], capture_output=True, text=True, check=False)
    if "invalid option" in asked.stderr:  # only then: to cronie -n is the name of a host
        asked = subprocess.run([program, "-n", str(file)], capture_output=True, text=True, check=False)
    return "" if asked.returncode == 0 else asked.stderr


def units(text: str, folder: Path) -> list[Path]:
    """The units, each put into a file by the very line that the schedule tells."""
    (line,) = re.findall(r"^#   (awk .*) units +# as root$", text, re.MULTILINE)
    place = folder / "units.d"
    place.mkdir(exist_ok=True)
    (folder / "units").write_text(text.replace("# /etc/systemd/system/", f"# {place}/"), encoding="utf-8")
    own = line.replace(r"\/etc\/systemd\/system\/", f"{place}/".replace("/", r"\/"))
    assert own != line
    subprocess.run(["sh", "-c", f"{own} units"], cwd=folder, check=True)
    return sorted(place.iterdir())


def systemd_complaints(text: str, folder: Path) -> str:
    """What ``systemd-analyze verify`` says of the units."""
    files = units(text, folder)
    verified = subprocess.run(
        [needed("systemd-analyze"), "verify", *map(str, files)], capture_output=True, text=True, check=False
    )
    return verified.stderr if verified.returncode or str(folder) in verified.stderr else ""


def github_complaints(workflow: Path) -> str:
    """What the published JSON Schema of workflows says."""
    checked = subprocess.run(
        [SCRIPTS / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", str(workflow)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return checked.stdout + checked.stderr if checked.returncode else ""


def github_weaknesses(workflow: Path) -> list[str]:
    """The audits of zizmor, offline, that find something: unpinned actions, wide permissions."""
    audited = subprocess.run(
        [SCRIPTS / "zizmor", "--offline", "--quiet", "--persona", "pedantic", "--format", "json", str(workflow)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return [finding["ident"] for finding in json.loads(audited.stdout)]


def actionlint_complaints(workflow: Path) -> str:
    """What actionlint says, which reads expressions and the shell as well."""
    return subprocess.run([needed("actionlint"), str(workflow)], capture_output=True, text=True, check=False).stdout


def kubernetes_complaints(text: str) -> list[str]:
    """What the schemas of Kubernetes say of each manifest, unknown keys included."""
    complaints = []
    for manifest in yaml.safe_load_all(text):
        for version in KUBERNETES:
            try:
                validate(manifest, version, strict=True)
            except ValidationError as error:
                complaints.append(f"{manifest['metadata']['name']} ({version}): {error.message}")
    return complaints
