"""The cluster that tests start is a real one: pods run, Services and names lead to them, Pod Security holds."""

import json
import signal
from collections.abc import Iterator
from typing import Any
from urllib.request import urlopen

import pytest

from tests.cluster.cluster import Cluster
from tests.cluster.own import OwnCluster

pytestmark = pytest.mark.cluster

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


@pytest.fixture(scope="module")
def home(cluster: Cluster) -> Iterator[str]:
    """A namespace with a pod that serves, and a Service before it."""
    with cluster.namespace() as name:
        port = {"port": 80, "targetPort": 8080}
        service = {"selector": {"app": "server"}, "ports": [port]}
        about = {"name": "server", "namespace": name}
        cluster.apply({**pod(cluster, "server", "serve"), "metadata": {**about, "labels": {"app": "server"}}})
        cluster.apply({"apiVersion": "v1", "kind": "Service", "metadata": about, "spec": service})
        waited = cluster.kubectl("wait", "-n", name, "--for=condition=Ready", "pod/server", "--timeout=60s")
        assert waited.returncode == 0, waited.stderr + cluster.kubectl("describe", "-n", name, "pods").stdout
        yield name


def _get(url: str) -> str:
    with urlopen(url, timeout=10) as answer:  # noqa: S310  # an address of the cluster
        return str(answer.read().decode())


def test_a_pod_answers_over_its_own_address(own: OwnCluster, home: str) -> None:
    status = own.ask("GET", f"/api/v1/namespaces/{home}/pods/server").body["status"]

    assert _get(f"http://{status['podIP']}:8080/") == "server\n"


def test_a_pod_reaches_another_through_a_service_by_its_name(cluster: Cluster, home: str) -> None:
    made = pod(cluster, "client", "get", f"http://server.{home}.svc.cluster.local/")
    assert cluster.kubectl("create", "-n", home, "-f", "-", stdin=json.dumps(made)).returncode == 0

    done = cluster.kubectl(
        "wait", "-n", home, "--for=jsonpath={.status.phase}=Succeeded", "pod/client", "--timeout=30s"
    )

    said = cluster.kubectl("logs", "-n", home, "client").stdout
    assert (done.returncode, said) == (0, "server\n"), done.stderr + said


def test_a_test_reaches_a_service(cluster: Cluster, home: str) -> None:
    with cluster.reach(home, "server", 80) as url:
        assert _get(url) == "server\n"


def test_a_pod_that_asks_for_more_than_it_needs_is_refused(cluster: Cluster, home: str) -> None:
    made = pod(cluster, "greedy", "serve", allowPrivilegeEscalation=True)

    refused = cluster.kubectl("create", "-n", home, "-f", "-", stdin=json.dumps(made))

    assert refused.returncode != 0
    assert 'violates PodSecurity "restricted:latest"' in refused.stderr


def test_a_pod_talks_to_the_api_server_and_trusts_it(cluster: Cluster, home: str) -> None:
    mounted = "/var/run/secrets/kubernetes.io/serviceaccount"
    made = pod(cluster, "talker", "get", "https://kubernetes.default.svc/version", f"{mounted}/ca.crt")
    assert cluster.kubectl("create", "-n", home, "-f", "-", stdin=json.dumps(made)).returncode == 0

    cluster.kubectl("wait", "-n", home, "--for=jsonpath={.status.phase}=Succeeded", "pod/talker", "--timeout=30s")

    assert '"gitVersion": "v1.36' in cluster.kubectl("logs", "-n", home, "talker").stdout


def test_a_name_that_does_not_exist_is_unknown_at_once(cluster: Cluster, home: str) -> None:
    made = pod(cluster, "lost", "get", "http://nowhere.example.org/")
    assert cluster.kubectl("create", "-n", home, "-f", "-", stdin=json.dumps(made)).returncode == 0

    cluster.kubectl("wait", "-n", home, "--for=jsonpath={.status.phase}=Failed", "pod/lost", "--timeout=30s")

    assert "no such host" in cluster.kubectl("logs", "-n", home, "lost").stdout


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL])
def test_etcd_and_the_api_server_come_back_with_what_they_knew(
    own: OwnCluster, home: str, sent: signal.Signals
) -> None:
    own.stop("kube-apiserver", signal.SIGKILL)
    own.stop("etcd", sent)
    assert not own.is_ready()

    own.start("etcd")
    own.start("kube-apiserver")

    assert own.kubectl("get", "-n", home, "pod/server", "-o=jsonpath={.status.phase}").stdout == "Running"


def test_helm_talks_to_the_cluster(cluster: Cluster, home: str) -> None:
    done = cluster.helm("list", "-n", home, "-o", "json")

    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr
