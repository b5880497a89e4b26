"""The ``fly`` commands that change an app: restart a machine, scale the memory, deploy an image."""

from __future__ import annotations

import shlex
import time
from typing import TYPE_CHECKING

from ops_tests.clients import fly, fly_errors
from ops_tests.clients.fly_platform import connect, part_of
from ops_tests.errors import ActionFailed, Blind, CommandTimedOut, NotAuthorised, NotPermitted, RateLimited
from ops_tests.records.platform import Deployment, Image

if TYPE_CHECKING:
    from ops_tests.permit import Permit
    from ops_tests.target import Target

RESTART_SECONDS = 600.0
"""For each machine: fly itself waits 5 minutes for its start and 5 for its checks."""
DEPLOY_SECONDS = 900.0
PAUSE_SECONDS = 1.2
"""Before the look after an act: Fly.io's APIs allow one request a second for each app."""

Words = tuple[str, ...]


def restarting(app: str, machine: str) -> Words:
    """The words behind ``fly`` that restart one machine; ``apps restart`` would need a tunnel, and says less."""
    return "machine", "restart", machine, "-a", app


def starting(app: str, machine: str) -> Words:
    """The words behind ``fly`` that start one machine that is stopped."""
    return "machine", "start", machine, "-a", app


def scaling(app: str, megabytes: int) -> Words:
    """The words behind ``fly`` that give every machine so much memory."""
    return "scale", "memory", str(megabytes), "-a", app


def deploying(app: str, image: Image) -> Words:
    """The words behind ``fly`` that deploy an image."""
    return "deploy", "-a", app, "--image", str(image), "-y"


def line(words: Words) -> str:
    """A command as somebody would type it."""
    return shlex.join(("fly", *words))


class ActingFly:
    """Changes the app of one target, and no other.

    Nothing is repeated: what failed half-way may have been done. What came of it is looked at with the token that
    reads.

    Args:
        target: The target whose app is changed.
        permit: The permission to act on it.

    Raises:
        NotPermitted: The permit is for another target.
        NotAuthorised: The variable of the token that reads is not set.
        UsageProblem: The target does not run on Fly.io.
    """

    def __init__(self, target: Target, permit: Permit) -> None:
        if permit.target != target.name:
            raise NotPermitted(f"the permit is for {permit.target}, not for {target.name}; nothing was done")
        self._platform, part = connect(target), part_of(target)
        self._app, self._environ = part.app, target.environment
        variable = part.acts_token_env
        self._token = target.secret(variable) if variable and target.is_set(variable) else None
        self._variable = variable or "platform.acts_token_env"

    def machine_restart(self, machine: str) -> float:
        """``fly machine restart``: returns how many seconds it took until fly called the machine healthy.

        Raises:
            NotAuthorised: The token may not.
            ActionFailed: It did not come back, or nobody knows.
        """
        return self._act(restarting(self._app, machine), RESTART_SECONDS)

    def machine_start(self, machine: str) -> None:
        """``fly machine start``: a machine that is stopped.

        Raises:
            NotAuthorised: The token may not.
            ActionFailed: It did not start, or nobody knows.
        """
        self._act(starting(self._app, machine), RESTART_SECONDS)

    def scale_memory(self, megabytes: int, machines: int) -> float:
        """``fly scale memory``: every machine restarts with so much; returns how many seconds that took.

        Args:
            megabytes: The memory of each machine.
            machines: How many there are, for the time it may take.

        Raises:
            NotAuthorised: The token may not.
            ActionFailed: It was not done, not wholly, or nobody knows.
        """
        return self._act(scaling(self._app, megabytes), RESTART_SECONDS * max(machines, 1))

    def deploy(self, image: Image) -> Deployment:
        """``fly deploy --image``, and a look at machines and releases afterwards, whatever its exit status was.

        The status lies both ways: flyctl has exited 0 after a failed deployment, and 1 after a good one. So what came
        of it is for ``rules.deployments.undeployed`` to say.

        Raises:
            NotAuthorised: The token may not.
            Blind: Nobody can see what came of it; the message has what fly said.
        """
        machines, releases = self._platform.machines(), self._platform.releases()
        started, said = time.monotonic(), ""
        try:
            self._act(deploying(self._app, image), DEPLOY_SECONDS)
        except ActionFailed as error:
            said = str(error)
        seconds = time.monotonic() - started
        time.sleep(PAUSE_SECONDS)
        try:
            now, made = self._platform.machines(), self._platform.releases()
        except Blind as error:
            outcome = said or "fly called the deployment a success"
            raise type(error)(f"{outcome}; what came of it cannot be seen: {error}") from None
        return Deployment(image, said, seconds, (machines, now), (releases, made))

    def _act(self, words: Words, seconds: float) -> float:
        typed = line(words)
        try:
            result = fly.call(words, self._environ, self._token, seconds)
        except CommandTimedOut as error:
            said = " ".join((error.stderr or error.stdout).split())[-200:] or "nothing"
            message = f"{typed} did not end within {seconds:g} s and was ended; it had said: {said}"
            raise ActionFailed(f"{message}. What it began may go on") from None
        if not result.code:
            return result.seconds
        found = fly_errors.failure(result, self._app, self._token.variable if self._token else "")
        saw = fly_errors.last_line(result)
        if isinstance(found, NotAuthorised):
            raise NotAuthorised(
                f"{typed} was refused: {saw}; expected {self._whose()} to be allowed to. {self._remedy()}"
            )
        pace = ". Wait a minute" if isinstance(found, RateLimited) else ""
        raise ActionFailed(f"{typed} failed (exit {result.code}): {saw}{pace}")

    def _whose(self) -> str:
        return f"the token in {self._token.variable}" if self._token else "your own fly login"

    def _remedy(self) -> str:
        return f"Next: fly tokens create deploy -a {self._app} -x 24h, then set {self._variable}"
