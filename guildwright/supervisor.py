"""Child processes of `guildwright up`: started, watched, restarted with backoff, and ended in order."""

import asyncio
import contextlib
import os
import pwd
import signal
import subprocess
import sys
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from guildwright.system import Say, die_with_parent

FIRST_BACKOFF, LAST_BACKOFF = 0.1, 10.0  # seconds
STABLE = 10.0  # seconds alive after which the backoff starts again from the first


@dataclass(frozen=True)
class Child:
    """A process to run.

    `ready` returns once the process does its work; `user` is the system user to run as (None: ours), `cwd` a folder
    it may be in; `stop` the signal that asks it to end; `log` a file for its output (None: our stderr).
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], Awaitable[object]] | None = None
    user: str | None = None
    cwd: str | None = None
    stop: signal.Signals = signal.SIGTERM
    log: Path | None = None


class Failed(Exception):  # noqa: N818  reads as the sentence it ends
    """A child could not be started or ended before it was ready."""


class Supervisor:
    """Keeps children alive until told to stop. `changed` is called with {name: pid} whenever a pid changes."""

    def __init__(self, say: Say, changed: Callable[[dict[str, int]], None]) -> None:
        self._say = say
        self._changed = changed
        self._processes: dict[str, Process] = {}
        self._children: dict[str, Child] = {}
        self._watchers: dict[str, asyncio.Task[None]] = {}

    @property
    def pids(self) -> dict[str, int]:
        """Return the pid of each child that runs now."""
        return {name: process.pid for name, process in self._processes.items() if process.returncode is None}

    async def start(self, child: Child) -> None:
        """Start a child and wait until it is ready; from then on it is restarted when it dies.

        One that is killed before it is ready is started again too; one that ends by itself has said why.

        Raises:
            Failed: the program is missing, or it ended by itself before it was ready.
        """
        process = await self._survive(child, self._until_ready)
        self._watchers[child.name] = asyncio.create_task(self._watch(child, process), name=f"watch {child.name}")

    async def run(self, child: Child) -> None:
        """Run a one-off child to its end.

        Raises:
            Failed: it ended with another exit code than 0.
        """
        process = await self._survive(child, self._until_ended)
        if process.returncode:
            raise Failed(f"{child.name} {_ending(process.returncode)}{_tail(child)}")

    async def stop(self, *names: str, grace: float) -> None:
        """End the named children together: ask, wait up to `grace` seconds, then kill."""
        watchers = [task for name in names if (task := self._watchers.pop(name, None))]
        for task in watchers:
            task.cancel()
        await asyncio.gather(*watchers, return_exceptions=True)
        await asyncio.gather(*(self._end(name, grace) for name in names))

    async def _end(self, name: str, grace: float) -> None:
        process = self._processes.get(name)
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(self._children[name].stop)
        try:
            await asyncio.wait_for(process.wait(), grace)
        except TimeoutError:
            self._say(f"{name} did not end within {grace:g} s: killed")
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _spawn(self, child: Child) -> Process:
        log: IO[bytes] | None = None
        if child.log:
            child.log.parent.mkdir(parents=True, exist_ok=True)
            log = child.log.open("ab")
        try:
            process = await asyncio.create_subprocess_exec(
                *child.argv,
                env={**os.environ, **child.env},
                cwd=child.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log or sys.stderr.fileno(),
                stderr=log or sys.stderr.fileno(),
                start_new_session=True,  # Ctrl-C in the terminal is for us alone: we end the children in order
                user=child.user,
                group=pwd.getpwnam(child.user).pw_gid if child.user else None,
                extra_groups=[] if child.user else None,
                preexec_fn=die_with_parent(child.stop),
            )
        except OSError as error:
            raise Failed(f"{child.name} could not be started: {error}") from error
        finally:
            if log:
                log.close()
        self._processes[child.name] = process
        self._changed(self.pids)
        return process

    async def _survive(self, child: Child, wait: Callable[[Child, Process], Awaitable[None]]) -> Process:
        """Start a child until `wait` returns before a signal ended it."""
        self._children[child.name] = child
        backoff = FIRST_BACKOFF
        while True:
            process = await self._spawn(child)
            await wait(child, process)
            if (process.returncode or 0) >= 0:
                return process
            backoff = await self._rest(child, process, backoff)

    async def _rest(self, child: Child, process: Process, backoff: float) -> float:
        """Say how the child ended and wait before its next life; return how long to wait the time after."""
        self._say(f"{child.name} (pid {process.pid}) {_ending(process.returncode)}; restarting in {backoff:g} s")
        await asyncio.sleep(backoff)
        return min(backoff * 2, LAST_BACKOFF)

    async def _until_ended(self, child: Child, process: Process) -> None:
        del child
        await process.wait()

    async def _until_ready(self, child: Child, process: Process) -> None:
        """Return when the child is ready or was ended by a signal."""
        if child.ready is None:
            return
        ready = asyncio.ensure_future(child.ready())
        ended = asyncio.ensure_future(process.wait())
        try:
            await asyncio.wait({ready, ended}, return_when=asyncio.FIRST_COMPLETED)
            if ready.done():
                ready.result()
            elif (process.returncode or 0) >= 0:
                raise Failed(f"{child.name} {_ending(process.returncode)} before it was ready{_tail(child)}")
        finally:
            for future in (ready, ended):
                future.cancel()
            await asyncio.gather(ready, ended, return_exceptions=True)

    async def _watch(self, child: Child, process: Process) -> None:
        loop = asyncio.get_running_loop()
        backoff, started = FIRST_BACKOFF, loop.time()
        while True:
            await process.wait()
            self._changed(self.pids)
            if loop.time() - started >= STABLE:
                backoff = FIRST_BACKOFF
            backoff = await self._rest(child, process, backoff)
            started = loop.time()
            with contextlib.suppress(Failed):
                process = await self._spawn(child)


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"


def _tail(child: Child) -> str:
    if child.log is None:
        return " (its own words are above)"
    lines = child.log.read_text(errors="replace").splitlines()[-5:]
    return f". The last lines of {child.log}:\n  " + "\n  ".join(lines)
