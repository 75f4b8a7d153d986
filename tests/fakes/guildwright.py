"""A real Guildwright for integration tests: `guildwright up --json` in a directory of its own, driven from outside.

Nothing in here knows the code: it reads the one JSON line and talks to `/control/`, as a stranger would.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import httpx

from tests.contract.validate import validate_record

READY_WITHIN = 150.0  # seconds; the machine may be busy
UP = (sys.executable, "-m", "guildwright", "up", "--json")


class Running:
    """One `guildwright up`. `facts` is its JSON line; `home` holds data, guild documents, log and traffic record."""

    def __init__(self, home: Path, env: Mapping[str, str] | None = None, port: int = 0) -> None:
        self.home = home
        self.guilds = home / "guilds"
        self.record = home / "record"
        self.guilds.mkdir(parents=True, exist_ok=True)
        self.log = home / "up.log"
        argv = [*UP, "--data", str(home / "data"), "--guilds", str(self.guilds), "--port", str(port)]
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("GUILDWRIGHT_", "DISCORD_"))}
        kept |= {"GUILDWRIGHT_PLAYGROUND_RECORD": str(self.record), **(env or {})}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=log, env=kept, text=True)
        self.facts: dict[str, Any] = {}

    @classmethod
    def ready(cls, home: Path, env: Mapping[str, str] | None = None) -> Self:
        """Start one and wait for its JSON line."""
        running = cls(home, env)
        running.wait_ready()
        return running

    def wait_ready(self) -> None:
        """Read the JSON line, or fail with the log."""
        timer = threading.Timer(READY_WITHIN, self.process.kill)
        timer.start()
        try:
            assert self.process.stdout
            line = self.process.stdout.readline()
        finally:
            timer.cancel()
        assert line, f"no JSON line; the log says:\n{self.log.read_text()[-6000:]}"
        self.facts = json.loads(line)
        self.http = httpx.Client(base_url=self.facts["control"], timeout=30)

    def get(self, path: str, **query: object) -> Any:
        """GET below /control; fail on an error answer."""
        answer = self.http.get(self.facts["control"] + path, params=_texts(query))
        assert answer.is_success, answer.text
        return answer.json()

    def post(self, path: str, **body: object) -> Any:
        """POST JSON below /control; fail on an error answer."""
        answer = self.http.post(self.facts["control"] + path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def pids(self) -> dict[str, int]:
        """The pids that run now, from the file behind /control/processes (which may itself be down)."""
        pids: dict[str, int] = json.loads((self.home / "data" / "processes.json").read_text())
        return pids

    def kill(self, name: str, sent: signal.Signals = signal.SIGKILL) -> int:
        """Send a signal to one of the processes; return the pid it had."""
        pid = self.pids()[name]
        os.kill(pid, sent)
        return pid

    def stop(self, sent: signal.Signals = signal.SIGTERM, within: float = 15.0) -> float:
        """End it; return how many seconds that took."""
        started = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(sent)
            try:
                self.process.wait(within)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise
        if self.process.stdout:
            self.process.stdout.close()
        return time.monotonic() - started


@contextmanager
def running(home: Path, env: Mapping[str, str] | None = None) -> Iterator[Running]:
    """A Guildwright that is ended at the end; then its traffic is held against Discord's own documents."""
    guildwright = Running.ready(home, env)
    try:
        yield guildwright
    finally:
        guildwright.stop()
    assert validate_record(guildwright.record) == []


def until[T](look: Callable[[], T], within: float = 60.0, every: float = 0.05) -> T:
    """Return what `look` says once it is true; fail with its last word.

    A look that cannot connect, or that finds no pid of a process between two lives, is a no.
    """
    deadline = time.monotonic() + within
    last: object = None
    while time.monotonic() < deadline:
        try:
            last = value = look()
        except (httpx.TransportError, OSError, ValueError, KeyError) as error:
            last = error
        else:
            if value:
                return value
        time.sleep(every)
    raise AssertionError(f"not within {within:g} s; last seen: {last!r}")


def alive(pid: int) -> bool:
    """Tell whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _texts(query: Mapping[str, object]) -> dict[str, str]:
    return {key: str(value) for key, value in query.items() if value is not None}
