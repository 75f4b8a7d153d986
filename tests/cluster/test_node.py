"""The cluster that tests start is a real one: pods run, Services and names lead to them, Pod Security holds."""

import json
import signal
import threading

import pytest

from tests.cluster import node
from tests.cluster.cluster import Cluster
from tests.cluster.own import OwnCluster
from tests.cluster.pods import got, pod

pytestmark = pytest.mark.cluster


def test_a_node_is_not_ready_before_the_kubelet_made_it(own: OwnCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node, "NODE", "not-made-yet")

    assert not own.node_is_ready()


def test_a_pod_answers_over_its_own_address(own: OwnCluster, server: str) -> None:
    status = own.ask("GET", f"/api/v1/namespaces/{server}/pods/server").body["status"]

    assert got(f"http://{status['podIP']}:8080/") == "server\n"


def test_a_pod_reaches_another_through_a_service_by_its_name(cluster: Cluster, server: str) -> None:
    made = pod(cluster, "client", "get", f"http://server.{server}.svc.cluster.local/")
    assert cluster.kubectl("create", "-n", server, "-f", "-", stdin=json.dumps(made)).returncode == 0

    done = cluster.kubectl(
        "wait", "-n", server, "--for=jsonpath={.status.phase}=Succeeded", "pod/client", "--timeout=120s"
    )

    said = cluster.kubectl("logs", "-n", server, "client").stdout
    assert (done.returncode, said) == (0, "server\n"), done.stderr + said


def test_a_test_reaches_a_service(cluster: Cluster, server: str) -> None:
    with cluster.reach(server, "server", 80) as url:
        assert got(url) == "server\n"


def test_a_service_is_reached_as_soon_as_kube_proxy_leads_there(own: OwnCluster, server: str) -> None:
    about = {"name": "late", "namespace": server}
    service = {"selector": {"app": "server"}, "ports": [{"port": 80, "targetPort": 8080}]}
    own.stop("kube-proxy", signal.SIGKILL)
    returns = threading.Timer(2, own.start, ["kube-proxy"])
    returns.start()
    own.apply({"apiVersion": "v1", "kind": "Service", "metadata": about, "spec": service})

    with own.reach(server, "late", 80) as url:
        assert got(url) == "server\n"
    returns.join()


def test_a_pod_that_asks_for_more_than_it_needs_is_refused(cluster: Cluster, server: str) -> None:
    made = pod(cluster, "greedy", "serve", allowPrivilegeEscalation=True)

    refused = cluster.kubectl("create", "-n", server, "-f", "-", stdin=json.dumps(made))

    assert refused.returncode != 0
    assert 'violates PodSecurity "restricted:latest"' in refused.stderr


def test_a_pod_talks_to_the_api_server_and_trusts_it(cluster: Cluster, server: str) -> None:
    mounted = "/var/run/secrets/kubernetes.io/serviceaccount"
    made = pod(cluster, "talker", "get", "https://kubernetes.default.svc/version", f"{mounted}/ca.crt")
    assert cluster.kubectl("create", "-n", server, "-f", "-", stdin=json.dumps(made)).returncode == 0

    cluster.kubectl("wait", "-n", server, "--for=jsonpath={.status.phase}=Succeeded", "pod/talker", "--timeout=120s")

    assert '"gitVersion": "v1.36' in cluster.kubectl("logs", "-n", server, "talker").stdout


def test_a_name_that_does_not_exist_is_unknown_at_once(cluster: Cluster, server: str) -> None:
    made = pod(cluster, "lost", "get", "http://nowhere.example.org/")
    assert cluster.kubectl("create", "-n", server, "-f", "-", stdin=json.dumps(made)).returncode == 0

    cluster.kubectl("wait", "-n", server, "--for=jsonpath={.status.phase}=Failed", "pod/lost", "--timeout=120s")

    assert "no such host" in cluster.kubectl("logs", "-n", server, "lost").stdout


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL])
def test_etcd_and_the_api_server_come_back_with_what_they_knew(
    own: OwnCluster, server: str, sent: signal.Signals
) -> None:
    own.stop("kube-apiserver", signal.SIGKILL)
    own.stop("etcd", sent)
    assert not own.is_ready()

    own.start("etcd")
    own.start("kube-apiserver")

    assert own.kubectl("get", "-n", server, "pod/server", "-o=jsonpath={.status.phase}").stdout == "Running"


def test_helm_talks_to_the_cluster(cluster: Cluster, server: str) -> None:
    done = cluster.helm("list", "-n", server, "-o", "json")

    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr
