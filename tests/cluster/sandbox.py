"""The walls around the cluster: mounts, network and cgroups of its own, so that nothing of the machine changes."""

import contextlib
import ctypes
import os
import shutil
import subprocess
import time
from pathlib import Path

from guildwright import system

NODE_ADDRESS = "198.18.0.1"
DNS_ADDRESS = "198.18.0.53"
SERVICES = "10.96.0.0/16"
CGROUPS = Path("/sys/fs/cgroup")
# Of the processor: else all pods together get what one process outside gets, and start for minutes on a busy machine.
# Not much more, or they starve the API server while they start.
SHARES = {"cpu.shares": "4096", "cpu.weight": "400"}
COUNTED = {"cpu", "cpuset", "hugetlb", "memory", "pids"}
REMOVE_SECONDS = 10
NO_CGROUP = """\
The cluster's pods need a cgroup, and {top} takes none: {refused}
In a container: start it with --privileged. With cgroup v2, processes may then still be in the very cgroup that shall \
be divided ("busy"); move them into one below it:
  mkdir -p {top}/init && xargs -rn1 < {top}/cgroup.procs > {top}/init/cgroup.procs
Or use your own cluster: KUBECONFIG=… GUILDWRIGHT_TEST_CLUSTER=1 uv run nox -s cluster"""
KERNEL = {  # the kubelet sets these for the whole machine unless it finds them so
    "vm/overcommit_memory": "1",
    "vm/panic_on_oom": "0",
    "kernel/panic": "10",
    "kernel/panic_on_oops": "1",
    "kernel/keys/root_maxkeys": "1000000",
    "kernel/keys/root_maxbytes": "25000000",
}
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_BIND, _MS_REC, _MS_PRIVATE, _MS_SHARED = 2, 4, 8, 4096, 16384, 1 << 18, 1 << 20


def mount(source: str | Path, target: str | Path, kind: str = "", flags: int = 0, data: str = "") -> None:
    """Mount, or say which mount failed."""
    libc = ctypes.CDLL(None, use_errno=True)
    done = libc.mount(str(source).encode(), str(target).encode(), kind.encode(), ctypes.c_ulong(flags), data.encode())
    if done != 0:
        raise OSError(ctypes.get_errno(), f"mount {source} on {target}: {os.strerror(ctypes.get_errno())}")


def enter(state: Path) -> None:
    """Give this process, the first of its pid namespace, mounts and a network that nobody else sees."""
    os.unshare(os.CLONE_NEWNS | os.CLONE_NEWNET | os.CLONE_NEWIPC)
    mount("none", "/", flags=_MS_REC | _MS_PRIVATE)
    beside(Path("/var/lib"), ("cni", "kubelet"), state)
    mount("none", "/", flags=_MS_REC | _MS_SHARED)  # among ourselves, as containers may ask for
    mount("proc", "/proc", "proc", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC)
    _settle_kernel(state)
    mount("tmpfs", "/run", "tmpfs", _MS_NOSUID | _MS_NODEV, "mode=0755")  # sockets of shims, names of networks, locks
    _own(Path("/var/log"), state)
    _address()


def beside(parent: Path, names: tuple[str, ...], state: Path) -> None:
    """Give us folders of our own in one of the machine's, which there get no trace: see its entries in another."""
    seen = state / f"{parent.name}-seen"
    seen.mkdir()
    mount("tmpfs", seen, "tmpfs", _MS_NOSUID | _MS_NODEV, "mode=0755")
    for entry in parent.iterdir():
        mine = seen / entry.name
        if entry.is_symlink():
            mine.symlink_to(entry.readlink())
        elif entry.name not in names:
            mine.mkdir() if entry.is_dir() else mine.touch()
            mount(entry, mine, flags=_MS_BIND | _MS_REC)
    for name in names:
        (seen / name).mkdir()
        _own(seen / name, state)
    mount(seen, parent, flags=_MS_BIND | _MS_REC)


def _own(folder: Path, state: Path) -> None:
    mine = state / folder.name
    mine.mkdir()
    mount(mine, folder, flags=_MS_BIND)


def _settle_kernel(state: Path) -> None:
    for name, wanted in KERNEL.items():
        setting = Path("/proc/sys", name)
        if setting.exists() and setting.read_text().strip() != wanted:
            seen = state / f"sysctl-{setting.name}"
            seen.write_text(f"{wanted}\n")
            mount(seen, setting, flags=_MS_BIND)


def _address() -> None:
    commands = f"""
        link set lo up
        address add {NODE_ADDRESS}/32 dev lo
        address add {DNS_ADDRESS}/32 dev lo
        route add {SERVICES} dev lo src {NODE_ADDRESS}
    """
    for command in commands.strip().splitlines():
        subprocess.run(["ip", *command.split()], check=True)
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")


def snapshotter(folder: Path) -> str:
    """The one that works on this disk: overlayfs, or plain copies where overlays do not stack."""
    parts = {name: folder / "overlay-probe" / name for name in ("lower", "upper", "work", "merged")}
    for path in parts.values():
        path.mkdir(parents=True, exist_ok=True)
    options = "lowerdir={lower},upperdir={upper},workdir={work}".format_map(parts)
    script = 'mount -t overlay -o "$1" probe "$2"'
    tried = subprocess.run(  # in mounts of its own, which go with it
        ["unshare", "--mount", "sh", "-c", script, "sh", options, str(parts["merged"])],
        capture_output=True,
        check=False,
    )
    return "overlayfs" if tried.returncode == 0 else "native"


def controllers(top: Path = CGROUPS) -> list[Path]:
    """Where cgroups are: a folder of each controller (and one of v2 beside them), or the one folder of cgroup v2."""
    if (top / "cgroup.controllers").exists():
        return [top]
    return [path for path in top.iterdir() if (path / "cgroup.procs").exists()]


def make_cgroup(name: str, top: Path = CGROUPS) -> None:
    """Where all pods go; the kubelet wants to find it, with the controllers that it counts with.

    Raises:
        system.Missing: the kernel lets nobody make it here; the text says what to do.
    """
    try:
        _make_cgroup(name, top)
    except OSError as refused:
        raise system.Missing(NO_CGROUP.format(top=top, refused=refused)) from refused


def _make_cgroup(name: str, top: Path) -> None:
    if (top / "cgroup.controllers").exists():
        there = set((top / "cgroup.controllers").read_text().split())
        passed_on = set((top / "cgroup.subtree_control").read_text().split())
        for missing in sorted((there & COUNTED) - passed_on):
            (top / "cgroup.subtree_control").write_text(f"+{missing}")
    for controller in controllers(top):
        (controller / name).mkdir()
        for file, share in SHARES.items():
            if (controller / name / file).exists():
                (controller / name / file).write_text(share)


def remove_cgroup(name: str) -> None:
    """Remove what the kubelet and runc made, once its processes have ended."""
    deadline = time.monotonic() + REMOVE_SECONDS
    left = [path for controller in controllers() if (path := controller / name).exists()]
    while left and time.monotonic() < deadline:
        for top in left:
            for folder, _, _ in os.walk(top, topdown=False):
                with contextlib.suppress(OSError):  # a process in it is still ending
                    Path(folder).rmdir()
        left = [path for path in left if path.exists()]
        time.sleep(0.02 if left else 0)


def sweep(state: Path) -> None:
    """Remove all that a cluster leaves on the machine when its processes are gone."""
    remove_cgroup(state.name)
    shutil.rmtree(state, ignore_errors=True)
