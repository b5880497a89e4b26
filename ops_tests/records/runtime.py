"""What is asked inside a machine, and what came back."""

from __future__ import annotations

from dataclasses import dataclass

SCRIPT = (
    "for d in /proc/[0-9]*; do p=${d#/proc/}; u=; q=; n=; "
    "while read -r k a b c; do case $k in Uid:) u=$b;; PPid:) q=$a;; esac; done <$d/status || continue; "
    '[ "$p" = 1 ] || [ "$p" = $$ ] || [ "$q" = $$ ] || [ "$q" = 0 ] || [ "$q" = 2 ] && continue; '
    'read -r n <$d/comm; e=$(tr "\\0" "\\n" <$d/environ | sed -n "s/^NODE_ENV=//p"); '
    'echo "process $p uid $u env ${e:--} name $n"; done; '
    'while read -r s m t o r; do echo "mount $m $t $o"; done </proc/mounts; echo end'
)
COMMAND = f"sh -c '{SCRIPT}'"
"""The one thing that is ever run in a machine: it reads /proc and changes nothing.

``exec`` itself runs as root, whatever the application runs as, so the application's own processes are looked at: their
effective user and, of their environment, NODE_ENV alone. A token made for exactly this command can run no other.
"""


@dataclass(frozen=True)
class Process:
    """A process of a machine, beside init, the kernel's, and those of the look itself.

    Attributes:
        pid: Its id.
        uid: Its effective user; 0 is root.
        node_env: What NODE_ENV says there, or "".
        name: What the kernel calls it.
    """

    pid: int
    uid: int
    node_env: str
    name: str


@dataclass(frozen=True)
class Mount:
    """A mounted file system: where, of which type, and whether it can be written."""

    point: str
    type: str
    writable: bool


@dataclass(frozen=True)
class Runtime:
    """The inside of one machine."""

    machine: str
    processes: tuple[Process, ...]
    mounts: tuple[Mount, ...]
