"""The cluster that a person already has: KUBECONFIG names it, GUILDWRIGHT_TEST_CLUSTER=1 says that we may use it."""

import contextlib
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.cluster import archive
from tests.cluster.binaries import binaries
from tests.cluster.cluster import Cluster
from tests.cluster.control_plane import die_with_parent
from tests.cluster.kept import staying
from tests.cluster.loaded import Images, given, into_kind
from tests.cluster.own import attached

ALLOWED = "GUILDWRIGHT_TEST_CLUSTER"


def allowed() -> bool:
    """Whether a person lets us use their cluster."""
    return os.environ.get(ALLOWED) == "1"


class CallersCluster(Cluster):
    """A cluster in another network than ours: a Service is reached through the API server."""

    @contextlib.contextmanager
    def reach(self, namespace: str, service: str, port: int) -> Iterator[str]:
        """Forward a port of loopback."""
        with subprocess.Popen(
            [self.binaries / "kubectl", "port-forward", "-n", namespace, f"service/{service}", f":{port}"],
            env=os.environ | {"KUBECONFIG": str(self.kubeconfig)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509  # tests start it from one thread
        ) as forward:
            try:
                assert forward.stdout
                said = forward.stdout.readline()
                found = re.search(r"127\.0\.0\.1:(\d+)", said)
                assert found, f"kubectl port-forward to {service} said: {said}"
                yield f"http://127.0.0.1:{found[1]}"
            finally:
                forward.terminate()


@contextlib.contextmanager
def callers_cluster(folder: Path) -> Iterator[Cluster]:
    """Use it; only namespaces that we made go away afterwards."""
    named = os.environ.get("KUBECONFIG")
    assert named, f"{ALLOWED}=1 lets the tests use your cluster, but KUBECONFIG does not name its file"
    for kept in staying():
        if Path(named).is_relative_to(kept.state):
            with attached(kept) as cluster:
                yield cluster
            return
    kubeconfig, programs = Path(named), binaries()
    probe = archive.image_of(programs / "probe", archive.PROBE, folder / "probe.tar")
    images = Images(lambda image: into_kind(kubeconfig, image), contextlib.nullcontext, probe, given())
    with contextlib.closing(CallersCluster(kubeconfig, programs, images)) as cluster:
        assert cluster.is_ready(), f"the cluster of {kubeconfig} does not answer"
        yield cluster
