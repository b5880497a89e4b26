"""Faults of single machines and their images: how often they end, what they are given, what they look like inside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ops_tests.sandbox.checks_by_need import GATE, IMAGE, LOCKDOWN, MEMORY, STEADY
from ops_tests.sandbox.fault import Fault, blind, finding, harmless
from ops_tests.sandbox.scenario_machines import Exit, Gate, Inside, Registry

if TYPE_CHECKING:
    from ops_tests.sandbox.scenario import Machine, Scenario

LOOP = tuple(Exit(minutes, restarts=count) for count, minutes in enumerate((230, 180, 120, 60, 31, 14), 1))
ASKED = tuple(Exit(minutes, requested=True) for minutes in (1200, 700, 400, 200))
LONG_AGO = (Exit(2 * 1440, out_of_memory=True, code=137), Exit(3 * 1440), Exit(3 * 1440 + 5), Exit(3 * 1440 + 9))


def _platform(**changes: Any) -> Callable[[Scenario], Scenario]:
    return lambda scenario: replace(scenario, platform=replace(scenario.platform, **changes))


def _machines(edit: Callable[[Machine], Machine], *, only_first: bool = False) -> Callable[[Scenario], Scenario]:
    def change(scenario: Scenario) -> Scenario:
        first, *others = scenario.platform.machines
        return _platform(machines=(edit(first), *(others if only_first else map(edit, others))))(scenario)

    return change


def _exits(*exits: Exit) -> Callable[[Scenario], Scenario]:
    return _machines(lambda one: replace(one, exits=exits), only_first=True)


def _memory(megabytes: int, *, only_first: bool = False) -> Callable[[Scenario], Scenario]:
    return _machines(lambda one: replace(one, memory_mb=megabytes), only_first=only_first)


def _gate(**changes: Any) -> Callable[[Scenario], Scenario]:
    return _machines(lambda one: replace(one, gate=replace(Gate(), **changes)))


def _inside(**changes: Any) -> Callable[[Scenario], Scenario]:
    return _machines(lambda one: replace(one, inside=replace(Inside(), **changes)))


def _registry(**changes: Any) -> Callable[[Scenario], Scenario]:
    return _platform(registry=replace(Registry(), **changes))


FAULTS = (
    Fault("machine-restart-loop", "one machine ended six times in four hours, asked by nobody",
          finding("L1", STEADY), _exits(*LOOP)),
    Fault("machine-out-of-memory", "one machine was ended because its memory was used up",
          finding("L1", STEADY), _exits(Exit(95, code=137, out_of_memory=True, restarts=1))),
    harmless("machine-stopped-on-request", "one machine was stopped four times on request, and fell over days ago",
             _exits(*ASKED, *LONG_AGO)),
    harmless("machine-restarted-once", "one machine ended once by itself and came back", _exits(Exit(300, restarts=9))),
    Fault("memory-small", "every machine has 256 MB", finding("L1", MEMORY), _memory(256)),
    Fault("memory-small-one", "one machine has 256 MB", finding("L1", MEMORY), _memory(256, only_first=True)),
    Fault("gate-interval", "the platform asks for health every 60 s", finding("L1", GATE), _gate(interval="1m0s")),
    Fault("gate-timeout", "the platform waits 10 s for health", finding("L1", GATE), _gate(timeout="10s")),
    Fault("gate-grace", "after a start failures count at once", finding("L1", GATE), _gate(grace_period="1s")),
    Fault("gate-path", "the platform asks for / instead of health", finding("L1", GATE), _gate(path="/")),
    Fault("gate-method", "the platform asks with HEAD", finding("L1", GATE), _gate(method="HEAD")),
    Fault("gate-restarts", "the platform restarts after three failures", finding("L1", GATE), _gate(restart_limit=3)),
    Fault("gate-plain-http", "plain HTTP is not redirected", finding("L1", GATE), _gate(force_https=False)),
    Fault("gate-no-minimum", "auto-stop may stop every machine", finding("L1", GATE), _gate(minimum_machines=0)),
    Fault("gate-missing", "the platform checks nothing", finding("L1", GATE), _gate(checked=False)),
    Fault("gate-of-one-machine", "one machine is checked every 60 s",
          finding("L1", GATE),
          _machines(lambda one: replace(one, gate=replace(Gate(), interval="1m0s")), only_first=True)),
    Fault("gate-unreadable", "the platform writes the interval in a way nobody knows",
          blind(GATE), _gate(interval="10 seconds")),
    Fault("runtime-root", "the application runs as root", finding("L1", LOCKDOWN), _inside(uid=0)),
    Fault("runtime-root-writable", "the root file system is writable", finding("L1", LOCKDOWN),
          _inside(root_writable=True)),
    Fault("runtime-writable-elsewhere", "another place is writable beside /app/tmp", finding("L1", LOCKDOWN),
          _inside(writable=("/app/tmp", "/app/build"))),
    Fault("runtime-development", "NODE_ENV is development", finding("L1", LOCKDOWN), _inside(node_env="development")),
    Fault("runtime-no-mode", "NODE_ENV is not set", finding("L1", LOCKDOWN), _inside(node_env="")),
    Fault("exec-refused", "the token may not exec", blind(LOCKDOWN), _platform(exec="refused")),
    Fault("exec-without-token", "fly says that there is no token", blind(LOCKDOWN), _platform(exec="no token")),
    Fault("exec-fails", "the command fails in the machine, and fly ends with 0", blind(LOCKDOWN),
          _platform(exec="fails")),
    Fault("exec-cut", "half of the command's output arrives", blind(LOCKDOWN), _platform(exec="cut")),
    Fault("image-too-big", "the image takes 640 MB", finding("L1", IMAGE), _registry(megabytes=640)),
    Fault("registry-refuses", "the registry refuses the token", blind(IMAGE), _registry(answers="refusals")),
    Fault("registry-pruned", "the registry does not have the image", blind(IMAGE), _registry(answers="nothing found")),
    Fault("registry-text", "the registry answers a page of HTML", blind(IMAGE), _registry(answers="text")),
    Fault("registry-another-image", "the registry answers another image than the one that was asked for",
          blind(IMAGE), _registry(answers="another image")),
)  # fmt: skip
