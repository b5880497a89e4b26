"""Every error of the suite, in one tree.

::

    OpsError
    ├── UsageProblem        what was typed or written cannot be run; exit status 4
    │   ├── TargetInvalid       the target file: all its problems in one message
    │   ├── WaiversInvalid      the file of waivers, likewise
    │   └── UnknownName         a target or fault nobody knows
    ├── SandboxFailed       the embedded target did not start
    ├── ActionFailed        what was to be changed was not, or not wholly; a command ends with status 1
    ├── HistoryUnavailable  the history cannot be reached, read or written
    └── Blind               we could not look; never a pass, never a finding
        ├── InstrumentMissing   the tool is not installed
        ├── NotAuthorised       no token, a refused token, a wrong password, a missing permission
        ├── NotFound            the other side does not know the app, table or column
        ├── RateLimited         the other side asked us to slow down, and went on asking
        ├── NoAnswerInTime      a command or observation exceeded its time
        │   └── CommandTimedOut     a command, with what it had written by then
        ├── Unparsable          an answer came and nobody can read it
        ├── Unreachable         refused, timed out, name not found, TLS broken
        ├── NotCovered          the evidence does not reach as far as the claim
        ├── NoNetwork           this runner reaches nothing, so it can say nothing
        ├── NotPermitted        a check that acts was not allowed to
        └── UnsafeToSend        a synthetic delivery might have touched a real shop

Messages are read by somebody woken at night: what was seen, what was expected, what to type next. None bears a secret.
"""

from __future__ import annotations


class OpsError(Exception):
    """Root of every error this suite raises on purpose."""


class UsageProblem(OpsError):
    """The command line or a file cannot be run as it stands; pytest ends with status 4."""


class TargetInvalid(UsageProblem):
    """A target file has problems; the message lists all of them with file, key, finding and remedy."""


class WaiversInvalid(UsageProblem):
    """A file of waivers has problems; the message lists all of them."""


class UnknownName(UsageProblem):
    """A target or fault was named that does not exist; the message says which do."""


class SandboxFailed(OpsError):
    """The embedded target could not be started; the message says which part and why."""


class ActionFailed(OpsError):
    """Something was to be changed and was not, or not wholly; the message says what was seen."""


class HistoryUnavailable(OpsError):
    """The history cannot be used; the checks run all the same and the run says what cannot be known."""


class Blind(OpsError):
    """We could not look: no claim is judged."""


class InstrumentMissing(Blind):
    """A tool the observation needs is not installed."""


class NotAuthorised(Blind):
    """The other side refused our identity or our permission."""


class NotFound(Blind):
    """The other side does not know what we asked about (it may also hide it from our token)."""


class RateLimited(Blind):
    """The other side limited our rate, and repeating at its pace did not help."""


class NoAnswerInTime(Blind):
    """A command or an observation did not end within its time."""


class CommandTimedOut(NoAnswerInTime):
    """A command did not end within its time; it bears what the command had written by then."""

    def __init__(self, message: str, stdout: str = "", stderr: str = "") -> None:
        super().__init__(message)
        self.stdout = stdout
        self.stderr = stderr


class Unparsable(Blind):
    """An answer came that does not have the documented shape."""


class Unreachable(Blind):
    """Connection refused or reset, timed out, name not found, or TLS broken.

    The one check whose claim is reachability turns this into a finding; for all others it stays blind.
    """


class NotCovered(Blind):
    """The evidence is real but does not cover the window or the effect the claim is about."""


class NoNetwork(Blind):
    """The target and the control address both fail: the fault is on our side of the wire."""


class NotPermitted(Blind):
    """A check that acts was refused; the message says what would permit it."""


class UnsafeToSend(Blind):
    """It could not be proved that no real shop bears the synthetic prefix, so nothing was sent."""
