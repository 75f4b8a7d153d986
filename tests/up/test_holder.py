"""One `up` to a data directory, and what the second one is told."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from guildwright import holder

HOLD = (
    "import sys, pathlib; from guildwright import holder\n"
    "with holder.hold(pathlib.Path(sys.argv[1])):\n    print('held', flush=True); sys.stdin.read()"
)


def test_a_second_up_is_told_who_holds_the_directory(tmp_path: Path) -> None:
    """By pid and page, and what to do."""
    with holder.hold(tmp_path):
        holder.write_running(tmp_path, {"env": {}, "page": "http://127.0.0.1:8420/"})
        with pytest.raises(holder.Held) as refused, holder.hold(tmp_path):
            pass
    text = str(refused.value)
    assert f"pid {os.getpid()}" in text
    assert "http://127.0.0.1:8420/" in text
    assert "--data" in text


def test_a_killed_holder_lets_go(tmp_path: Path) -> None:
    """The kernel drops the lock with the process: no stale file locks anybody out."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        with pytest.raises(holder.Held), holder.hold(tmp_path):
            pass
        process.kill()
        process.wait()
    with holder.hold(tmp_path):
        pass


def test_what_runs_is_known_only_while_it_runs(tmp_path: Path) -> None:
    """A file left behind by a killed `up` must not send commands to dead addresses."""
    assert holder.running(tmp_path) is None
    with holder.hold(tmp_path):
        holder.write_running(tmp_path, {"env": {"REDIS_URL": "unix:///x"}})
        assert holder.running(tmp_path) == {"env": {"REDIS_URL": "unix:///x"}}
    assert holder.running(tmp_path) is None


def test_only_its_owner_may_read_what_runs(tmp_path: Path) -> None:
    """The file holds the bot's token."""
    holder.write_running(tmp_path, {"env": {"DISCORD_TOKEN": "secret"}})
    assert (tmp_path / holder.RUNNING).stat().st_mode & 0o077 == 0
