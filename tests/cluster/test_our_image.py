"""One pod of our image answers: base image, Dockerfile, import, Pod Security, Service and DNS in one go."""

import json

import pytest

from tests.cluster.cluster import Cluster
from tests.cluster.pods import SAFE, got

pytestmark = pytest.mark.cluster

LABELS = {"app": "playground"}


def test_a_playground_in_a_pod_answers_through_its_service(cluster: Cluster) -> None:
    container = {
        "name": "playground",
        "image": cluster.images["trial"],
        "args": ["playground", "--host", "0.0.0.0", "--port", "8420", "--data", "/data"],
        "securityContext": {**SAFE, "readOnlyRootFilesystem": True},
        "volumeMounts": [{"name": name, "mountPath": f"/{name}"} for name in ("data", "tmp")],
        "readinessProbe": {"httpGet": {"path": "/api/v10/gateway", "port": 8420}, "periodSeconds": 1},
    }
    volumes = [{"name": name, "emptyDir": {}} for name in ("data", "tmp")]
    about = {"name": "playground", "labels": LABELS}
    pod = {"containers": [container], "volumes": volumes, "terminationGracePeriodSeconds": 1}
    service = {"selector": LABELS, "ports": [{"port": 8420}]}

    with cluster.namespace() as home:
        there = {**about, "namespace": home}
        cluster.apply(
            {"apiVersion": "v1", "kind": "Pod", "metadata": there, "spec": pod},
            {"apiVersion": "v1", "kind": "Service", "metadata": there, "spec": service},
        )
        waited = cluster.kubectl("wait", "-n", home, "--for=condition=Ready", "pod/playground", "--timeout=120s")
        assert waited.returncode == 0, (
            waited.stderr
            + cluster.kubectl("describe", "-n", home, "pods").stdout
            + cluster.kubectl("logs", "-n", home, "playground").stdout
        )
        with cluster.reach(home, "playground", 8420) as url:
            said = json.loads(got(f"{url}/api/v10/gateway"))

    assert "url" in said
