"""No secret reaches a terminal, a report or the history, in none of the forms it may take on its way."""

from __future__ import annotations

import base64
import html
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops_tests.plugin.redaction import Redactor
from ops_tests.target import Secret
from tests.plugin.conftest import Project

ODD = "5ecret/for+tests & \"quoted\" 'twice' ünï <b>"
PASSWORD = "pa55/word@of:reader"  # pragma: allowlist secret
DSN = f"postgresql://reader:{quote(PASSWORD, safe='')}@db.example.invalid:5432/shop"
LONG = "FlyV1 fm2_" + "".join(f"{number:03d}" for number in range(110))
SECRETS = {"SHOPIFY_API_SECRET": ODD, "DATABASE_URL": DSN, "FLY_API_TOKEN": LONG}
PARTS = """
[webhooks]
secret_env = "SHOPIFY_API_SECRET"
[database]
dsn_env = "DATABASE_URL"
[platform]
kind = "fly"
app = "shop"
token_env = "FLY_API_TOKEN"
"""
LEAKS = """
import base64, logging, os, urllib.parse, warnings
from urllib.parse import unquote, urlsplit

ODD, DSN, LONG = (os.environ[name] for name in ("SHOPIFY_API_SECRET", "DATABASE_URL", "FLY_API_TOKEN"))
PASSWORD = unquote(urlsplit(DSN).password)
FORMS = [
    form
    for value in (ODD, DSN, LONG, PASSWORD)
    for form in (
        value,
        base64.b64encode(value.encode()).decode(),
        base64.urlsafe_b64encode(value.encode()).decode().rstrip("="),
        urllib.parse.quote(value, safe=""),
        urllib.parse.quote_plus(value),
        value.encode().hex(),
    )
]
EVERY_FORM = " | ".join(FORMS)

@pytest.fixture
def leaking_fixture(target):
    print(EVERY_FORM)
    raise OSError(EVERY_FORM)

@pytest.fixture
def leaking_teardown(target):
    yield
    raise OSError(EVERY_FORM)

def test_prints(target, note, evidence, record_property):
    print(EVERY_FORM)
    logging.getLogger("shop").error(EVERY_FORM)
    note(EVERY_FORM)
    evidence(EVERY_FORM)
    record_property("seen", EVERY_FORM)

def test_warns(target):
    for form in FORMS:
        warnings.warn(form)

def test_raises(target):
    local_odd, local_dsn, local_long, local_all = ODD, DSN, LONG, {"all": FORMS}
    raise OSError(EVERY_FORM)

def test_asserts(target):
    local_odd, local_dsn, local_long, local_all = ODD, DSN, LONG, {"all": FORMS}
    assert not EVERY_FORM, EVERY_FORM

def test_compares(target):
    assert [ODD, DSN, LONG, PASSWORD] == FORMS

def test_compares_long(target):
    assert LONG == LONG[:-1] + "?"

def test_fixture(leaking_fixture):
    pass

def test_teardown(leaking_teardown):
    pass

@pytest.mark.parametrize("word", [ODD, DSN, LONG, PASSWORD])
def test_parametrised(target, word):
    assert not word, word

def test_skips(target):
    pytest.skip(EVERY_FORM)
"""


def forms(value: str) -> set[str]:
    """What a reader could turn back into the value, and the beginnings and ends that are as good as the whole."""
    raw = value.encode()
    whole = {
        value,
        base64.b64encode(raw).decode().rstrip("="),
        base64.urlsafe_b64encode(raw).decode().rstrip("="),
        quote(value, safe=""),
        quote(value),
        quote_plus(value),
        raw.hex(),
        repr(value)[1:-1],
        json.dumps(value)[1:-1],
        html.escape(value),
        html.escape(json.dumps(value)[1:-1]),
        value.encode("unicode_escape").decode(),
    }
    return whole | {piece for one in whole if len(one) > 100 for piece in (one[30:60], one[-60:-30])}


def leaked(text: str) -> list[str]:
    """Every form of a secret that the text holds."""
    return [form for value in (*SECRETS.values(), PASSWORD) for form in forms(value) if form in text]


def written(project: Project) -> dict[str, str]:
    """The text of every file the run wrote, the history's rows as text."""
    files = [path for path in (*project.reports.iterdir(), project.folder / "junit.xml") if path.suffix != ".sqlite"]
    found = {path.name: path.read_bytes().decode("utf-8", "replace") for path in files}
    for path in project.reports.glob("*.sqlite"):
        with closing(sqlite3.connect(path)) as connection:
            found[path.name] = str(connection.execute("SELECT * FROM ops_check").fetchall())
    return found


