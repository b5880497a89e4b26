"""``init``: a target file from an address, from a live sandbox, and from as little as answers."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from ops_tests.errors import UsageProblem
from ops_tests.sandbox.embedded import Sandbox
from ops_tests.target import Target
from ops_tests.target_file import load_target
from ops_tests.tools.target_draft import write
from tests.patience import patient
from tests.running import environment, run_suite

Init = Callable[..., tuple[Target, str]]
APP_ON_FLY = "https://timedify-sandbox.fly.dev"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A healthy sandbox that is only read."""
    started = Sandbox.start()
    yield started
    started.stop()


@pytest.fixture
def init(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Init:
    """Write a target file and read it: the target, and the file's text."""
    monkeypatch.chdir(tmp_path)

    def init(url: str, environ: dict[str, str], authority: Path | None = None) -> tuple[Target, str]:
        list(write(url, "shop", Path("shop.toml"), authority, live=True, environ=environ))
        return load_target(Path("shop.toml"), environ), Path("shop.toml").read_text(encoding="utf-8")

    return init


def nobody() -> str:
    """An address of this machine at which nobody listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{bound.getsockname()[1]}"


def recorded(sandbox: Sandbox) -> object:
    """How many deliveries the application has recorded."""
    with closing(psycopg2.connect(sandbox.environment["DATABASE_URL"])) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM webhook_events")
        return cursor.fetchone()


def command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "ops_tests", "init", *words]
    return subprocess.run(argv, cwd=folder, env=environment(), capture_output=True, text=True, timeout=60, check=False)


def test_the_sandbox_is_described_as_it_is_and_the_daily_round_holds_at_once(
    sandbox: Sandbox, init: Init, tmp_path: Path
) -> None:
    (tmp_path / "fly.toml").write_text('app = "timedify-sandbox"\n', encoding="utf-8")
    before = recorded(sandbox)
    target, text = init(sandbox.base_url, sandbox.environment, Path(sandbox.place["https"]["authority"]))
    written = target.model_dump(exclude_unset=True)
    assert written["health"]["expect"] == {"status": ("ok",)}
    assert written["platform"]["app"] == "timedify-sandbox"
    assert written["platform"]["minimum_machines"] == 2
    assert [page["path"] for page in written["pages"]] == ["/", "/privacy", "/terms"]
    assert "SHOPIFY_API_SECRET" in written["secrets"]["names"]
    assert written["headers"]["X-Content-Type-Options"] == "nosniff"
    assert written["logs"]["expects_lines"]
    assert written.keys() >= {"health_gate", "backups", "database", "dead_letters", "migrations", "retention"}
    assert not target.webhooks
    assert not any(sandbox.environment[name] in text for name in ("DATABASE_URL", "FLY_API_TOKEN"))
    file = tmp_path / "shop.toml"
    file.write_text(patient(f"{text}\n[limits]\n"), encoding="utf-8")
    run = run_suite(tmp_path, "-m", "daily", "--target", "shop.toml", environ=environment(**sandbox.environment))
    assert run.status == 0, run.output
    assert recorded(sandbox) == before


def test_where_nobody_listens_the_file_is_smaller_and_says_so(init: Init) -> None:
    target, text = init(nobody(), {})
    assert target.model_dump(exclude_unset=True) == {"name": "shop", "base_url": target.base_url}
    assert "# Nobody answered: 127.0.0.1" in text


def test_where_nobody_listens_no_certificate_is_called_refused_and_the_way_to_a_second_try_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    url = nobody().replace("http:", "https:")
    said = "\n".join(write(url, "shop", Path("shop.toml"), None, live=True, environ={}))
    text = Path("shop.toml").read_text(encoding="utf-8")
    assert "# No certificate was seen: 127.0.0.1" in text
    assert "not accepted" not in text
    assert (
        f"nothing was seen of {url}: once it answers, delete shop.toml (nothing is overwritten) and try again" in said
    )


def test_a_private_authority_is_asked_for_with_the_option(sandbox: Sandbox, init: Init) -> None:
    _target, text = init(sandbox.base_url, {})
    assert "# If a private authority signs for it, type --authority FILE. Nobody answered: " in text
    assert "# Certificate not accepted: shows a certificate" in text


def test_an_address_of_plain_http_gets_no_key_that_needs_https(init: Init, tmp_path: Path) -> None:
    _target, seen = init(nobody(), {})
    list(write("http://a", "", tmp_path / "by_address.toml", None, live=False, environ={}))
    for text in (seen, (tmp_path / "by_address.toml").read_text(encoding="utf-8")):
        assert "# Of use once base_url is an address of https.\n# [https]\n\n" in text
        assert "plain_url" not in text


def test_missing_folders_are_made_and_what_cannot_be_made_is_told_before_anybody_is_asked(tmp_path: Path) -> None:
    list(write("https://a", "", tmp_path / "ops" / "live" / "a.toml", None, live=False, environ={}))
    assert load_target(tmp_path / "ops" / "live" / "a.toml", {}).name == "a"
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UsageProblem, match=r"cannot be written .*expected a folder of yours"):
        next(write("https://a", "", tmp_path / "file" / "a.toml", None, live=True, environ={}))


def test_an_address_with_a_path_is_shown_without_it(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match=r"expected scheme and host only, without a path: https://a:8443$"):
        list(write("https://a:8443/health", "", tmp_path / "x.toml", None, live=False, environ={}))


def test_no_name_of_a_packaged_target_is_taken(tmp_path: Path) -> None:
    list(write("https://timedify.fly.dev", "", tmp_path / "x.toml", None, live=False, environ={}))
    assert load_target(tmp_path / "x.toml", {}).name == "timedify-live"
    with pytest.raises(UsageProblem, match="sandbox is the name of a target that comes with the package"):
        list(write("https://a", "sandbox", tmp_path / "y.toml", None, live=False, environ={}))


def test_without_fly_the_app_is_named_and_left_out(init: Init) -> None:
    target, text = init(APP_ON_FLY, {"PATH": ""})
    assert target.platform is None
    assert "fly is not on PATH" in text
    assert '# app = "timedify-sandbox"' in text


def test_with_fly_logged_out_the_app_is_named_and_left_out(sandbox: Sandbox, init: Init) -> None:
    target, text = init(APP_ON_FLY, {"PATH": sandbox.environment["PATH"]})
    assert target.platform is None
    assert "no access token available" in text


def test_a_database_that_does_not_answer_is_left_out(init: Init) -> None:
    address = nobody().removeprefix("http://")
    target, text = init(nobody(), {"DATABASE_URL": f"postgresql://reader:hidden-word@{address}/shop"})
    assert target.database is None
    assert "refused the connection" in text
    assert "hidden-word" not in text


def test_an_address_alone_is_enough_and_a_second_time_nothing_is_overwritten(tmp_path: Path) -> None:
    first = command(tmp_path, "https://www.shop.example.com")
    assert first.returncode == 0, first.stderr
    assert load_target(tmp_path / "shop.toml", {}).base_url == "https://www.shop.example.com"
    (tmp_path / "shop.toml").write_text("# mine\n", encoding="utf-8")
    second = command(tmp_path, "https://www.shop.example.com")
    assert second.returncode == 4
    assert "shop.toml exists" in second.stderr
    assert (tmp_path / "shop.toml").read_text(encoding="utf-8") == "# mine\n"


@pytest.mark.parametrize(
    "url",
    ["", "shop.example.com", "ftp://shop", "https://", "https://a/health", "https://a:99999", "https://[::1",
     "https://user:hidden-word@a", "https://a?token=hidden-word", 'https://a"b'],
)  # fmt: skip
def test_what_is_no_address_is_told_in_a_sentence_and_writes_nothing(url: str, tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="expected scheme and host only") as told:
        list(write(url, "", tmp_path / "x.toml", None, live=False, environ={}))
    assert "hidden-word" not in str(told.value)
    assert "\n" not in str(told.value)
    assert not any(tmp_path.iterdir())


def test_a_name_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="no name of a target"):
        list(write("https://a", "A b", tmp_path / "x.toml", None, live=False, environ={}))


@pytest.mark.parametrize(
    ("url", "name"),
    [("https://shop.fly.dev", "shop"), ("http://127.0.0.1:3000", "host-127-0-0-1"), ("http://[::1]:3000", "host-1"),
     ("https://www.Shop.example", "shop")],
)  # fmt: skip
def test_a_target_is_named_after_its_host(url: str, name: str, tmp_path: Path) -> None:
    list(write(url, "", tmp_path / "x.toml", None, live=False, environ={}))
    assert load_target(tmp_path / "x.toml", {}).name == name
