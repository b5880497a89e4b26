"""Compiled templates, kept as and where Python keeps compiled modules: to compile them is a sixth of a short run.

Jinja2 compiles a template anew when its source or the version of Python is another. It does not know of the options of
the environment: whoever changes those removes the folder.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path

from jinja2.bccache import Bucket, FileSystemBytecodeCache


class Compiled(FileSystemBytecodeCache):
    """The compiled templates of a folder; where nothing can be kept they are compiled in every run.

    Args:
        templates: The folder with the sources.
    """

    def __init__(self, templates: Path) -> None:
        super().__init__(str(Path(cache_from_source(str(templates / "any"))).parent))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled, unless Python is told to keep nothing."""
        if sys.dont_write_bytecode:
            return
        with suppress(OSError):  # of a folder that is not ours
            Path(self.directory).mkdir(parents=True, exist_ok=True)
            super().dump_bytecode(bucket)
