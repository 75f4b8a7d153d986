"""What a cluster could leave on a machine, or change there: counted before and after."""

import os
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

from tests.cluster import sandbox

# What counts by itself: packets, and the time that an address or a route of DHCP or IPv6 has left.
_COUNTS = re.compile(r"\[\d+:\d+\]|\b(valid_lft|preferred_lft|expires|packets|bytes) \S+")
SETTINGS = (*sandbox.KERNEL, "net/ipv4/ip_forward", "net/netfilter/nf_conntrack_max")

# Folders that parts of a cluster make for themselves, unless they are told of others.
FOLDERS = (
    *("/etc/cni", "/etc/cni/net.d", "/opt/cni", "/opt/containerd"),
    *("/usr/libexec/kubernetes", "/var/lib/cni", "/var/lib/kubelet"),
)


def folders(tops: Iterable[str] = FOLDERS) -> list[str]:
    """What is in them, and whether they are there, as the process that asks sees it."""
    return sorted(str(path) for top in map(Path, tops) if top.exists() for path in (top, *top.iterdir()))


def left_of(state: Path) -> list[str]:
    """Processes, mounts, cgroups and files that belong to a cluster."""
    found = [str(path) for path in [state, *(each / state.name for each in sandbox.controllers())] if path.exists()]
    return [*found, *(said for _, said in processes_of(state))]


def processes_of(state: Path) -> list[tuple[Path, str]]:
    """The processes that are the cluster's, or see a mount or a cgroup of it, each with what shows that."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        for about in ("cmdline", "cgroup", "mountinfo"):
            try:
                said = (process / about).read_text(errors="replace")
            except OSError:
                continue  # it has ended
            if state.name in said and process.name != str(os.getpid()):
                found.append((process, f"{process.name} {about}: {said[:200]}"))
    return found


def networks(processes: Iterable[Path] | None = None) -> set[int]:
    """The network namespaces that processes are in; of all processes, unless some are named."""
    found = set()
    for process in Path("/proc").glob("[0-9]*") if processes is None else processes:
        try:
            found.add((process / "ns" / "net").stat().st_ino)
        except OSError:
            continue
    return found


def network_and_kernel() -> str:
    """Addresses, routes, packet rules, kernel settings and folders, as the process that asks sees them."""
    asked = ("ip -o address", "ip route show table all", "iptables-save", "ip6tables-save", "nft list ruleset")
    said = [
        subprocess.run(["sh", "-c", f"{each} 2>&1"], capture_output=True, text=True, check=False).stdout
        for each in asked
    ]
    rules = [line for text in said for line in still(text)]
    paths = [path for name in SETTINGS if (path := Path("/proc/sys", name)).exists()]
    return "\n".join([*rules, *folders(), *(f"{path} {path.read_text().strip()}" for path in paths)])


def still(said: str) -> list[str]:
    """The lines of what was said, without what changes by itself; comments carry a time."""
    return [_COUNTS.sub("", line).rstrip() for line in said.splitlines() if not line.startswith("#")]
