"""The process that keeps a cluster: it starts and stops its programs, and takes all of it away when the tests are gone.

Two processes. The outer one lives beside the tests, in the machine's own namespaces. It ends when the pipe from the
test run closes, which also happens when that is killed, and then removes what is left. The inner one is the first of
a pid namespace: when it ends, the kernel ends every program, container and shim in it, and with them go the mounts and
the network. It ends with the outer one (PR_SET_PDEATHSIG).
"""

import contextlib
import ctypes
import fcntl
import json
import os
import select
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from guildwright import system
from tests.cluster import sandbox

SOCKET = "keeper.sock"
FIRST = "first.pid"
OUTER = "outer.pid"
STAYS = "stays"
LOCK = "lock"
_PR_SET_PDEATHSIG = 1


class Programs:
    """The inner process: starts programs, reaps all that ends, answers requests over a socket."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.running: dict[str, int] = {}
        self.ended: dict[str, int] = {}
        self._told: set[str] = set()

    def serve(self) -> None:
        """Answer one request per connection, for ever."""
        child_ended, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wake)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        with socket.socket(socket.AF_UNIX) as door:
            door.bind(str(self.state / SOCKET))
            door.listen()
            while True:
                ready, _, _ = select.select([door, child_ended], [], [])
                if child_ended in ready:
                    os.read(child_ended, 4096)
                self._reap()
                if door in ready:
                    with contextlib.suppress(OSError, ValueError), door.accept()[0] as visitor:  # who hung up
                        self._talk(visitor)

    def _talk(self, visitor: socket.socket) -> None:
        with visitor.makefile("rw") as lines:
            try:
                answer = self._answer(json.loads(lines.readline()))
            except OSError as refused:  # a program that is not there
                answer = {"refused": str(refused)}
            lines.write(json.dumps(answer))

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                for name in [name for name, pid in self.running.items() if pid == found[0]]:
                    del self.running[name]
                    if name not in self._told:
                        self.ended[name] = os.waitstatus_to_exitcode(found[1])

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        name = request.get("name", "")
        if request["do"] == "start" and name not in self.running:
            self.ended.pop(name, None)
            self._told.discard(name)
            self.running[name] = self._spawn(name, request["command"], request["environment"])
        elif request["do"] == "signal" and name in self.running:
            self._told.add(name)
            os.kill(self.running[name], request["signal"])
        return {"running": sorted(self.running), "ended": self.ended}  # ended by themselves

    def _spawn(self, name: str, command: list[str], environment: dict[str, str]) -> int:
        log = str(self.state / "logs" / f"{name}.log")
        return os.posix_spawnp(
            command[0],
            command,
            environment,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
            setsigdef=[signal.SIGPIPE, signal.SIGINT, signal.SIGHUP],
        )


def inner(state: Path) -> None:
    """Run as the first process of a fresh pid namespace."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    sandbox.enter(state)
    Programs(state).serve()


def outer(state: Path, stays: bool) -> None:
    """Start the inner process, wait for the end of the test run (or for SIGTERM), and leave nothing."""
    state.mkdir()
    held = (state / LOCK).open("w")
    fcntl.flock(held, fcntl.LOCK_EX)
    for ignored in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    (state / "logs").mkdir()
    (state / OUTER).write_text(str(os.getpid()))
    if stays:
        (state / STAYS).touch()
    try:
        sandbox.make_cgroup(state.name)
    except system.Missing:
        sandbox.sweep(state)
        raise
    os.unshare(os.CLONE_NEWPID)
    first = os.fork()
    if first == 0:
        inner(state)
    try:
        (state / FIRST).write_text(str(first))
        waited = [os.pidfd_open(first), *([] if stays else [sys.stdin.fileno()])]
        select.select(waited, [], [])
    finally:
        os.kill(first, signal.SIGKILL)
        os.waitpid(first, 0)
        sandbox.sweep(state)


if __name__ == "__main__":
    try:
        outer(Path(sys.argv[1]), "--stays" in sys.argv)
    except system.Missing as missing:
        sys.exit(str(missing))
