"""The cluster that we start ourselves. Who opens it enters its network, and reaches pods and Services by address."""

import contextlib
import signal
import subprocess
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path

from tests.cluster import archive, node
from tests.cluster.binaries import binaries
from tests.cluster.cluster import Cluster
from tests.cluster.kept import Kept
from tests.cluster.loaded import Images
from tests.cluster.node import Node
from tests.cluster.programs import ensure_all
from tests.cluster.waiting import opens, wait_for

START_SECONDS = 120
FIRST = ("containerd", "etcd", "kube-apiserver")
SERVERS = ("etcd", "kube-apiserver")


class OwnCluster(Cluster):
    """Its programs may be stopped and started again."""

    def __init__(self, node: Node, kept: Kept) -> None:
        probe = archive.image_of(node.binaries / "probe", archive.PROBE, kept.state / "probe.tar")
        super().__init__(node.kubeconfig("admin"), node.binaries, Images(self.load, kept.outside, probe))
        self.node = node
        self.kept = kept

    def stop(self, name: str, sent: signal.Signals = signal.SIGTERM) -> None:
        """End one of its programs; return when it is gone. SIGKILL spares the API server's long farewell."""
        assert name in self.node.commands(), f"{name} is none of {', '.join(self.node.commands())}"
        self.kept.stop(name, sent)

    def start(self, name: str) -> None:
        """Start one of its programs again; return when it runs, or when the API server answers again."""
        self.kept.start(name, self.node.commands()[name])
        running = self.kept.ask("status")["running"]
        if name in SERVERS and set(SERVERS) <= set(running):
            self.wait_until("an API server that is ready", self.is_ready)

    def wait_until(self, what: str, met: Callable[[], bool]) -> None:
        """Wait, and say at once when a program has ended by itself."""

        def met_while_all_run() -> bool:
            for name, status in self.kept.ask("status")["ended"].items():
                raise AssertionError(f"{name} stopped with {status}:\n{self.kept.log(name)}")
            return met()

        wait_for(what, met_while_all_run, START_SECONDS)

    def node_is_ready(self) -> bool:
        """Whether pods may run."""
        answer = self.ask("GET", f"/api/v1/nodes/{node.NODE}")
        if answer.status != HTTPStatus.OK:
            return False  # the kubelet has not made it yet
        conditions = {each["type"]: each["status"] for each in answer.body["status"].get("conditions", [])}
        return conditions.get("Ready") == "True" and not answer.body["spec"].get("taints")

    def load(self, image: Path) -> None:
        """Give an archive's image to containerd."""
        wait_for("containerd", self.node.containerd.exists)
        talk = ["ctr", "-a", self.node.containerd, "-n", "k8s.io", "images"]
        done = subprocess.run(
            [*talk, "import", "--snapshotter", self.node.snapshotter, image],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"containerd does not take {image}:\n{done.stderr}"


@contextlib.contextmanager
def own_cluster() -> Iterator[OwnCluster]:
    """Start a cluster and enter its network; leave and remove it at the end.

    Raises:
        system.Missing: the machine lacks a program, and we may not install it.
    """
    ensure_all()
    programs = binaries()
    kept = Kept.open()
    try:
        with kept.network(), contextlib.closing(bring_up(kept, programs)) as cluster:
            yield cluster
    finally:
        kept.close()


@contextlib.contextmanager
def attached(kept: Kept) -> Iterator[OwnCluster]:
    """Use one that stays, from within its network."""
    with kept.network(), contextlib.closing(OwnCluster(Node(kept.state, binaries()), kept)) as cluster:
        yield cluster


def bring_up(kept: Kept, programs: Path) -> OwnCluster:
    """Start everything, from within the cluster's network; return when a pod can run."""
    here = Node(kept.state, programs)
    here.write()
    commands = here.commands()
    for name in FIRST:
        kept.start(name, commands[name])
    wait_for("a certificate", here.authority.exists)
    cluster = OwnCluster(here, kept)
    cluster.load(archive.image_of(programs / "pause", node.PAUSE, kept.state / "pause.tar"))
    cluster.wait_until("an API server that is ready", cluster.is_ready)
    for name, command in commands.items():
        if name not in FIRST:
            kept.start(name, command)
    cluster.apply(*node.dns_objects())
    cluster.wait_until("a node that is ready", cluster.node_is_ready)
    cluster.wait_until("a way to names", lambda: opens(node.DNS_SERVICE, 53))
    return cluster
