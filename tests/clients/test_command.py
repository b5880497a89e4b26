"""The door to processes, with real ones: endings, timeouts, output, and what they leave behind."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from ops_tests.clients import command
from ops_tests.clients.command import CommandResult
from ops_tests.clients.command_guard import still_running
from ops_tests.errors import CommandTimedOut, InstrumentMissing, NoAnswerInTime, Unparsable

ENVIRON = {"PATH": "/usr/bin:/bin"}


def shell(script: str, cwd: Path, seconds: float = 10) -> CommandResult:
    return command.run(["sh", "-c", script], environ=ENVIRON, timeout_seconds=seconds, cwd=cwd)


def test_a_result_has_code_and_both_outputs(tmp_path: Path) -> None:
    result = shell("echo out; echo err >&2; exit 7", tmp_path)
    assert (result.code, result.stdout, result.stderr) == (7, "out\n", "err\n")
    assert result.argv == ("sh", "-c", "echo out; echo err >&2; exit 7")


def test_a_signal_is_a_negative_code(tmp_path: Path) -> None:
    assert shell("kill -9 $$", tmp_path).code == -9


def test_a_child_gets_this_environment_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPIFY_API_SECRET", "top-secret")
    result = command.run(["env"], environ={**ENVIRON, "ONE": "1"}, timeout_seconds=10, cwd=tmp_path)
    assert "ONE=1" in result.stdout
    assert "SHOPIFY" not in result.stdout


def test_a_child_gets_no_input(tmp_path: Path) -> None:
    assert shell("cat; echo end", tmp_path).stdout == "end\n"


def test_a_child_runs_in_the_folder_given(tmp_path: Path) -> None:
    assert shell("pwd -P", tmp_path).stdout.strip() == str(tmp_path.resolve())


def test_arguments_are_not_read_by_a_shell(tmp_path: Path) -> None:
    result = command.run(["echo", "$HOME; *"], environ=ENVIRON, timeout_seconds=10, cwd=tmp_path)
    assert result.stdout == "$HOME; *\n"


def test_bytes_that_are_no_text_are_replaced(tmp_path: Path) -> None:
    assert shell(r"printf 'a\0b\377c'", tmp_path).stdout == "a\0b\ufffdc"


def test_much_output_on_both_pipes_is_read(tmp_path: Path) -> None:
    result = shell("head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2", tmp_path)
    assert (len(result.stdout), len(result.stderr)) == (300000, 300000)


def test_too_much_output_ends_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "OUTPUT_LIMIT", 2**20)
    with pytest.raises(Unparsable, match="wrote more than 1 MiB and was ended"):
        shell("yes", tmp_path)


@pytest.mark.parametrize("path", [{"PATH": "/nowhere"}, {"PATH": ""}, {}])
def test_a_missing_command_says_what_to_install(tmp_path: Path, path: dict[str, str]) -> None:
    with pytest.raises(InstrumentMissing, match="fly is not on PATH; install flyctl"):
        command.run(["fly", "version"], environ=path, timeout_seconds=10, cwd=tmp_path)


def test_a_command_that_cannot_be_started_is_missing(tmp_path: Path) -> None:
    broken = tmp_path / "fly"
    broken.write_text("#!/no/such/interpreter\n", encoding="utf-8")
    broken.chmod(0o755)
    with pytest.raises(InstrumentMissing, match=f"{broken} cannot be started"):
        command.run(["fly"], environ={"PATH": str(tmp_path)}, timeout_seconds=10, cwd=tmp_path)


def test_a_late_command_is_named_with_its_time_and_bears_its_output(tmp_path: Path) -> None:
    with pytest.raises(CommandTimedOut, match=r"sh -c .* did not end within 0\.3 s") as caught:
        shell("echo begun; echo why >&2; exec sleep 600", tmp_path, 0.3)
    assert (caught.value.stdout, caught.value.stderr) == ("begun\n", "why\n")
    assert isinstance(caught.value, NoAnswerInTime)


def test_a_late_command_may_tidy_up_on_sigterm(tmp_path: Path) -> None:
    with pytest.raises(CommandTimedOut):
        shell("trap 'echo tidied > done; exit' TERM; sleep 600 & wait", tmp_path, 0.3)
    assert (tmp_path / "done").read_text(encoding="utf-8") == "tidied\n"


def test_a_command_that_ignores_sigterm_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "GRACE_SECONDS", 0.2)
    with pytest.raises(CommandTimedOut):
        shell("trap '' TERM; echo $$ > pid; while :; do sleep 0.05; done", tmp_path, 0.3)
    assert _gone(tmp_path / "pid")


def test_a_late_command_takes_its_grandchildren_along(tmp_path: Path, eventually: Callable[..., bool]) -> None:
    with pytest.raises(CommandTimedOut):
        shell("sleep 600 & echo $! > pid; wait", tmp_path, 0.3)
    assert eventually(lambda: _gone(tmp_path / "pid"))


def test_a_grandchild_that_holds_the_pipes_does_not_hold_us(tmp_path: Path, eventually: Callable[..., bool]) -> None:
    assert shell("sleep 600 & echo $! > pid; echo done", tmp_path, 60).stdout == "done\n"
    assert eventually(lambda: _gone(tmp_path / "pid"))


def test_a_command_that_closes_its_output_is_waited_for(tmp_path: Path) -> None:
    assert shell("exec >&- 2>&-; sleep 0.2; exit 5", tmp_path).code == 5


def test_end_all_ends_what_still_runs(tmp_path: Path, eventually: Callable[..., bool]) -> None:
    results: list[CommandResult] = []
    thread = threading.Thread(target=lambda: results.append(shell("echo up > up; exec sleep 600", tmp_path, 60)))
    thread.start()
    assert eventually((tmp_path / "up").exists)
    command.end_all()
    thread.join(10)
    assert results[0].code == -15


KILLED = """
import sys, threading, time
from pathlib import Path
from ops_tests.clients import command

