"""What the tests of this folder share: a whole cluster. The API server alone is in `fixtures.py`."""

from collections.abc import Iterator

import pytest

from tests.cluster.cluster import Cluster
from tests.cluster.own import OwnCluster
from tests.cluster.pods import pod


@pytest.fixture(scope="session")
def cluster(network: Cluster | None) -> Cluster:
    """A real Kubernetes with one node."""
    assert network
    return network


@pytest.fixture(scope="session")
def own(cluster: Cluster) -> OwnCluster:
    """The cluster that we started, for tests that stop its programs or look at the machine."""
    if not isinstance(cluster, OwnCluster):
        pytest.skip("this cluster is the caller's")
    return cluster


@pytest.fixture(scope="session")
def server(cluster: Cluster) -> Iterator[str]:
    """A namespace with a pod that serves, and a Service before it."""
    with cluster.namespace() as name:
        port = {"port": 80, "targetPort": 8080}
        service = {"selector": {"app": "server"}, "ports": [port]}
        about = {"name": "server", "namespace": name}
        cluster.apply({**pod(cluster, "server", "serve"), "metadata": {**about, "labels": {"app": "server"}}})
        cluster.apply({"apiVersion": "v1", "kind": "Service", "metadata": about, "spec": service})
        waited = cluster.kubectl("wait", "-n", name, "--for=condition=Ready", "pod/server", "--timeout=120s")
        assert waited.returncode == 0, waited.stderr + cluster.kubectl("describe", "-n", name, "pods").stdout
        with cluster.reach(name, "server", 80):
            yield name
