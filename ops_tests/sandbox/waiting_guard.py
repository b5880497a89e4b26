"""The guard while there is nothing to do: ``python -I -S waiting_guard.py FOLDER GROUP``, with a pipe from the sandbox.

What clears up takes longer to load than all the rest, and is for a sandbox that was killed: only then this becomes
``guard.py``, with the same lock and for the same folder.
"""

import os
import sys

ORDERLY = b"orderly"

if __name__ == "__main__" and sys.stdin.buffer.read() != ORDERLY:
    guard = os.path.join(os.path.dirname(os.path.abspath(__file__)), "guard.py")  # noqa: PTH100, PTH118, PTH120
    os.execv(sys.executable, [sys.executable, "-I", "-S", guard, *sys.argv[1:]])  # noqa: S606 - our own
