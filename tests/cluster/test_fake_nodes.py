"""KWOK's nodes are there for tests of scale."""

import pytest

from tests.cluster.cluster import Cluster
from tests.cluster.fake_nodes import FAKE, TOLERATION, fake_nodes

pytestmark = pytest.mark.cluster


def test_a_hundred_pods_run_on_pretended_nodes(cluster: Cluster) -> None:
    container = {"name": "nothing", "image": "nothing.example/nothing"}
    pod = {"containers": [container], "nodeSelector": FAKE, "tolerations": [TOLERATION]}
    template = {"metadata": {"labels": {"app": "many"}}, "spec": pod}
    spec = {"replicas": 100, "selector": {"matchLabels": {"app": "many"}}, "template": template}
    many = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "many"}, "spec": spec}

    with fake_nodes(cluster, 3):
        cluster.apply(many)
        rolled = cluster.kubectl("rollout", "status", "deployment/many", "--timeout=120s")
        cluster.kubectl("delete", "deployment", "many", "--wait=true", "--cascade=foreground", "--timeout=120s")

    assert rolled.returncode == 0, rolled.stdout + rolled.stderr
    assert "successfully rolled out" in rolled.stdout
