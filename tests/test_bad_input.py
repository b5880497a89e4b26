"""What cannot be run ends with status 4 and one message that names every problem, and without a traceback."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.running import Finished, environment, run_suite

SECRET = "shpss_0123456789abcdef0123456789abcdef"
SHOP = 'name = "shop"\nbase_url = "http://127.0.0.1:9"\n'
WEBHOOKS = '[webhooks]\nsecret_env = "SHOPIFY_API_SECRET"\nsynthetic = true\nsynthetic_prefix_is_ours = true\n'


@dataclass(frozen=True)
class Case:
    """A target file, what is typed, and what the message must and must not hold."""

    text: str
    said: tuple[str, ...]
    arguments: tuple[str, ...] = ("--target", "shop.toml")
    never_said: tuple[str, ...] = ()


CASES = {
    "an unknown target": Case(
        SHOP, ("unknown target 'timedfy'; did you mean timedify?",), arguments=("--target", "timedfy")
    ),
    "a file that is not there": Case(
        SHOP, ("target file nowhere.toml does not exist; looked at ",), arguments=("--target", "nowhere.toml")
    ),
    "a folder in place of a file": Case(
        SHOP, ("target ./folder is a folder; name the .toml file in it",), ("--target", "./folder")
    ),
    "a file that is no text": Case("\udcff", ("target file ", "cannot be read: ")),
    "a file that is not TOML": Case('name = "shop\n', ("is not TOML: ", "line 1")),
    "an unknown key": Case(SHOP + "[health]\npth = '/'\n", ("health.pth: unknown key; did you mean path?",)),
    "a missing key": Case('name = "shop"\n', ("base_url: missing; add it",)),
    "a wrong type": Case(
        SHOP + WEBHOOKS + "effect_within_seconds = 'soon'\n", ("webhooks.effect_within_seconds: ", "'soon'")
    ),
    "a negative limit": Case(SHOP + "[limits]\nhealth_seconds = -1\n", ("limits.health_seconds", "-1")),
    "a part without the part it needs": Case(SHOP + "[logs]\n", ("logs: needs the part [platform], which is missing",)),
    "a variable nobody set": Case(
        SHOP + WEBHOOKS,
        (
            "target shop cannot be checked:",
            "webhooks: SHOPIFY_API_SECRET is not set; put it into the environment or .env",
        ),
    ),
    "a secret in clear": Case(
        SHOP + f'[webhooks]\nsecret_env = "{SECRET}"\n',
        ("webhooks.secret_env: this must be the NAME of an environment variable", "consider it leaked"),
        never_said=(SECRET, SECRET[6:20]),
    ),
    "several problems at once": Case(
        'name = "shop"\nbase_url = "shop.example"\n[health]\npth = "/"\n[limits]\nhealth_seconds = -1\n',
        ("has 3 problems:", "base_url: ", "health.pth: ", "limits.health_seconds"),
    ),
    "a fault on a live target": Case(
        SHOP,
        ("--fault breaks things on purpose and is only for the sandbox, not for shop; drop --fault",),
        arguments=("--target", "shop.toml", "--fault", "health-500"),
    ),
    "an unknown fault": Case(
        SHOP,
        ("unknown fault 'health-50'; did you mean health-500", "python -m ops_tests faults lists them all"),
        arguments=("--target", "sandbox", "--fault", "health-50"),
        never_said=("secret-extra",),
    ),
    "two targets of one name": Case(
        SHOP,
        ("two targets are called 'shop': ", "shop.toml", "copy.toml", "rename one"),
        arguments=("--target", "shop.toml", "--target", "copy.toml"),
    ),
}


def run_with(folder: Path, text: str, *arguments: str, **variables: str) -> Finished:
    """Run the suite beside a target file ``shop.toml`` (and a copy of it) with the given text."""
    for name in ("shop.toml", "copy.toml"):
        (folder / name).write_text(text, encoding="utf-8", errors="surrogateescape")
    return run_suite(folder, *arguments, environ=environment(**variables))


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_it_ends_with_4_and_one_message(case: Case, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    finished = run_with(tmp_path, case.text, *case.arguments)
    assert finished.status == 4, finished.output
    assert [one for one in case.said if one not in finished.output] == [], finished.output
    assert [one for one in (*case.never_said, "Traceback", "INTERNALERROR") if one in finished.output] == []
    assert finished.output.count("ERROR: ") == 1
    assert finished.record is None or finished.record.verdict.startswith("NOT RUN on shop: ")


def test_a_missing_variable_ends_it_under_xdist_too(tmp_path: Path) -> None:
    finished = run_with(tmp_path, SHOP + WEBHOOKS, "--target", "shop.toml", "-n", "2")
    assert finished.status == 4, finished.output
    assert "webhooks: SHOPIFY_API_SECRET is not set" in finished.output
    assert "Traceback" not in finished.output


def test_a_variable_of_a_part_no_selected_check_needs_may_be_missing(tmp_path: Path) -> None:
    finished = run_with(tmp_path, SHOP + WEBHOOKS, "--target", "shop.toml", "-k", "health")
    assert finished.status == 1, finished.output
    assert finished.turned()["availability/health_answers_200"] == ("finding", "L3")


def test_with_only_a_base_url_availability_is_checked_and_the_rest_is_listed(tmp_path: Path) -> None:
    finished = run_with(tmp_path, SHOP, "--target", "shop.toml")
    judged = {one.subject for one in finished.checks() if one.outcome != "not applicable"}
    reasons = {one.subject for one in finished.checks() if one.outcome == "not applicable" and one.sentence}
    assert judged == {"availability", "objectives"}
    # Without https there is no certificate and no redirect to it, the file names neither headers nor pages, and
    # nobody is told of its troubles.
    others = {"webhooks", "database", "dead_letters", "logs", "traffic", "platform", "repository", "drill", "workers"}
    assert reasons == others | {"availability", "objectives"}


def test_dotenv_supplies_variables(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"SHOPIFY_API_SECRET={SECRET}\n", encoding="utf-8")
    finished = run_with(tmp_path, SHOP + WEBHOOKS, "--target", "shop.toml", "-k", "accepts_a_signed_delivery")
    assert finished.status == 10, finished.output
    assert all("127.0.0.1:9" in one.sentence for one in finished.checks() if one.outcome == "blind")
    assert SECRET not in finished.output


def test_the_environment_wins_over_dotenv(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OPS_TARGET=nowhere.toml\n", encoding="utf-8")
    finished = run_with(tmp_path, SHOP, "-k", "health", OPS_TARGET="shop.toml")
    assert finished.lines[0] == "target: shop (http://127.0.0.1:9)"
