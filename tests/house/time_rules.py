"""How long an observation takes when everything it asks answers as late as it may, from the clients' own constants."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from ops_tests.clients import (
    certificates,
    cloudflare,
    database,
    fly_platform,
    fly_proxy,
    platform,
    registry,
    repository,
    traffic,
    web,
)
from ops_tests.plugin import deliveries, observations_edge, observations_logs, sampling
from ops_tests.rules import effects as effect_rules
from ops_tests.target_cloudflare import WATCH_SECONDS_AT_MOST
from ops_tests.target_parts import EFFECT_SECONDS_AT_MOST
from tests.house.source import Source

CLIENTS: Mapping[str, Callable[[], float]] = {
    "look.web": web.worst_seconds,
    "Web": web.worst_seconds,
    "look_at": certificates.worst_seconds,
    "look.platform": platform.worst_seconds,
    "look.fly": fly_platform.worst_seconds,
    "look.fly.logs": fly_platform.worst_log_seconds,
    "look.cloudflare": cloudflare.worst_seconds,
    "look.cloudflare.watch": lambda: cloudflare.worst_watch_seconds(WATCH_SECONDS_AT_MOST, web.worst_seconds()),
    "look.fly.past_logs": lambda: observations_logs.PAST_SECONDS + fly_platform.worst_log_seconds(),
    "look.database": lambda: fly_proxy.UP_SECONDS + database.worst_seconds(),
    "connect": traffic.worst_seconds,
    "Repository": repository.worst_seconds,
}
"""What a question to each client takes at most; a client's method may have a time of its own."""
NO_CLIENTS = frozenset({"target", "run", "gatherer", "remarks", "see", "wanted"})
"""What a look offers beside clients."""
LOOPS = (ast.For, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Observations:
    """The observations of some files, and what each of them asks, in the functions of these files that it reaches."""

    def __init__(self, sources: Iterable[Source]) -> None:
        found = [one for source in sources for one in source.tree.body if isinstance(one, ast.FunctionDef)]
        self.functions = {one.name: one for one in found}
        self.names = [one.name for one in found if any("observation(" in ast.unparse(d) for d in one.decorator_list)]

    @cached_property
    def _reached(self) -> dict[str, list[ast.FunctionDef]]:
        return {name: list(self._closure(name, set())) for name in self.names}

    def _closure(self, name: str, known: set[str]) -> Iterator[ast.FunctionDef]:
        known.add(name)
        yield self.functions[name]
        for node in ast.walk(self.functions[name]):
            if isinstance(node, ast.Name) and node.id in self.functions.keys() - known - set(self.names):
                yield from self._closure(node.id, known)

    def asked(self, name: str) -> list[str]:
        """Every question an observation may put to a client, a branch not taken too: ``look.platform.machines``."""
        return [question for function in self._reached[name] for question in _questions(function)]

    def seen(self, name: str) -> set[str]:
        """The other observations it waits for; ``?`` for one that is not named in the text."""
        calls = [node for one in self._reached[name] for node in ast.walk(one) if isinstance(node, ast.Call)]
        waits = [call.args[0] for call in calls if ast.unparse(call.func) == "look.see"]
        return {str(one.value) if isinstance(one, ast.Constant) else "?" for one in waits}

    def repeats(self, name: str) -> bool:
        """Whether it sleeps, or asks in a loop: then the text does not tell how long it takes."""
        for function in self._reached[name]:
            if "time.sleep(" in ast.unparse(function):
                return True
            loops = [node for node in ast.walk(function) if isinstance(node, LOOPS)]
            if any(_questions(loop) or self._reaches_a_client(loop) for loop in loops):
                return True
        return False

    def _reaches_a_client(self, tree: ast.AST) -> bool:
        named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        inner = named & self.functions.keys() - set(self.names)
        return any(_questions(function) for name in inner for function in self._closure(name, set()))


def _questions(tree: ast.AST) -> list[str]:
    """Uses of ``look.<client>.<method>``, and clients made in the function itself."""
    made = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ops_tests.clients")
        for alias in node.names
    }
    named = [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [name for name in named if name in made or _of_a_client(name)]


def _of_a_client(name: str) -> bool:
    parts = name.split(".")
    return len(parts) > 1 and parts[0] == "look" and parts[1] not in NO_CLIENTS


def _seconds(question: str) -> float:
    """What a question takes at most.

    Raises:
        KeyError: No client is known by that name.
    """
    client = question if question in CLIENTS else ".".join(question.split(".")[:2])
    return CLIENTS[client]()


def _plain(observations: Observations, name: str) -> float:
    return sum(map(_seconds, observations.asked(name)))


def _before_sending(all_of_them: Observations) -> float:
    """The clearance and the looks into the log are all under way when the first is waited for."""
    looks = (worst(all_of_them, name) for name in ("synthetic_clearance", "recent_logs", "activity_log"))
    return max(looks)


def _after_machines(all_of_them: Observations, last: float) -> float:
    """Questions that begin for some time once the machines are known, and the last of them."""
    return worst(all_of_them, "machines") + fly_platform.SEVERAL_SECONDS + last


def _sending(all_of_them: Observations) -> float:
    return _before_sending(all_of_them) + deliveries.SENDING_SECONDS + web.worst_seconds()


def _sampling(all_of_them: Observations) -> float:
    """The clearance, the image, the wait for the others, the warm connection, the last delivery begun in time."""
    ready = _before_sending(all_of_them) + worst(all_of_them, "running") + sampling.QUIET_SECONDS
    opening = web.worst_seconds() + web.CONNECTIONS * web.CONNECT_SECONDS
    return ready + opening + sampling.SAMPLING_SECONDS + web.worst_seconds()


def _watching(all_of_them: Observations, read: float) -> float:
    patience = EFFECT_SECONDS_AT_MOST + effect_rules.LOOK_LONGER_SECONDS
    return _sending(all_of_them) + patience + effect_rules.LOOK_EVERY_SECONDS + read


PATHS: Mapping[str, tuple[set[str], Callable[[Observations], float]]] = {
    "running": (
        {"machines", "releases"},
        lambda all_of_them: worst(all_of_them, "releases") + worst(all_of_them, "machines"),
    ),
    "recent_logs": (
        {"activity_log", "newest_log", "machines", "releases"},
        lambda all_of_them: (
            max(worst(all_of_them, name) for name in ("activity_log", "newest_log", "machines", "releases"))
            + fly_platform.worst_log_seconds()
        ),
    ),
    "image_sizes": ({"machines"}, lambda all_of_them: _after_machines(all_of_them, registry.worst_seconds())),
    "backup_shelves": ({"machines"}, lambda all_of_them: _after_machines(all_of_them, fly_platform.worst_seconds())),
    "runtimes": ({"machines"}, lambda all_of_them: _after_machines(all_of_them, fly_platform.worst_seconds())),
    "released_commit": (
        {"machines", "releases"},
        lambda all_of_them: (
            worst(all_of_them, "machines") + worst(all_of_them, "releases") + repository.worst_seconds()
        ),
    ),
    "changelog": (
        {"version_tags"},
        lambda all_of_them: worst(all_of_them, "version_tags") + repository.worst_seconds(),
    ),
    "sender": (set(), lambda _: 0.0),
    "page_answers": (set(), lambda _: observations_edge.PAGES_SECONDS + web.worst_seconds()),
    "signed_deliveries": ({"synthetic_clearance", "?", "sender"}, _sending),
    "forged_deliveries": ({"synthetic_clearance", "?", "sender"}, _sending),
    "unsigned_deliveries": ({"synthetic_clearance", "?", "sender"}, _sending),
    "get_answers": (set(), lambda _: deliveries.SENDING_SECONDS + web.worst_seconds()),
    "repeated_delivery": (
        {"synthetic_clearance", "?", "sender"},
        lambda all_of_them: (
            _before_sending(all_of_them) + 2 * web.worst_seconds() + EFFECT_SECONDS_AT_MOST + database.worst_seconds()
        ),
    ),
    "sampled_times": ({"synthetic_clearance", "running", "?"}, _sampling),
    "sampled_api_times": ({"running"}, _sampling),
    "certificates": (set(), lambda _: observations_edge.CERTIFICATES_SECONDS + certificates.worst_seconds()),
    "effects": (
        {"?"},
        lambda all_of_them: max(worst(all_of_them, "log_effects"), worst(all_of_them, "row_effects")),
    ),
    "log_effects": ({"?"}, lambda all_of_them: _watching(all_of_them, fly_platform.worst_log_seconds())),
    "row_effects": ({"?"}, lambda all_of_them: _watching(all_of_them, database.worst_seconds())),
}
"""Observations that wait for others, sleep or ask in a loop: whom they wait for, and how long they take at most."""


def worst(observations: Observations, name: str) -> float:
    """Seconds from the start of an observation to its end, on the worst path through it."""
    return PATHS[name][1](observations) if name in PATHS else _plain(observations, name)


def untold(observations: Observations) -> list[str]:
    """Observations whose worst time cannot be told from their text, and those whose row in ``PATHS`` is out of step."""
    return [
        f"{name}: {offence}; expected its row in PATHS, or its client in CLIENTS (tests/house/time_rules.py)"
        for name in observations.names
        for offence in _offences(observations, name)
    ]


def _offences(observations: Observations, name: str) -> Iterator[str]:
    waits = PATHS[name][0] if name in PATHS else set()
    if observations.seen(name) != waits:
        yield f"waits for {sorted(observations.seen(name))}, told {sorted(waits)}"
    if name in PATHS:
        return
    if observations.repeats(name):
        yield "sleeps or asks in a loop"
    for question in observations.asked(name):
        if question not in CLIENTS and ".".join(question.split(".")[:2]) not in CLIENTS:
            yield f"asks {question}, whose time nobody knows"


def too_slow(seconds: Mapping[str, float], deadline: float, timeout: float) -> list[str]:
    """What is cut off by somebody who does not know its name: an observation by gather, gather by pytest-timeout."""
    late = [f"{name} may take {worst:g} s; gather gives {deadline:g} s" for name, worst in seconds.items()]
    return [sentence for sentence, worst in zip(late, seconds.values(), strict=True) if worst >= deadline] + (
        [f"gather gives {deadline:g} s; a check has {timeout:g} s"] if deadline >= timeout else []
    )
