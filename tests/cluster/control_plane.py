"""A real Kubernetes control plane for tests: etcd and kube-apiserver on loopback, and a kubectl that talks to it.

No nodes and no controllers: what the tests ask is what the API server says to a document.
"""

import base64
import contextlib
import ctypes
import http.client
import json
import os
import secrets
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from guildwright_crds.guild_config import API_VERSION
from tests.cluster.waiting import wait_for
from tests.fakes.ports import free_ports

START_SECONDS = 90
STOP_SECONDS = 10
ASK_SECONDS = 30
MEMORY = "1GiB"
GUILD_CONFIGS = f"/apis/{API_VERSION}/guildconfigs"  # of all namespaces
_PR_SET_PDEATHSIG = 1
_NEEDED = ("/readyz", "/api/v1/namespaces/default")


@dataclass
class Answer:
    """What the API server said."""

    status: int
    body: Any

    @property
    def message(self) -> str:
        """Its words, where it refused."""
        return str(self.body.get("message", self.body)) if isinstance(self.body, dict) else str(self.body)


@dataclass
class ControlPlane:
    """A running control plane, and the two ways to talk to it."""

    folder: Path
    binaries: Path
    port: int
    token: str
    etcd: str
    _connection: http.client.HTTPSConnection | None = field(default=None, init=False)

    @property
    def authority(self) -> Path:
        """The certificate that the API server made for itself."""
        return self.folder / "certs" / "apiserver.crt"

    @property
    def kubeconfig(self) -> Path:
        """What kubectl needs to find it."""
        path = self.folder / "kubeconfig"
        if not path.exists():
            path.write_text(json.dumps(self._kubeconfig()))
        return path

    def _kubeconfig(self) -> dict[str, Any]:
        cluster = {"server": f"https://127.0.0.1:{self.port}", "certificate-authority": str(self.authority)}
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "test", "cluster": cluster}],
            "users": [{"name": "admin", "user": {"token": self.token}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "admin"}}],
            "current-context": "test",
        }

    def kubectl(self, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run the real kubectl; its verdict is the exit code."""
        home = self.folder / "home"
        return subprocess.run(
            [self.binaries / "kubectl", "--kubeconfig", self.kubeconfig, "--cache-dir", home, *arguments],
            env={"HOME": str(home), "PATH": os.environ["PATH"]},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=ASK_SECONDS,
            check=False,
        )

    def ask(self, method: str, path: str, body: object = None, content: str = "application/json") -> Answer:
        """One request over one kept connection; `content` is the type of the body.

        Asked again while the server is busy taking a CRD in: then it answers 429, and its own clients do the same.
        """
        return wait_for("served", lambda: self._unless_busy(self._ask_twice(method, path, body, content)))

    @staticmethod
    def _unless_busy(answer: Answer) -> Answer | None:
        return None if answer.status == http.client.TOO_MANY_REQUESTS else answer

    def _ask_twice(self, method: str, path: str, body: object, content: str) -> Answer:
        for attempt in (1, 2):
            try:
                return self._ask(method, path, body, content)
            except (http.client.HTTPException, OSError):
                self.close()
                if attempt == 2:
                    raise
        raise AssertionError

    def _ask(self, method: str, path: str, body: object, content: str) -> Answer:
        if self._connection is None:
            trust = ssl.create_default_context(cafile=str(self.authority))
            self._connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=ASK_SECONDS, context=trust)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": content}
        text = None if body is None else json.dumps(body, ensure_ascii=False).encode()  # an apply is read as YAML
        self._connection.request(method, path, text, headers)
        answer = self._connection.getresponse()
        said = answer.read().decode()
        return Answer(answer.status, json.loads(said) if said[:1] == "{" else said)

    def close(self) -> None:
        """Let the kept connection go."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@contextlib.contextmanager
def control_plane(folder: Path, binaries: Path, memory: str = MEMORY) -> Iterator[ControlPlane]:
    """Start etcd and kube-apiserver in a folder; stop them, by their pids, at the end.

    `memory` is Go's soft limit for each. Thousands of objects need more than a test's: at its limit Go does little but
    collect garbage.
    """
    client, peer, secure = free_ports(3)
    token = secrets.token_hex(16)
    etcd = [str(binaries / "server"), *_etcd_flags(folder, client, peer)]
    apiserver = [str(binaries / "kube-apiserver"), *_apiserver_flags(folder, client, secure, token)]
    plane = ControlPlane(folder, binaries, secure, token, f"http://127.0.0.1:{client}")
    with (
        contextlib.closing(plane),
        running(etcd, folder / "etcd.log", memory) as first,
        running(apiserver, folder / "kube-apiserver.log", memory) as second,
    ):
        _wait_until_ready(plane, {"etcd": first, "kube-apiserver": second})
        yield plane


def _etcd_flags(folder: Path, client: int, peer: int) -> list[str]:
    clients, peers = f"http://127.0.0.1:{client}", f"http://127.0.0.1:{peer}"
    return [
        f"--data-dir={folder / 'etcd'}",
        f"--listen-client-urls={clients}",
        f"--advertise-client-urls={clients}",
        f"--listen-peer-urls={peers}",
        f"--initial-advertise-peer-urls={peers}",
        f"--initial-cluster=default={peers}",
        "--unsafe-no-fsync",
        "--log-level=warn",
    ]


def _apiserver_flags(folder: Path, etcd: int, secure: int, token: str) -> list[str]:
    key, tokens = folder / "service-account.key", folder / "tokens.csv"
    key.write_text(private_key())
    tokens.write_text(f'{token},admin,admin,"system:masters"\n')
    return [
        f"--etcd-servers=http://127.0.0.1:{etcd}",
        "--bind-address=127.0.0.1",
        "--advertise-address=192.0.2.1",  # nobody uses it; without, a machine without a default route has none
        f"--secure-port={secure}",
        f"--cert-dir={folder / 'certs'}",  # it makes its own certificate there
        f"--token-auth-file={tokens}",
        "--authorization-mode=RBAC",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={key}",
        f"--service-account-signing-key-file={key}",
        "--service-cluster-ip-range=10.0.0.0/24",
        "--disable-admission-plugins=ServiceAccount",  # nothing creates service accounts here
        "--profiling=false",
    ]


def private_key() -> str:
    """A fresh P-256 key in SEC 1 form; its reader works the public half out."""
    der = bytes.fromhex("303102010104 20") + secrets.token_bytes(32) + bytes.fromhex("a00a06082a8648ce3d030107")
    return f"-----BEGIN EC PRIVATE KEY-----\n{base64.b64encode(der).decode()}\n-----END EC PRIVATE KEY-----\n"


def die_with_parent() -> None:
    """A killed test run leaves nothing behind (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


@contextlib.contextmanager
def running(command: list[str], log: Path, memory: str = MEMORY) -> Iterator[subprocess.Popen[bytes]]:
    """A program that ends with the block, and with us; `memory` is its soft limit, where Go made it."""
    with log.open("wb") as output:
        process = _start(command, output, memory)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _start(command: list[str], output: IO[bytes], memory: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env={"PATH": os.environ["PATH"], "GOMAXPROCS": "2", "GOMEMLIMIT": memory},
        preexec_fn=die_with_parent,  # noqa: PLW1509  # tests start it from one thread
    )


def _wait_until_ready(plane: ControlPlane, processes: dict[str, subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        for name, process in processes.items():
            if process.poll() is not None:
                raise AssertionError(
                    f"{name} stopped with {process.returncode}:\n{_tail(plane.folder / f'{name}.log')}"
                )
        with contextlib.suppress(OSError, http.client.HTTPException):
            # Ready comes before the namespace in which tests put their documents.
            if plane.authority.exists() and all(plane.ask("GET", path).status == http.client.OK for path in _NEEDED):
                return
        time.sleep(0.1)
    raise AssertionError(f"not ready after {START_SECONDS} s:\n{_tail(plane.folder / 'kube-apiserver.log')}")


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-3000:]
