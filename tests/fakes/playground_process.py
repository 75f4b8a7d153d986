"""The playground as a process of its own, to be killed and started again on the same data."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.contract.validate import validate_answers

READY_WITHIN = 90.0  # seconds


class PlaygroundProcess:
    """One data directory, and the process that serves it at the moment."""

    def __init__(self, data: Path, **env: str) -> None:
        self.data = data
        self.record = data / "record"
        self._env = os.environ | {"GUILDWRIGHT_PLAYGROUND_RECORD": str(self.record)} | env
        self._ready = data / "ready.json"
        self.start()

    def start(self) -> None:
        """Start, and wait until it listens."""
        self._ready.unlink(missing_ok=True)
        argv = [sys.executable, "-m", "guildwright", "playground", "--port", "0", "--data", str(self.data)]
        self.process = subprocess.Popen([*argv, "--ready-file", str(self._ready)], env=self._env)
        deadline = time.monotonic() + READY_WITHIN
        while not (self._ready.is_file() and self._listens()):
            assert self.process.poll() is None, "the playground ended"
            assert time.monotonic() < deadline, "the playground does not listen"
            time.sleep(0.05)

    def _listens(self) -> bool:
        self.facts: dict[str, Any] = json.loads(self._ready.read_text())
        try:
            return httpx.get(f"{self.facts['api']}/gateway").is_success
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """As a power cut would."""
        self.process.kill()
        self.process.wait()

    def stop(self, within: float = 5.0) -> float:
        """Ask it to end; returns how many seconds that took."""
        started = time.monotonic()
        self.process.terminate()
        self.process.wait(within)
        return time.monotonic() - started

    def rest(self, method: str, path: str, body: object = None) -> httpx.Response:
        """A request of the bot."""
        headers = {"authorization": f"Bot {self.facts['token']}"}
        return httpx.request(method, self.facts["api"] + path, json=body, headers=headers, timeout=30)

    def control(self, method: str, path: str, body: object = None) -> Any:
        """A request to the control API that succeeds."""
        response = httpx.request(method, self.facts["control"].rstrip("/") + path, json=body, timeout=30)
        assert response.is_success, response.text
        return response.json() if response.content else None


@contextmanager
def playground_process(data: Path, **env: str) -> Iterator[PlaygroundProcess]:
    """One that is ended at the end; then what it answered is held against Discord's own documents."""
    running = PlaygroundProcess(data, **env)
    try:
        yield running
    finally:
        running.kill()
    assert validate_answers(running.record) == []
