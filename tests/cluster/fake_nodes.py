"""Nodes that KWOK pretends: a hundred of them cost what one process costs, and pods on them are Running at once."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen

from tests.cluster.binaries import TOOLS
from tests.cluster.cluster import Cluster
from tests.cluster.control_plane import running
from tests.cluster.waiting import wait_for

FAKE = {"kwok.x-k8s.io/node": "fake"}
TAINT = {"key": "kwok.x-k8s.io/node", "value": "fake", "effect": "NoSchedule"}
TOLERATION = {**TAINT, "operator": "Equal"}
"""What a pod carries that may run on a pretended node; its `nodeSelector` is FAKE."""


@contextlib.contextmanager
def fake_nodes(cluster: Cluster, count: int) -> Iterator[None]:
    """Have that many pretended nodes, ready; they go at the end."""
    selector = ",".join(f"{key}={value}" for key, value in FAKE.items())
    command = [
        str(cluster.binaries / "kwok"),
        f"--kubeconfig={cluster.kubeconfig}",
        "--manage-all-nodes=false",
        f"--manage-nodes-with-annotation-selector={selector}",
        f"--config={TOOLS / 'stages.yaml'}",
        "--server-address=127.0.0.1:0",
    ]
    with tempfile.TemporaryDirectory() as folder, running(command, Path(folder) / "kwok.log") as kwok:
        cluster.apply(*(_node(f"fake-{number}") for number in range(count)))
        try:
            wait_for(f"{count} pretended nodes", lambda: _ready(cluster, selector, kwok, Path(folder)) == count)
            yield
        finally:
            cluster.kubectl("delete", "nodes", "-l", selector, "--wait=false")


def _node(name: str) -> dict[str, object]:
    room = {"cpu": "32", "memory": "256Gi", "pods": "200"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": {**FAKE, "kubernetes.io/hostname": name}, "annotations": FAKE},
        "spec": {"taints": [TAINT]},
        "status": {"allocatable": room, "capacity": room},
    }


def _ready(cluster: Cluster, selector: str, kwok: Popen[bytes], folder: Path) -> int:
    assert kwok.poll() is None, f"kwok stopped with {kwok.poll()}:\n{(folder / 'kwok.log').read_text()[-3000:]}"
    nodes = cluster.ask("GET", f"/api/v1/nodes?labelSelector={selector.replace('=', '%3D')}").body["items"]
    states = [each for node in nodes for each in node["status"].get("conditions", ()) if each["type"] == "Ready"]
    return sum(each["status"] == "True" for each in states)
