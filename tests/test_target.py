"""Target files: what is read, and what is said about one that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops_tests.errors import NotAuthorised, TargetInvalid, UnknownName
from ops_tests.target import read_environ
from ops_tests.target_file import find_target, load_target, packaged_targets
from ops_tests.target_parts import SHOPIFY_ENDPOINTS

WHOLE = """
base_url = "https://app.example.com/"
[webhooks]
secret_env = "APP_SECRET"
synthetic = true
[database]
dsn_env = "APP_DSN"
"""
FLY = 'base_url = "https://x"\nplatform = { kind = "fly", app = "a" }\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "app.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(folder: Path, text: str) -> str:
    with pytest.raises(TargetInvalid) as caught:
        load_target(written(folder, text), {})
    return str(caught.value)


def test_a_file_with_only_an_address_is_a_target(tmp_path: Path) -> None:
    target = load_target(written(tmp_path, 'base_url = "https://app.example.com/"'), {})
    assert (target.name, target.base_url, target.health.path) == ("app", "https://app.example.com", "/health")
    assert (target.platform, target.database, target.webhooks) == (None, None, None)


@pytest.mark.parametrize("name", packaged_targets())
def test_every_packaged_target_loads(name: str) -> None:
    assert load_target(packaged_targets()[name], {}).name == name


def test_timedify_has_the_six_endpoints_with_their_topics() -> None:
    webhooks = load_target(packaged_targets()["timedify"], {}).webhooks
    assert webhooks is not None
    assert [(one.path, one.topic) for one in webhooks.endpoints] == [(one.path, one.topic) for one in SHOPIFY_ENDPOINTS]


def test_all_problems_stand_in_one_message(tmp_path: Path) -> None:
    said = problems(
        tmp_path, 'base_url = "ftp://x"\nbase_ul = 1\n[limits]\nhealth_seconds = -1\n[platform]\nkind = "fly"\nap = "x"'
    )
    assert said.startswith(f"target file {tmp_path / 'app.toml'} has 5 problems:")
    assert "base_url: expected scheme and host only" in said
    assert "base_ul: unknown key; did you mean base_url?" in said
    assert "limits.health_seconds" in said
    assert "platform.app: missing; add it" in said
    assert "platform.ap: unknown key; did you mean app?" in said


def test_a_secret_written_in_clear_is_refused_and_not_repeated(tmp_path: Path) -> None:
    said = problems(tmp_path, 'base_url = "https://x"\n[webhooks]\nsecret_env = "shpss_0123456789"')
    assert "must be the NAME of an environment variable" in said
    assert "0123456789" not in said


def test_an_address_with_a_password_is_refused_and_not_repeated(tmp_path: Path) -> None:
    said = problems(tmp_path, 'base_url = "http://joe:hunter2@app.example.com"')
    assert "expected scheme and host only" in said
    assert "hunter2" not in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('base_url = "https://x"\n[secrets]\ncount = 1', "secrets: needs the part [platform]"),
        ('base_url = "https://x"\n[dead_letters]', "dead_letters: needs the part [database]"),
        ('base_url = "https://x"\n[webhooks]\nsecret_env = "S1"\nsynthetic = true', "synthetic_prefix_is_ours = true"),
        (WHOLE + '[[webhooks.endpoints]]\npath = "/w"\neffect = { log = "done" }', "must hold {shop}"),
        (WHOLE + '[[webhooks.endpoints]]\npath = "/w"\neffect = { }', "give either log"),
        ('base_url = "https://x"\n[platform]\nkind = "fly"\napp = "a"\n[secrets]', "give either names"),
        ('base_url = "https://x"\n[database]\ndsn_env = "D1"\n[migrations]\nfolder = "nowhere"', "is not a folder"),
        ('base_url = "https://x"\n[health]\npath = "health"', "a path begins with /"),
        ('base_url = "https://x"\n[health]\nexpect = {}', "health.expect: expected at least one"),
        ('base_url = "https://x"\n[webhooks]\nsecret_env = "S1"\nendpoints = []', "endpoints: expected at least one"),
        ('base_url = "http://x"\n[https]', "https: base_url is http://x; write https:// there, or leave out the part"),
        ('base_url = "https://x"\n[https]\nplain_url = "https://x"', "https.plain_url: expected an address that"),
        ('base_url = "https://x"\n[https]\nauthority = "nowhere.pem"', "is no file with a certificate in PEM"),
        ('base_url = "https://x"\n[headers]\nX-Frame-Options = false', "expected the header's whole value as text"),
        ('base_url = "https://x"\n[headers]\nX-Frame-Options = ""', "expected the header's whole value as text"),
        ('base_url = "https://x"\n[headers]', "headers: expected at least one"),
        ('base_url = "https://x"\npages = []', "pages: expected at least one"),
        ('base_url = "https://x"\npages = [{path = "/a"}, {path = "/a"}]', "pages: /a is named more than once"),
        ('base_url = "https://x"\n[limits]\ncertificate_days = {value = 2}', "value 2 is below l2_from"),
        ('base_url = "https://x"\n[health_gate]', "health_gate: needs the part [platform]"),
        (
            'base_url = "https://x"\n[platform]\nkind = "cloudflare"\nworker = "a"\nstaging = "a"',
            "platform.staging: is the Worker itself",
        ),
        (
            'base_url = "https://x"\n[platform]\nkind = "cloudflare"\nworker = "a"\n[logs]',
            "logs: cannot be looked at on Cloudflare; drop it",
        ),
        (
            'base_url = "https://x"\n[platform]\nkind = "fly"\napp = "a"\n[d1]\ndatabase = "b"',
            "d1: cannot be looked at",
        ),
        ('base_url = "https://x"\nlatency_paths = ["/health"]', "latency_paths: /health is the health path"),
        (FLY + '[[backups]]\nkind = "postgres-app"', 'backups.0: kind = "postgres-app" needs app; add it'),
        (FLY + '[[backups]]\nkind = "managed-postgres"\ncluster = "c"', "needs organisation"),
        (FLY + '[[backups]]\nkind = "volumes"\ncluster = "c"', "has no use for cluster; drop it"),
        (FLY + "backups = []", "backups: expected at least one"),
        (FLY + '[runtime]\nexec_token_env = "fm2_secret"', "this must be the NAME of an environment variable"),
        (FLY + '[database]\ndsn_env = "D1"\nvia = "fly-proxy"', "database.proxy_app: missing"),
        (WHOLE + 'via = "fly-proxy"\nproxy_app = "db"', 'database.via: "fly-proxy" needs a token'),
        (WHOLE + 'proxy_app = "db"', 'are of use only with via = "fly-proxy"'),
        ("base_url = ", "is not TOML"),
        ('base_url = "https://x"\n[limits]\ndead_letters = -1', "limits.dead_letters: expected at least 0 (found -1)"),
        (
            'base_url = "https://x"\n[limits]\nhealth_seconds = {l3_from = 30}',
            "limits.health_seconds: expected below 10 s",
        ),
        ('base_url = "https://x"\n[limits]\nwebhook_seconds = {l2_from = 10}', "no answer is waited for longer"),
        ('base_url = "https://x"\n[limits]\ndatabase_seconds = 10', "limits.database_seconds: expected below 10 s"),
        (
            WHOLE.replace("true", "true\neffect_within_seconds = 600"),
            "webhooks.effect_within_seconds: expected at most",
        ),
        ('base_url = "https://x"\n[limits]\nhealth_seconds = {value = 4}', "value 4 is beyond l2_from"),
    ],
)
def test_a_contradiction_is_told(tmp_path: Path, text: str, said: str) -> None:
    assert said in problems(tmp_path, text)


@pytest.mark.parametrize(
    ("base_url", "plain_url"),
    [
        ("https://app.example.com", "http://app.example.com"),
        ("https://app.example.com:8443", "http://app.example.com"),
        ("https://[::1]:8443", "http://[::1]"),
    ],
)
def test_plain_http_is_looked_for_at_port_80_of_the_same_host(tmp_path: Path, base_url: str, plain_url: str) -> None:
    assert load_target(written(tmp_path, f'base_url = "{base_url}"'), {}).plain_url == plain_url


def test_a_folder_is_no_target_file(tmp_path: Path) -> None:
    with pytest.raises(TargetInvalid, match="cannot be read"):
        load_target(tmp_path, {})


def test_missing_variables_are_told_for_the_parts_in_use_only(tmp_path: Path) -> None:
    target = load_target(written(tmp_path, WHOLE), {"APP_DSN": "postgresql://x"})
    assert target.missing_variables(["database"]) == []
    assert target.missing_variables(["webhooks"]) == [
        "webhooks: APP_SECRET is not set; put it into the environment or .env"
    ]
    with pytest.raises(NotAuthorised, match="APP_SECRET is not set"):
        target.secret("APP_SECRET")


def test_the_token_for_looking_inside_is_known_when_set_and_never_demanded(tmp_path: Path) -> None:
    path = written(tmp_path, FLY + '[runtime]\nexec_token_env = "EXEC"')
    assert load_target(path, {}).missing_variables(["runtime", "platform"]) == []
    assert load_target(path, {}).known_secrets() == ()
    assert [secret.variable for secret in load_target(path, {"EXEC": "fm2_x"}).known_secrets()] == ["EXEC"]


def test_the_token_that_acts_is_known_when_set_and_never_demanded(tmp_path: Path) -> None:
    path = written(tmp_path, FLY.replace('app = "a"', 'app = "a", acts_token_env = "ACTS"'))
    assert load_target(path, {}).missing_variables(["platform"]) == []
    assert load_target(path, {}).known_secrets() == ()
    assert [secret.variable for secret in load_target(path, {"ACTS": "fm2_x"}).known_secrets()] == ["ACTS"]


def test_the_token_for_the_tunnel_is_demanded_with_the_database(tmp_path: Path) -> None:
    text = FLY + '[database]\ndsn_env = "D1"\nvia = "fly-proxy"\nproxy_app = "db"\nproxy_token_env = "TUNNEL"'
    target = load_target(written(tmp_path, text), {"D1": "postgresql://x"})
    assert target.missing_variables(["database"]) == [
        "database: TUNNEL is not set; put it into the environment or .env"
    ]
    assert target.missing_variables(["platform"]) == []


def test_a_secret_masks_itself(tmp_path: Path) -> None:
    target = load_target(written(tmp_path, WHOLE), {"APP_DSN": "postgresql://u:hunter2@h/d"})
    (secret,) = target.known_secrets()
    assert "hunter2" not in f"{secret} {secret!r} {[secret]} {target!r}"
    assert secret.reveal() == "postgresql://u:hunter2@h/d"


def test_the_environment_wins_over_the_dot_env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("OPS_A=file\nOPS_B=file\n", encoding="utf-8")
    monkeypatch.setenv("OPS_A", "process")
    environ = read_environ(tmp_path)
    assert (environ["OPS_A"], environ["OPS_B"]) == ("process", "file")


def test_a_target_is_found_by_name_or_path(tmp_path: Path) -> None:
    path = written(tmp_path, WHOLE)
    assert find_target("timedify", tmp_path) == packaged_targets()["timedify"]
    assert find_target("app.toml", tmp_path) == find_target(str(path), tmp_path) == path


def test_an_unknown_target_gets_a_guess_and_the_list(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match=r"did you mean timedify\? there are .*sandbox"):
        find_target("timedfy", tmp_path)
    with pytest.raises(UnknownName, match="does not exist; looked at"):
        find_target("gone.toml", tmp_path)
