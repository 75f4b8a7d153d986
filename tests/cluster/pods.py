"""The smallest pods, for tests of the cluster itself."""

from typing import Any
from urllib.request import urlopen

from tests.cluster.cluster import Cluster

SAFE = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def pod(cluster: Cluster, name: str, *command: str, **security: Any) -> dict[str, Any]:
    """A pod of the probe."""
    container = {
        "name": "probe",
        "image": cluster.images["probe"],
        "args": command,
        "securityContext": {**SAFE, **security},
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {"containers": [container], "restartPolicy": "Never", "terminationGracePeriodSeconds": 1},
    }


def got(url: str) -> str:
    """What a URL answers."""
    with urlopen(url, timeout=30) as answer:  # noqa: S310  # an address of the cluster
        return str(answer.read().decode())
