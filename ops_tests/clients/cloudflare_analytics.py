"""A Worker's traffic from Cloudflare's GraphQL Analytics API (https://developers.cloudflare.com/analytics/graphql-api/).

Its numbers are estimates: the data set is sampled, the more the more traffic there is.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ops_tests.clients import web
from ops_tests.clients.remarks import Remark, unheard
from ops_tests.clients.repeating import at_their_pace
from ops_tests.clients.web import Web
from ops_tests.errors import Blind, NotAuthorised, NotCovered, NotFound, RateLimited, Unparsable, Unreachable
from ops_tests.limits import LONGEST_SECONDS
from ops_tests.records.metrics import Invocations

if TYPE_CHECKING:
    from ops_tests.records.web import Answer
    from ops_tests.target import Secret, Target

API_URL = "https://api.cloudflare.com/client/v4"
SOURCE = "Cloudflare's analytics"
HOURS = 24
GROUPS = 100
"""More ways to end than Cloudflare knows: as many in an answer may be a part of them."""
QUERY = (
    "query Invocations($account: string, $worker: string, $since: string, $until: string) {"
    " viewer { accounts(filter: {accountTag: $account}) {"
    f" workersInvocationsAdaptive(limit: {GROUPS},"
    " filter: {scriptName: $worker, datetime_geq: $since, datetime_leq: $until})"
    " { sum { requests errors } dimensions { scriptName status } } } } }"
)
_NOT_AUTHORISED = re.compile(r"not authorized|unauthorized|authentication|invalid request headers", re.IGNORECASE)
_RATE_LIMITED = re.compile(r"rate limit|budget depleted|too many", re.IGNORECASE)


def worst_seconds() -> float:
    """The longest a look takes: one question, and once more where the last of its repetitions began in time."""
    return LONGEST_SECONDS + web.worst_seconds()


class Analytics:
    """Asks about one Worker.

    Args:
        url: Where Cloudflare's API begins, version included.
        account: The account's id.
        worker: The Worker's whole name.
        token: A token with the permission Account Analytics: Read.
        remark: Told when a question was repeated.
    """

    def __init__(self, url: str, account: str, worker: str, token: Secret, remark: Remark = unheard) -> None:
        self._account, self._worker, self._variable, self._remark = account, worker, token.variable, remark
        self._headers = {
            "Authorization": f"Bearer {token.reveal().strip()}",
            "Content-Type": "application/json",
        }
        self._web = Web(url, remark=remark)
        self.close = self._web.close

    def traffic(self) -> Invocations:
        """The invocations of the last 24 hours.

        Raises:
            NotFound: Account or Worker are not known, or nobody asked the Worker, which our own checks do.
            Blind: Refused, unreachable, unreadable, or a part of the answer.
        """
        groups = self._groups(datetime.now(UTC))
        if len(groups) >= GROUPS:
            raise NotCovered(f"{SOURCE}: {len(groups)} groups, which may be a part of them; expected fewer")
        counts = [_counted(one, self._worker) for one in groups]
        by_status = {status: requests for status, requests, _ in counts}
        if len(by_status) != len(counts):
            raise _odd("the same status twice")
        if not sum(by_status.values()):
            raise NotFound(
                f'{SOURCE}: no invocation of "{self._worker}" in {HOURS} h; expected at least those of our own checks. '
                f"Look at platform.worker. Next: wrangler deployments list --name {self._worker}"
            )
        return Invocations(HOURS, by_status, sum(errors for _, _, errors in counts))

    def _groups(self, until: datetime) -> list[Any]:
        since = until - timedelta(hours=HOURS)
        variables = {"account": self._account, "worker": self._worker, "since": _moment(since), "until": _moment(until)}
        body = json.dumps({"query": QUERY, "variables": variables}).encode()
        document = self._document(
            at_their_pace(lambda _left: self._answered(body), SOURCE, self._remark, LONGEST_SECONDS)
        )
        accounts = _list(_object(_object(document, "data"), "viewer"), "accounts")
        if not accounts:
            raise NotFound(
                f"{SOURCE}: no account {self._account}; expected the Worker's. Look at platform.account, and whether "
                f"the token of {self._variable} may read that account. Next: wrangler whoami"
            )
        if len(accounts) > 1:
            raise _odd(f"{len(accounts)} accounts")
        return _list(accounts[0], "workersInvocationsAdaptive")

    def _answered(self, body: bytes) -> Answer:
        answer = self._web.send("POST", "/graphql", body, self._headers)
        if answer.status != 200:
            raise self._refusal(answer)
        return answer

    def _refusal(self, answer: Answer) -> Blind:
        words = _said(_json(answer))
        seen = f"{SOURCE} answered {answer.status}{words}"
        if answer.status in {401, 403} or _NOT_AUTHORISED.search(words):
            return NotAuthorised(f"{seen}; {self._token_wanted()}")
        if answer.status == 429:
            return RateLimited(f"{seen}; {_PATIENCE}")
        if answer.status >= 500:
            return Unreachable(f"{seen}; expected numbers. Next: https://www.cloudflarestatus.com")
        return Unparsable(f"{seen}; {_NUMBERS}")

    def _document(self, answer: Answer) -> dict[str, Any]:
        """A whole answer without errors, which come with status 200 as well."""
        document = _json(answer)
        if answer.damage or document is None:
            raise _odd(answer.damage or "not a JSON object")
        errors = document.get("errors")
        if errors is None or errors == []:
            return document
        words = _said(document)
        if _NOT_AUTHORISED.search(words):
            raise NotAuthorised(f"{SOURCE} answered{words}; {self._token_wanted()}")
        if _RATE_LIMITED.search(words):
            raise RateLimited(f"{SOURCE} answered{words}; {_PATIENCE}")
        raise Unparsable(
            f"{SOURCE} answered an error{words}; expected numbers. Next: https://www.cloudflarestatus.com, then "
            "https://developers.cloudflare.com/analytics/graphql-api/errors/"
        )

    def _token_wanted(self) -> str:
        return (
            f"expected a token that may read account {self._account}. Next: make one with the permission Account "
            f"Analytics: Read (https://dash.cloudflare.com/profile/api-tokens), then set {self._variable}"
        )


_PATIENCE = "expected numbers. Wait five minutes; does a dashboard ask the same API in a loop?"
_NUMBERS = "expected numbers. Is CLOUDFLARE_API_BASE_URL unset, or right?"


def connect(target: Target, remark: Remark = unheard) -> Analytics:
    """The analytics of a target's Worker; nothing is asked yet.

    ``CLOUDFLARE_API_BASE_URL`` in its environment moves the API, as it moves those that ``wrangler`` asks.

    Raises:
        NotAuthorised: Nobody set the token's variable.
        NotFound: The target has no metrics, or names no account.
    """
    part, platform = target.metrics, target.cloudflare
    if part is None or platform is None or platform.account is None:
        raise NotFound(f"{target.file} has no [metrics] or no platform.account; expected both. Add them")
    url = target.environment.get("CLOUDFLARE_API_BASE_URL") or API_URL
    return Analytics(url, platform.account, platform.worker, target.secret(part.token_env), remark)


def _json(answer: Answer) -> dict[str, Any] | None:
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _said(document: dict[str, Any] | None) -> str:
    """Cloudflare's own words about errors, or ""."""
    errors = (document or {}).get("errors")
    texts = [one.get("message") for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
    words = "; ".join(" ".join(text.split()) for text in texts if isinstance(text, str))
    return f" and says {words[:200]!a}" if words else ""


def _counted(group: Any, worker: str) -> tuple[str, int, int]:
    """A group's status, its requests, and how many of them are errors."""
    dimensions, total = _object(group, "dimensions"), _object(group, "sum")
    status, name = dimensions.get("status"), dimensions.get("scriptName")
    if name != worker:
        raise NotFound(f'{SOURCE}: numbers of {name!a:.60}; expected those of "{worker}"')
    if not (isinstance(status, str) and status and status.isprintable()):
        raise _odd("a group without a status")
    requests, errors = (_number(total.get(key)) for key in ("requests", "errors"))
    if errors > requests:
        raise _odd(f"{errors} errors in {requests} requests")
    return status, requests, errors


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _odd("a sum that is no number")
    return value


def _object(holder: Any, name: str) -> dict[str, Any]:
    value = holder.get(name) if isinstance(holder, dict) else None
    if not isinstance(value, dict):
        raise _odd(f'no object "{name}"')
    return value


def _list(holder: Any, name: str) -> list[Any]:
    value = holder.get(name) if isinstance(holder, dict) else None
    if not isinstance(value, list):
        raise _odd(f'no list "{name}"')
    return value


def _odd(what: str) -> Unparsable:
    return Unparsable(f"{SOURCE}: the answer is or has {what}; {_NUMBERS}")


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
