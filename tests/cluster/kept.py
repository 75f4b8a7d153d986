"""The keeper as the tests see it: start it, ask it for programs, enter its network, let it go."""

import contextlib
import fcntl
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from guildwright import system
from tests.cluster import keeper, sandbox
from tests.cluster.waiting import wait_for

STATES = Path(os.environ.get("TMPDIR") or "/var/tmp")  # noqa: S108  # on disk, also where /tmp is memory
PREFIX = "guildwright-cluster-"
ROOT = Path(__file__).parents[2]
YOUNG_SECONDS = 60
SWEPT_WITHIN = 300  # seconds; gigabytes of images on a busy disk took more than one minute


class Kept:
    """A running keeper with its walls, and no programs yet."""

    def __init__(self, state: Path, process: subprocess.Popen[bytes] | None = None) -> None:
        self.state = state
        self._process = process
        self._before: int | None = None

    @classmethod
    def open(cls, stays: bool = False) -> "Kept":
        """Start one. It ends with this process unless it stays."""
        sweep_stale()
        state = STATES / f"{PREFIX}{secrets.token_hex(4)}"
        with tempfile.TemporaryFile("w+") as words:  # beside the state, which a keeper that fails takes with it
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.cluster.keeper", str(state), *(["--stays"] if stays else [])],
                cwd=ROOT,
                stdin=subprocess.DEVNULL if stays else subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=words,
                start_new_session=True,  # ^C is for the tests; they tell the keeper
            )
            kept = cls(state, process)
            wait_for("a keeper", lambda: (state / keeper.SOCKET).exists() or process.poll() is not None)
            if process.poll() is not None:
                words.seek(0)
                raise system.Missing(f"No cluster could be started:\n{words.read()[-3000:]}")
        return kept

    def ask(self, do: str, **what: Any) -> dict[str, Any]:
        """One request; the answer says what runs and what ended."""
        with socket.socket(socket.AF_UNIX) as door:
            door.connect(str(self.state / keeper.SOCKET))
            with door.makefile("rw") as lines:
                lines.write(json.dumps({"do": do, **what}) + "\n")
                lines.flush()
                answer: dict[str, Any] = json.loads(lines.readline())
        assert "refused" not in answer, f"{do} {what.get('name', '')}: {answer['refused']}"
        return answer

    def start(self, name: str, command: list[str]) -> None:
        """Start a program and return at once."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.state)}
        self.ask("start", name=name, command=command, environment=environment)

    def stop(self, name: str, sent: signal.Signals = signal.SIGTERM) -> None:
        """End a program; return when it is gone."""
        self.ask("signal", name=name, signal=int(sent))
        wait_for(f"{name} gone", lambda: name not in self.ask("status")["running"])

    def log(self, name: str) -> str:
        """The end of what a program said."""
        path = self.state / "logs" / f"{name}.log"
        return path.read_text(errors="replace")[-3000:] if path.exists() else ""

    @property
    def first(self) -> int:
        """The process whose namespaces the cluster lives in."""
        return int((self.state / keeper.FIRST).read_text())

    @contextlib.contextmanager
    def network(self) -> Iterator[None]:
        """Be in the cluster's network; afterwards, back in the one before."""
        with _network_of(os.getpid()) as before, _network_of(self.first) as mine:
            os.setns(mine, os.CLONE_NEWNET)
            self._before = before
            try:
                yield
            finally:
                self._before = None
                os.setns(before, os.CLONE_NEWNET)

    @contextlib.contextmanager
    def outside(self) -> Iterator[None]:
        """For a while, be in the network from before `network()`: registries are there."""
        before = self._before
        if before is None:
            yield
            return
        with _network_of(self.first) as mine:
            os.setns(before, os.CLONE_NEWNET)
            try:
                yield
            finally:
                os.setns(mine, os.CLONE_NEWNET)

    def close(self) -> None:
        """End all of it; return when nothing is left."""
        if self._process and self._process.stdin:
            self._process.stdin.close()
            self._process.wait()
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(int((self.state / keeper.OUTER).read_text()), signal.SIGTERM)
        wait_for(f"{self.state} gone", lambda: not self.state.exists(), SWEPT_WITHIN)


@contextlib.contextmanager
def _network_of(process: int) -> Iterator[int]:
    opened = os.open(f"/proc/{process}/ns/net", os.O_RDONLY)
    try:
        yield opened
    finally:
        os.close(opened)


def staying() -> list[Kept]:
    """Clusters that a person brought up."""
    sweep_stale()
    return [Kept(state) for state in sorted(STATES.glob(f"{PREFIX}*")) if (state / keeper.STAYS).exists()]


def sweep_stale() -> None:
    """Remove what a keeper left that was killed itself."""
    for state in STATES.glob(f"{PREFIX}*"):
        lock = state / keeper.LOCK
        with contextlib.suppress(OSError):
            if not lock.exists() and time.time() - state.stat().st_mtime < YOUNG_SECONDS:  # noqa: TID251  # file's time
                continue
            with lock.open("a") as held:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                sandbox.sweep(state)