RUNS = {
    "in one process": ("-n", "0", "-vv", "-l"),
    "in two workers": ("-n", "2", "-vv", "-l"),
    "with values cut": ("-n", "0", "-l", "-rA"),
}


@pytest.mark.parametrize("arguments", RUNS.values(), ids=list(RUNS))
def test_no_form_of_a_secret_leaves_the_run(
    project: Project, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    project.checks(LEAKS)
    target = project.target(more=PARTS)
    result = project.run("--target", target, *arguments, "--junitxml=junit.xml", "-o", "junit_logging=all")
    assert result.ret == 1, "the checks did not get as far as leaking"
    texts = {"terminal": result.stdout.str() + result.stderr.str(), **written(project)}
    assert {"terminal", "junit.xml", "latest.html", "latest.json", "latest.xml", "history.sqlite"} <= set(texts)
    assert {name: leaked(text) for name, text in texts.items() if leaked(text)} == {}
    assert "[SHOPIFY_API_SECRET redacted]" in texts["terminal"]


def test_an_id_made_from_a_secret_ends_the_run_with_a_sentence(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOPIFY_API_SECRET", SECRETS["SHOPIFY_API_SECRET"])
    project.checks(f"""
        @pytest.mark.parametrize("word", [{SECRETS["SHOPIFY_API_SECRET"]!r}], ids=repr)
        def test_open(target, word):
            pass
    """)
    part = '[webhooks]\nsecret_env = "SHOPIFY_API_SECRET"'
    result = project.run("--target", project.target(more=part), "-vv")
    assert result.ret == 4
    assert "the id of a test bears a secret" in result.stderr.str()
    assert not leaked(result.stdout.str() + result.stderr.str())


@pytest.mark.parametrize("least", [24, 100])
def test_a_value_that_was_cut_is_scrubbed_as_far_as_it_goes(least: int) -> None:
    redactor = Redactor([Secret("TOKEN", LONG)])
    assert redactor.text(f"'{LONG[:least]}...{LONG[-least:]}'") == "'[TOKEN redacted]...[TOKEN redacted]'"


def test_a_text_without_secrets_is_left_alone() -> None:
    text = "health answered 503; expected 200 from https://shop.example.invalid/health"
    assert Redactor([Secret(name, value) for name, value in SECRETS.items()]).text(text) == text


def test_the_lines_of_a_secret_are_secrets_too() -> None:
    redactor = Redactor([Secret("KEY", "-----BEGIN\nMIIEowIBAAKCAQEA\n-----END")])
    assert redactor.text("- MIIEowIBAAKCAQEA") == "- [KEY redacted]"


@pytest.mark.parametrize("dsn", ["host=db password=hunter22 user=a", "host=db password='hunter22'"])
def test_the_password_of_a_keyword_dsn_is_a_secret(dsn: str) -> None:
    assert Redactor([Secret("DATABASE_URL", dsn)]).text("no hunter22 here") == "no [DATABASE_URL redacted] here"


def test_a_signature_is_scrubbed_where_its_header_names_it() -> None:
    signature = base64.b64encode(bytes(range(32))).decode()
    assert signature not in Redactor([]).text(f"{{'X-Shopify-Hmac-Sha256': '{signature}'}}")


@given(st.text(min_size=4, max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_what_is_spared_bears_no_secret(secret: str, before: str, behind: str) -> None:
    redactor = Redactor([Secret("TOKEN", secret)])
    for value in ({before: [1, (behind + secret,)]}, {secret + before: None}, {(secret,): object()}, [before, behind]):
        assert not redactor.spares(value) or redactor.deep(value) == value


def test_what_bears_no_secret_is_spared() -> None:
    assert Redactor([Secret("TOKEN", LONG)]).spares({"sections": [("out", "FlyV1"), (1.5, None, object())]})


def test_a_signature_is_not_spared() -> None:
    assert not Redactor([]).spares([{"X-Shopify-HMAC-SHA256": "c2lnbmF0dXJl"}])


def test_a_path_that_bears_a_secret_is_not_spared() -> None:
    assert not Redactor([Secret("TOKEN", LONG)]).spares({"path": Path("/tmp") / LONG})