def begin():
    script = "echo $$ > pid.new; mv pid.new pid; exec sleep 600"
    command.run(["sh", "-c", script], environ={"PATH": "/usr/bin:/bin"}, timeout_seconds=600, cwd=Path(sys.argv[1]))

def begun():
    with command._running_lock:
        return bool(command._running)

threading.Thread(target=begin, daemon=True).start()
while not begun():
    time.sleep(0.01)
Path(sys.argv[1], "begun").touch()
time.sleep(600)
"""


def test_a_command_does_not_outlive_a_run_that_is_killed(tmp_path: Path, eventually: Callable[..., bool]) -> None:
    with subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)]) as run:
        assert eventually(lambda: (tmp_path / "begun").exists() and (tmp_path / "pid").exists())
        run.kill()
    assert eventually(lambda: _gone(tmp_path / "pid"))


def test_the_guard_knows_what_was_begun_and_has_not_ended() -> None:
    assert still_running(["+11\n", "+12\n", "-11\n", "+13\n"]) == {12, 13}


def test_the_guard_starts_although_another_thread_changes_the_environment() -> None:
    over = threading.Event()

    def change() -> None:
        while not over.is_set():
            for number in range(300):
                os.environ["OPS_TEST_CHANGES"] = "x" * number
                del os.environ["OPS_TEST_CHANGES"]

    changing = threading.Thread(target=change)
    changing.start()
    try:
        for _ in range(60):
            with command._guard.__wrapped__(0) as guard:
                assert guard.poll() is None
    finally:
        over.set()
        changing.join()


def test_the_guard_is_told_no_secret_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPS_TEST_SECRET", "not for the guard")
    with command._guard.__wrapped__(0) as guard:
        ps = ["ps", "eww", "-o", "command=", "-p", str(guard.pid)]
        assert b"not for the guard" not in subprocess.run(ps, capture_output=True, check=True).stdout


def test_end_all_without_commands_does_nothing() -> None:
    command.end_all()


def _gone(pid_file: Path) -> bool:
    ps = ["ps", "-o", "stat=", "-p", pid_file.read_text(encoding="utf-8").strip()]
    state = subprocess.run(ps, capture_output=True, text=True, check=False).stdout.strip()
    return not state or state.startswith("Z")
