"""The wrapper against the real flyctl, where one is installed: the stand-in cannot be compared with it elsewhere."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest

from ops_tests.clients.fly import Fly
from ops_tests.errors import NotAuthorised, Unreachable
from ops_tests.target import Secret


@pytest.fixture
def real_fly() -> Fly:
    """A wrapper of the flyctl on PATH, with a token no server accepts."""
    program = shutil.which("fly")
    if program is None:
        pytest.skip("no fly on PATH; install flyctl to run this test")
    said = subprocess.run([program, "version", "--json"], capture_output=True, text=True, timeout=30, check=True).stdout
    if json.loads(said).get("Environment") != "production":
        pytest.skip(f"{program} is not a released flyctl")
    return Fly("no-such-app-of-ours", os.environ, Secret("FLY_API_TOKEN", "fm2_nobody"))


def test_the_real_version_is_read(real_fly: Fly) -> None:
    assert real_fly.version()[0].isdigit()


def test_a_token_nobody_knows_is_refused_in_words_we_understand(real_fly: Fly) -> None:
    with pytest.raises((NotAuthorised, Unreachable)):
        real_fly.machine_list()
