"""A stand-in for flyctl, ``python -I -S fly_stand_in.py STATE ARGUMENTS...``: its streams, shapes and exit statuses.

It is started hundreds of times in a run, so it and the modules of ``fly/`` import next to nothing.
"""

import os
import sys

if __name__ == "__main__":
    # Isolated mode leaves this package's folder off the path.
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))  # noqa: PTH100, PTH120
    from ops_tests.sandbox.fly.program import main

    status = main(sys.argv[1], sys.argv[2:])
    sys.stderr.flush()
    os._exit(status)  # to take the interpreter apart takes a tenth of a call
