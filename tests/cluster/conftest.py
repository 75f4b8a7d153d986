"""What the tests of this folder share: a whole cluster. The API server alone is in `fixtures.py`."""

import pytest

from tests.cluster.cluster import Cluster
from tests.cluster.own import OwnCluster


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
