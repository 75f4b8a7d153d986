"""What a node needs of the system: programs that Debian packages, installed where we may."""

import os
import sys

from guildwright import system

CNI = "/usr/lib/cni"
NOT_HERE = """\
A cluster of our own needs Linux, and root: it makes namespaces, mounts and cgroups. Run it so, or use your own cluster:
  KUBECONFIG=… GUILDWRIGHT_TEST_CLUSTER=1 uv run nox -s cluster"""
PROGRAMS = (
    system.Program(("containerd",), "containerd", "it runs the pods of the cluster that tests start"),
    system.Program(("ctr",), "containerd", "it loads images into containerd"),
    system.Program(("runc",), "runc", "containerd starts containers with it"),
    system.Program(("iptables",), "iptables", "kube-proxy makes Services with it"),
    system.Program(("ip",), "iproute2", "the cluster has a network of its own"),
    system.Program((f"{CNI}/ptp",), "containernetworking-plugins", "pods are connected with it"),
    system.Program(("nsenter",), "util-linux", "a person enters the cluster's network with it"),
)


def ensure_all() -> None:
    """Install what is missing.

    Raises:
        system.Missing: something is not here and we may not install it; the text says what to run.
    """
    if sys.platform != "linux" or os.geteuid() != 0:
        raise system.Missing(NOT_HERE)
    for program in PROGRAMS:
        system.ensure(program, lambda said: sys.stderr.write(f"{said}\n") and None)
