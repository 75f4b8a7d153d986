"""The processes that a run consists of: an operator, ours or the peer, and a shard's memory of the configuration."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil

from tests.bench.operator_load import Arrivals

OURS = ("-m", "guildwright", "operator")
PEER = ("-m", "tests.bench.operator_peer")
_END_SECONDS = 15
_ANSWER_SECONDS = 60


class Contender:
    """An operator as a process of its own."""

    def __init__(self, argv: Sequence[str], folder: Path, kubeconfig: Path, redis_url: str) -> None:
        folder.mkdir()
        self.log = folder / "log"
        env = os.environ | {
            "KUBECONFIG": str(kubeconfig),
            "GUILDWRIGHT_NAMESPACE": "default",
            "GUILDWRIGHT_STORE": "kubernetes",
            "GUILDWRIGHT_LOG_FORMAT": "json",
            "REDIS_URL": redis_url,
        }
        self.began = time.monotonic()
        with self.log.open("wb") as output:
            self.process = subprocess.Popen([sys.executable, *argv], env=env, stdout=output, stderr=subprocess.STDOUT)
        self._watched = psutil.Process(self.process.pid)

    @property
    def memory(self) -> float:
        """Resident MiB now."""
        return float(self._watched.memory_info().rss) / 2**20

    @property
    def peak(self) -> float:
        """The most resident MiB that it ever had."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024

    @property
    def cpu(self) -> float:
        """Seconds of processor time since it began."""
        return cpu(self._watched)

    def check(self) -> None:
        """It has not ended."""
        assert self.process.poll() is None, f"the operator ended:\n{self.log.read_text()[-3000:]}"


def cpu(process: psutil.Process) -> float:
    """Seconds of processor time that it used."""
    times = process.cpu_times()
    return float(times.user + times.system)


def servers() -> dict[str, psutil.Process]:
    """The API server and etcd that this process started."""
    names = {"kube-apiserver": "API server", "server": "etcd"}
    return {names[one.name()]: one for one in psutil.Process().children() if one.name() in names}


@contextlib.contextmanager
def contender(argv: Sequence[str], folder: Path, kubeconfig: Path, redis_url: str) -> Iterator[Contender]:
    """One that is ended at the end."""
    running = Contender(argv, folder, kubeconfig, redis_url)
    try:
        yield running
    finally:
        running.process.send_signal(signal.SIGTERM)
        try:
            running.process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            running.process.kill()
            running.process.wait()


class Shard:
    """The process with the reader in it."""

    def __init__(self, redis_url: str) -> None:
        argv = [sys.executable, "-m", "tests.bench.operator_reader", redis_url]
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.arrivals = Arrivals()
        self._answers: list[dict[str, Any]] = []
        self._answered = threading.Condition()
        self._thread = threading.Thread(target=self._hear, daemon=True)
        self._thread.start()

    def in_memory(self, guild: str) -> dict[str, Any]:
        """What it has in memory for the guild."""
        assert self.process.stdin
        self.process.stdin.write(f"{guild}\n")
        self.process.stdin.flush()
        with self._answered:
            assert self._answered.wait_for(lambda: self._answers, _ANSWER_SECONDS), "nothing complete was published"
            return self._answers.pop()

    def _hear(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            said = json.loads(line)
            if "at" in said:
                self.arrivals.note(said["guild"], said["generation"], said["at"])
            else:
                with self._answered:
                    self._answers.append(said)
                    self._answered.notify()


@contextlib.contextmanager
def shard(redis_url: str) -> Iterator[Shard]:
    """One that is ended at the end."""
    running = Shard(redis_url)
    try:
        yield running
    finally:
        running.process.kill()
        running.process.wait()
