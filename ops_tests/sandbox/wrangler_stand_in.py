"""A stand-in for wrangler, ``python -I -S wrangler_stand_in.py STATE ARGUMENTS...``: its streams, shapes, statuses.

As with the real one, what is started is a launcher that starts a child which does the work.
"""

import os
import sys

if __name__ == "__main__":
    # Isolated mode leaves this package's folder off the path.
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))  # noqa: PTH100, PTH120
    from ops_tests.sandbox.wrangler.launcher import CHILD, launch

    if sys.argv[1] != CHILD:
        os._exit(launch(*sys.argv))  # to take the interpreter apart takes a tenth of a call
    from ops_tests.sandbox.wrangler.program import child

    status = child(*sys.argv[2:])
    sys.stderr.flush()
    os._exit(status)
