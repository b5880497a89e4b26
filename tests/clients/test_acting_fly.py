"""Acting on the platform: what is typed, with which token, and what is said when it fails."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from ops_tests.clients.acting import fly as acting
from ops_tests.clients.acting.fly import ActingFly, deploying, line, restarting, scaling
from ops_tests.errors import ActionFailed, NotAuthorised, NotPermitted, UsageProblem
from ops_tests.permit import grant
from ops_tests.records.platform import Image
from ops_tests.target import Target

Fake = Callable[..., dict[str, str]]
RESTART = "machine restart m1 -a shop"
PLATFORM = {"kind": "fly", "app": "shop", "acts_token_env": "ACTS"}


def target(environ: dict[str, str], name: str = "shop", platform: object = PLATFORM) -> Target:
    described = {"name": name, "base_url": "http://127.0.0.1:9", "acts": True, "platform": platform}
    return Target.model_validate(described).placed(Path("shop.toml"), environ)


def client(environ: dict[str, str]) -> ActingFly:
    shop = target(environ)
    return ActingFly(shop, grant(shop, ["shop"], "run"))


def test_the_commands_are_those_the_runbook_types() -> None:
    assert line(restarting("shop", "m1")) == "fly machine restart m1 -a shop"
    assert line(scaling("shop", 512)) == "fly scale memory 512 -a shop"
    image = Image("registry.fly.io/shop", "v1")
    assert line(deploying("shop", image)) == "fly deploy -a shop --image registry.fly.io/shop:v1 -y"


def test_it_acts_with_the_token_for_acting_in_an_empty_folder(fake_fly: Fake, tmp_path: Path) -> None:
    environ = fake_fly(RESTART) | {"ACTS": "fm2_acts", "FLY_ACCESS_TOKEN": "", "FLY_APP": "other"}
    assert client(environ).machine_restart("m1") > 0
    seen = (tmp_path / "environ-1").read_text(encoding="utf-8").splitlines()
    assert "FLY_API_TOKEN=fm2_acts" in seen
    assert not [one for one in seen if one.startswith(("FLY_ACCESS_TOKEN", "FLY_APP="))]
    assert (tmp_path / "cwd-1").read_text(encoding="utf-8") == ""


def test_without_the_variable_the_own_login_is_used(fake_fly: Fake, tmp_path: Path) -> None:
    client(fake_fly(RESTART) | {"FLY_API_TOKEN": "fm2_reads"}).machine_restart("m1")
    assert "FLY_API_TOKEN" not in (tmp_path / "environ-1").read_text(encoding="utf-8")


def test_what_failed_is_not_repeated_even_when_the_rate_was_limited(fake_fly: Fake, calls: Callable[[], int]) -> None:
    environ = fake_fly(RESTART, failures=("Error: 429 Too Many Requests: rate limit exceeded\n",))
    with pytest.raises(ActionFailed, match=r"fly machine restart m1 -a shop failed \(exit 1\): 429 .* Wait a minute"):
        client(environ).machine_restart("m1")
    assert calls() == 1


@pytest.mark.parametrize(
    ("set_to", "whose"), [("fm2_reads", "the token in ACTS"), ("", "your own fly login")], ids=["token", "login"]
)
def test_a_refused_token_is_told_with_the_one_to_make(fake_fly: Fake, set_to: str, whose: str) -> None:
    environ = fake_fly(RESTART, failures=("Error: failed to obtain lease: unauthorized fm2_reads\n",)) | {
        "ACTS": set_to
    }
    said = f"expected {whose} to be allowed to. Next: fly tokens create deploy -a shop -x 24h, then set ACTS"
    with pytest.raises(NotAuthorised, match=re.escape(said)) as error:
        client(environ).machine_restart("m1")
    assert "fm2_reads" not in str(error.value)


def test_what_does_not_end_in_time_is_told_as_half_done(fake_fly: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acting, "RESTART_SECONDS", 0.3)
    environ = fake_fly("scale memory 512 -a shop", "Updating machine m1", last="exec sleep 60")
    with pytest.raises(ActionFailed, match=r"within 0\.6 s .*: Updating machine m1\. What it began may go on"):
        client(environ).scale_memory(512, 2)


def test_a_crash_is_told_by_its_last_words(fake_fly: Fake) -> None:
    environ = fake_fly(RESTART, failures=("panic: runtime error\n",), code=3)
    with pytest.raises(ActionFailed, match=r"failed \(exit 3\): panic: runtime error"):
        client(environ).machine_restart("m1")


def test_a_permit_for_another_target_opens_nothing() -> None:
    other = target({}, name="other")
    with pytest.raises(NotPermitted, match="the permit is for other, not for shop; nothing was done"):
        ActingFly(target({}), grant(other, ["other"], "run"))


def test_a_target_without_platform_is_refused() -> None:
    shop = target({}, platform=None)
    with pytest.raises(UsageProblem, match=r"has no \[platform\]"):
        ActingFly(shop, grant(shop, ["shop"], "run"))
