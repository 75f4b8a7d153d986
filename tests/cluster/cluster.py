"""A real Kubernetes for tests: one node, with pods, Services, DNS and Pod Security, in a network of its own.

The process that opens it enters its network, so a test reaches pods and Services at their addresses.
"""

import contextlib
import json
import os
import secrets
import signal
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import urllib3
from kubernetes import config

from tests.cluster import archive, node, sandbox
from tests.cluster.control_plane import Answer
from tests.cluster.kept import Kept, wait_for
from tests.cluster.node import Node

START_SECONDS = 120
ASK_SECONDS = 30
RUN_SECONDS = 300
PROBE = "localhost/guildwright-probe:1"
RESTRICTED = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn", "audit")}


class Cluster:
    """A running cluster, by its kubeconfig."""

    def __init__(self, kubeconfig: Path, binaries: Path, images: Mapping[str, str]) -> None:
        self.kubeconfig = kubeconfig
        self.binaries = binaries
        self.images = images
        self._client = config.new_client_from_config(str(kubeconfig))

    def kubectl(self, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run the real kubectl; its verdict is the exit code."""
        return self._run("kubectl", arguments, stdin)

    def helm(self, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run the real helm."""
        return self._run("helm", arguments, stdin)

    def apply(self, *objects: Mapping[str, Any]) -> None:
        """Create objects, or change them to this."""
        listed = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
        done = self.kubectl("apply", "-f", "-", stdin=listed)
        assert done.returncode == 0, done.stderr

    def _run(self, program: str, arguments: tuple[str, ...], stdin: str | None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.binaries / program, *arguments],
            env=os.environ | {"KUBECONFIG": str(self.kubeconfig)},
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
            check=False,
        )

    def ask(self, method: str, path: str, body: object = None, content: str = "application/json") -> Answer:
        """One request as admin; `content` is the type of the body."""
        settings = self._client.configuration
        headers = {"Content-Type": content}
        self._client.update_params_for_auth(headers, [], ["BearerToken"], path, method, body)
        answer = self._client.rest_client.pool_manager.request(
            method,
            settings.host + path,
            body=None if body is None else json.dumps(body),
            headers=headers,
            timeout=ASK_SECONDS,
            retries=False,
        )
        text = answer.data.decode()
        return Answer(answer.status, json.loads(text) if text[:1] == "{" else text)

    @contextlib.contextmanager
    def namespace(self) -> Iterator[str]:
        """A fresh namespace with restricted Pod Security; deleted at the end."""
        name = f"test-{secrets.token_hex(4)}"
        made = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": RESTRICTED}}
        assert self.ask("POST", "/api/v1/namespaces", made).status == 201
        try:
            account = f"/api/v1/namespaces/{name}/serviceaccounts/default"
            wait_for(f"a service account in {name}", lambda: self.ask("GET", account).status == 200)
            yield name
        finally:
            self.kubectl("delete", "namespace", name, "--wait=false")

    def close(self) -> None:
        """Let kept connections go."""
        self._client.close()


class OwnCluster(Cluster):
    """The cluster that we started, whose programs may be stopped."""

    def __init__(self, node: Node, kept: Kept, images: Mapping[str, str]) -> None:
        super().__init__(node.kubeconfig("admin"), node.binaries, images)
        self.node = node
        self.kept = kept

    def stop(self, name: str, sent: signal.Signals = signal.SIGTERM) -> None:
        """End one of its programs; return when it is gone."""
        self.kept.stop(name, sent)

    def start(self, name: str) -> None:
        """Start one of its programs again; return when it answers."""
        self.kept.start(name, self.node.commands()[name])
        if name in ("etcd", "kube-apiserver"):
            wait_until_ready(self)


def ready(cluster: Cluster) -> bool:
    """Whether the API server is."""
    with contextlib.suppress(urllib3.exceptions.HTTPError, OSError):
        return cluster.ask("GET", "/readyz").status == 200
    return False


def wait_until_ready(cluster: OwnCluster) -> None:
    """Wait for the API server, and say at once when a program does not start."""

    def ready_or_ended() -> bool:
        ended = cluster.kept.ask("status")["ended"]
        for name, status in ended.items():
            raise AssertionError(f"{name} stopped with {status}:\n{cluster.kept.log(name)}")
        return ready(cluster)

    wait_for("ready", ready_or_ended, START_SECONDS)


@contextlib.contextmanager
def own_cluster(binaries: Path) -> Iterator[OwnCluster]:
    """Start a cluster and enter its network; leave and remove it at the end."""
    kept = Kept.open()
    try:
        with kept.network(), contextlib.closing(bring_up(kept, binaries)) as cluster:
            yield cluster
    finally:
        kept.close()


def bring_up(kept: Kept, binaries: Path) -> OwnCluster:
    """Start everything, from within the cluster's network; return when a pod can run."""
    here = Node(kept.state, binaries, sandbox.snapshotter(kept.state))
    here.write()
    commands = here.commands()
    before = ("containerd", "etcd", "kube-apiserver")
    for name in before:
        kept.start(name, commands[name])
    wait_for("a certificate", here.authority.exists)
    cluster = OwnCluster(here, kept, {})
    load(here, archive.image_of(binaries / "pause", node.PAUSE, kept.state / "pause.tar"))
    load(here, archive.image_of(binaries / "probe", PROBE, kept.state / "probe.tar"))
    wait_until_ready(cluster)
    for name, command in commands.items():
        if name not in before:
            kept.start(name, command)
    cluster.apply(*node.dns_objects())
    wait_for("a ready node", lambda: _node_ready(cluster), START_SECONDS)
    return cluster


def load(node: Node, image: Path) -> None:
    """Give an archive's image to containerd."""
    wait_for("containerd", node.containerd.exists)
    done = subprocess.run(
        ["ctr", "-a", node.containerd, "-n", "k8s.io", "images", "import", "--snapshotter", node.snapshotter, image],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def _node_ready(cluster: OwnCluster) -> bool:
    ended = cluster.kept.ask("status")["ended"]
    for name, status in ended.items():
        raise AssertionError(f"{name} stopped with {status}:\n{cluster.kept.log(name)}")
    found = cluster.ask("GET", f"/api/v1/nodes/{node.NODE}").body
    conditions = {each["type"]: each["status"] for each in found.get("status", {}).get("conditions", [])}
    return conditions.get("Ready") == "True" and not found["spec"].get("taints")
