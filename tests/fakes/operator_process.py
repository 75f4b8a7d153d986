"""Operators as processes of their own, as a cluster runs them, against a real API server and a real Redis."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.fakes.waiting import eventually

START_SECONDS = 90.0  # of a crowded machine: it reads the cluster's client and kopf


class Operator:
    """One `guildwright operator`."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path) -> None:
        self.process = process
        self._folder = folder

    @property
    def log(self) -> list[dict[str, Any]]:
        """What it logged."""
        lines = (self._folder / "log").read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def ask(self, path: str) -> tuple[int, str]:
        """Its health server's answer."""
        where = json.loads((self._folder / "health").read_text())
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{where['port']}{path}", timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    @property
    def leads(self) -> bool:
        return "guildwright_operator_leader 1.0" in self.ask("/metrics")[1]

    def metric(self, name: str) -> float:
        """One figure of its metrics; 0 where it has none yet."""
        for line in self.ask("/metrics")[1].splitlines():
            if line.startswith(f"{name} "):
                return float(line.split()[-1])
        return 0.0

    def kill(self) -> None:
        """As a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    async def stop(self) -> float:
        """Ask it to end; the seconds that took."""
        self.process.send_signal(signal.SIGTERM)
        return await eventually(lambda: self.process.poll() is not None, 15)


class Operators:
    """All operators of a test."""

    def __init__(self, folder: Path, kubeconfig: Path, namespace: str, redis_url: str) -> None:
        self._folder = folder
        self._env = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "KUBECONFIG": str(kubeconfig),
            "GUILDWRIGHT_NAMESPACE": namespace,
            "GUILDWRIGHT_STORE": "kubernetes",
            "GUILDWRIGHT_LOG_FORMAT": "json",
            "GUILDWRIGHT_LOG_LEVEL": "debug",
            "REDIS_URL": redis_url,
        }
        self.running: list[Operator] = []

    async def start(self) -> Operator:
        """Return when its health server listens."""
        folder = self._folder / f"operator-{len(self.running)}"
        folder.mkdir()
        operator = Operator(self._run(folder), folder)
        self.running.append(operator)
        await eventually((folder / "health").exists, START_SECONDS)
        return operator

    def _run(self, folder: Path) -> subprocess.Popen[bytes]:
        with (folder / "log").open("wb") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "guildwright", "operator"],
                env=self._env | {"GUILDWRIGHT_HEALTH_FILE": str(folder / "health")},
                cwd=folder,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def fail(self, env: dict[str, str]) -> str:
        """Run one that cannot start; what it says."""
        outcome = subprocess.run(
            [sys.executable, "-m", "guildwright", "operator"],
            env=self._env | env,
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,
        )
        assert outcome.returncode == 1, outcome
        assert "Traceback" not in outcome.stderr
        return outcome.stderr


@contextlib.contextmanager
def operators(folder: Path, kubeconfig: Path, namespace: str, redis_url: str) -> Iterator[Operators]:
    """Operators that end with the `with`."""
    all_of_them = Operators(folder, kubeconfig, namespace, redis_url)
    try:
        yield all_of_them
    finally:
        for operator in all_of_them.running:
            if operator.process.poll() is None:
                operator.kill()
