"""The cluster that tests start is a real one: pods run, Services and names lead to them, Pod Security holds."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.request import urlopen

import pytest

from tests.cluster.cluster import PROBE, Cluster

pytestmark = pytest.mark.cluster

SAFE = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def pod(name: str, *command: str, **security: Any) -> dict[str, Any]:
    """A pod of the probe."""
    container = {"name": "probe", "image": PROBE, "args": command, "securityContext": {**SAFE, **security}}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {"containers": [container], "restartPolicy": "Never", "terminationGracePeriodSeconds": 1},
    }


@pytest.fixture(scope="module")
def home(cluster: Cluster) -> Iterator[str]:
    """A namespace with a pod that serves, and a Service before it."""
    with cluster.namespace() as name:
        port = {"port": 80, "targetPort": 8080}
        service = {"selector": {"app": "server"}, "ports": [port]}
        about = {"name": "server", "namespace": name}
        cluster.apply({**pod("server", "serve"), "metadata": {**about, "labels": {"app": "server"}}})
        cluster.apply({"apiVersion": "v1", "kind": "Service", "metadata": about, "spec": service})
        waited = cluster.kubectl("wait", "-n", name, "--for=condition=Ready", "pod/server", "--timeout=60s")
        assert waited.returncode == 0, waited.stderr + cluster.kubectl("describe", "-n", name, "pods").stdout
        yield name


def _get(url: str) -> str:
    with urlopen(url, timeout=10) as answer:  # noqa: S310  # an address of the cluster
        return str(answer.read().decode())


def test_a_pod_answers_over_its_own_address(cluster: Cluster, home: str) -> None:
    status = cluster.ask("GET", f"/api/v1/namespaces/{home}/pods/server").body["status"]

    assert _get(f"http://{status['podIP']}:8080/") == "server\n"


def test_a_pod_reaches_another_through_a_service_by_its_name(cluster: Cluster, home: str) -> None:
    made = pod("client", "get", f"http://server.{home}.svc.cluster.local/")
    assert cluster.kubectl("create", "-n", home, "-f", "-", stdin=json.dumps(made)).returncode == 0

    done = cluster.kubectl(
        "wait", "-n", home, "--for=jsonpath={.status.phase}=Succeeded", "pod/client", "--timeout=30s"
    )

    said = cluster.kubectl("logs", "-n", home, "client").stdout
    assert (done.returncode, said) == (0, "server\n"), done.stderr + said


def test_a_test_reaches_a_service_by_its_address(cluster: Cluster, home: str) -> None:
    service = cluster.ask("GET", f"/api/v1/namespaces/{home}/services/server").body

    assert _get(f"http://{service['spec']['clusterIP']}/") == "server\n"


def test_a_pod_that_asks_for_more_than_it_needs_is_refused(cluster: Cluster, home: str) -> None:
    made = pod("greedy", "serve", privileged=True, allowPrivilegeEscalation=True)

    refused = cluster.kubectl("create", "-n", home, "-f", "-", stdin=json.dumps(made))

    assert refused.returncode != 0
    assert 'violates PodSecurity "restricted:latest"' in refused.stderr
