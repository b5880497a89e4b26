"""The root of what is wrong, and what may follow from it."""

from __future__ import annotations

from ops_tests.records.run import CheckRecord, Level, Outcome
from ops_tests.rules.causes import causes

DATABASE, HEALTH = "database/database_answers", "availability/health_answers_200"
CERTIFICATE = "availability/certificate_is_valid_and_not_near_its_end"
LETTERS, ACCEPTS = "dead_letters/no_unprocessed_dead_letters", "webhooks/webhook_accepts_a_signed_delivery[x]"


def check(
    name: str, outcome: Outcome, sentence: str = "seen; expected", target: str = "shop", worst: Level = Level.L3
) -> CheckRecord:
    level = worst if outcome == "finding" else None
    subject = name.partition("/")[0]
    return CheckRecord(
        target=target, check=name, subject=subject, claim="", suites=(), anchor="", outcome=outcome, level=level,
        sentence=sentence,
    )  # fmt: skip


def named(*checks: CheckRecord) -> dict[str, list[str]]:
    return {cause.root.check: [one.check for one in cause.follows] for cause in causes(checks)}


def test_an_unreachable_database_explains_what_needs_it() -> None:
    down = check(DATABASE, "finding"), check(HEALTH, "finding"), check(LETTERS, "blind", "refused"), check("x/y", "ok")
    assert named(*down) == {DATABASE: [HEALTH, LETTERS]}


def test_an_unreachable_database_does_not_explain_a_certificate() -> None:
    assert named(check(DATABASE, "finding"), check(CERTIFICATE, "finding")) == {DATABASE: [], CERTIFICATE: []}


def test_an_application_that_is_down_explains_its_webhooks_and_not_the_dead_letters() -> None:
    assert named(check(HEALTH, "finding"), check(ACCEPTS, "blind"), check(LETTERS, "finding")) == {
        HEALTH: [ACCEPTS],
        LETTERS: [],
    }


def test_a_certificate_that_is_refused_explains_what_is_behind_it_and_one_near_its_end_does_not() -> None:
    said = "shop:443 shows a certificate that has expired; expected at least 14 d"
    refused = check(CERTIFICATE, "finding", said)
    assert named(refused, check(HEALTH, "finding"), check(ACCEPTS, "blind")) == {CERTIFICATE: [HEALTH, ACCEPTS]}
    near = check(CERTIFICATE, "finding", said, worst=Level.L2)
    assert named(near, check(HEALTH, "finding")) == {HEALTH: [CERTIFICATE]}


def test_where_nobody_answers_there_is_no_certificate_to_blame() -> None:
    nobody = check(CERTIFICATE, "finding", "shop:443 refused the connection; expected at least 14 d")
    invocations = check("workers/no_invocation_fails", "blind")
    assert named(nobody, check(HEALTH, "finding"), invocations) == {HEALTH: [CERTIFICATE, invocations.check]}


def test_a_refused_token_is_one_cause_whatever_was_asked_for() -> None:
    rest = "; expected a token Cloudflare accepts. Next: make one"
    listed = check("platform/latest_release_is_complete", "blind", f"wrangler deployments list failed{rest}")
    secrets = check("platform/secrets_are_the_documented_ones", "blind", f"wrangler secret list failed{rest}")
    other = check(DATABASE, "blind", "psql failed; expected a token Fly.io accepts. Next: make another")
    assert sorted(map(len, named(listed, secrets, other).values())) == [0, 1]


def test_a_blind_root_explains_nothing_but_what_saw_the_same() -> None:
    blind = (
        check(DATABASE, "blind", "wrong password; expected x"),
        check(LETTERS, "blind", "wrong password; expected y"),
    )
    assert named(*blind, check(ACCEPTS, "finding")) == {ACCEPTS: [], DATABASE: [LETTERS]}


def test_a_blind_check_that_quotes_another_follows_from_it_and_one_check_of_many_endpoints_is_one() -> None:
    root = check(DATABASE, "blind", "the tunnel was refused; expected one")
    quoting = check(ACCEPTS, "blind", "nothing was sent (the tunnel was refused; expected one)")
    late = [check(f"webhooks/effect[{name}]", "blind", f"looked for {name}") for name in ("a", "b")]
    assert named(root, quoting, *late) == {DATABASE: [ACCEPTS], "webhooks/effect[a]": ["webhooks/effect[b]"]}


def test_findings_that_look_alike_stay_apart() -> None:
    assert named(check("logs/a", "finding"), check("logs/b", "finding")) == {"logs/a": [], "logs/b": []}


def test_targets_do_not_explain_each_other() -> None:
    other = check(ACCEPTS, "blind", target="other")
    assert [cause.root for cause in causes([check(HEALTH, "finding"), other])][1] is other


def test_where_all_holds_there_is_no_cause() -> None:
    assert causes([check(HEALTH, "ok"), check(LETTERS, "note"), check(ACCEPTS, "waived")]) == []
