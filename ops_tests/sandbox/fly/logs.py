"""``fly logs``: one page of the HTTP logs API, or page after page until it is killed."""

from __future__ import annotations

import http.client
import json
import os
import time
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from ops_tests.sandbox.fly.output import out, print_json
from ops_tests.sandbox.fly.session import FlyError

POLL_SECONDS = 0.128
ATTEMPTS = 10
LONGEST_PAUSE_SECONDS = 8.2
COLOURS = {"debug": 36, "info": 34, "warn": 33, "warning": 33}
Item = dict[str, Any]


def logs(token: str, app: str, flags: dict[str, str], *, as_json: bool) -> None:
    """Print the log.

    With ``--no-tail`` one page is printed; while that page is empty it is asked for again, for ever.

    Raises:
        FlyError: The API refuses the token or does not know the app, or did not answer ten times.
    """
    query = {"next_token": "", "instance": flags.get("machine", ""),
             "region": "" if "machine" in flags else flags.get("region", os.environ.get("FLY_REGION", ""))}  # fmt: skip
    while True:
        page = _page(token, f"/api/v1/apps/{quote(app)}/logs?{urlencode(query)}")
        query["next_token"] = page["meta"]["next_token"]
        for item in page["data"]:
            (_print_object if as_json else _print_line)(item["attributes"])
        if page["data"] and "no-tail" in flags:
            return
        time.sleep(POLL_SECONDS)


def _page(token: str, path: str) -> Item:
    """One answer; whatever is neither 200, 401 nor 404 is tried again, with growing pauses."""
    failure = ""
    for attempt in range(ATTEMPTS):
        time.sleep(0 if not attempt else min(LONGEST_PAUSE_SECONDS, 0.13 * 2 ** (attempt - 1)))
        try:
            status, body = _get(token, path)
        except OSError as error:
            failure = f'Get "{path}": dial tcp: {error.strerror or error}'.lower()
            continue
        if status == 200:
            return dict(json.loads(body))
        failure = f"{status} {http.client.responses.get(status, '')}"
        if status in {401, 404}:
            break
    raise FlyError(failure)


def _get(token: str, path: str) -> tuple[int, bytes]:
    base = urlsplit(os.environ.get("FLY_API_BASE_URL") or "https://api.fly.io")
    kind = http.client.HTTPSConnection if base.scheme == "https" else http.client.HTTPConnection
    connection = kind(base.netloc, timeout=30)
    scheme = "FlyV1" if token.startswith("fm") else "Bearer"
    try:
        connection.request("GET", path, headers={"Authorization": f"{scheme} {token}"})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def _print_object(attributes: Item) -> None:
    """One pretty-printed object; neither an array nor one object a line."""
    meta = attributes["meta"]
    request, response = meta["http"]["request"], meta["http"]["response"]
    print_json(
        {
            "level": attributes["level"],
            "instance": attributes["instance"],
            "message": attributes["message"],
            "region": attributes["region"],
            "timestamp": attributes["timestamp"],
            "meta": {
                "Instance": meta["instance"],
                "Region": meta["region"],
                "Event": {"Provider": meta["event"]["provider"]},
                "HTTP": {
                    "Request": {"ID": request["id"], "Method": request["method"], "Version": request["version"]},
                    "Response": {"status_code": response["status_code"]},
                },
                "Error": {"Code": meta["error"]["code"], "Message": meta["error"]["message"]},
                "URL": {"Full": meta["url"]["full"]},
            },
        }
    )


def _print_line(attributes: Item) -> None:
    """One coloured line, to the second, with no blank before the message."""
    level = attributes["level"]
    timestamp = attributes["timestamp"].partition(".")[0] + "Z"
    source = f"{attributes['meta']['event']['provider']}[{attributes['instance']}]"
    out(f"\x1b[2m{timestamp}\x1b[0m {source} \x1b[32m{attributes['region']}\x1b[0m "
        f"[\x1b[{COLOURS.get(level, 31)}m{level}\x1b[0m]{attributes['message']}\n")  # fmt: skip
