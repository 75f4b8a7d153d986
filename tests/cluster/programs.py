"""What a node needs of the system: programs that Debian packages, installed where we may."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from guildwright import system

CNI = ("/usr/lib/cni", "/usr/libexec/cni", "/opt/cni/bin")  # by distribution
NOT_HERE = """\
A cluster of our own needs Linux, and root: it makes namespaces, mounts and cgroups. Run it so, or use your own cluster:
  KUBECONFIG=… GUILDWRIGHT_TEST_CLUSTER=1 uv run nox -s cluster"""
CONTAINERD = system.Program(("containerd",), "containerd", "it runs the pods of the cluster that tests start")
PTP = system.Program(tuple(f"{folder}/ptp" for folder in CNI), "containernetworking-plugins", "it connects pods")
PROGRAMS = (
    CONTAINERD,
    system.Program(("ctr",), "containerd", "it loads images into containerd"),
    system.Program(("runc",), "runc", "containerd starts containers with it"),
    system.Program(("iptables",), "iptables", "kube-proxy makes Services with it"),
    system.Program(("ip",), "iproute2", "the cluster has a network of its own"),
    PTP,
    system.Program(("nsenter",), "util-linux", "a person enters the cluster's network with it"),
)


def ensure_all() -> None:
    """Install what is missing.

    Raises:
        system.Missing: something is not here and we may not install it; the text says what to run.
    """
    if sys.platform != "linux" or os.geteuid() != 0:
        raise system.Missing(NOT_HERE)
    there = system.find(CONTAINERD)
    for program in PROGRAMS:
        system.ensure(program, lambda said: sys.stderr.write(f"{said}\n") and None)
    if not there:
        keep_from_starting("containerd.service")


def keep_from_starting(service: str) -> None:
    """Let a service that came with a package stay off at the next start of the machine: we wanted the program only."""
    if systemctl := shutil.which("systemctl"):
        subprocess.run([systemctl, "disable", "--quiet", service], stdin=subprocess.DEVNULL, check=False)


def cni_plugins() -> Path:
    """The folder that containerd finds them in."""
    found = system.find(PTP)
    assert found, f"none of {', '.join(PTP.names)} is there"
    return Path(found).parent
