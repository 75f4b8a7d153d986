"""A worker's name tells others on the same machine whether it still lives.

Leases run out by themselves, but a worker that was killed and started again can have its jobs back at once: a process
number and the moment it was given are decisive within one boot and one process namespace, and only there.
"""

import os
from pathlib import Path

_PROC = Path("/proc")


def _place() -> str:
    """This boot and process namespace; empty where there is no /proc."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot[:13]}-{(_PROC / 'self/ns/pid').readlink().name.strip('pid:[]')}"
    except OSError:
        return ""


def _born(pid: int) -> str:
    """When a living process was started, in the kernel's ticks; empty when there is none."""
    try:
        # The second field is the program's name in parentheses, which may hold anything.
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    state, born = fields[0], fields[19]
    return "" if state in "ZX" else born


def make(token: str) -> str:
    """A name for a worker in this process. `token` tells apart several of them."""
    return f"{_place()}/{os.getpid()}/{_born(os.getpid())}/{token[:8]}"


def is_certainly_dead(name: str) -> bool:
    """Whether the process of the worker of that name has ended; False whenever we cannot know."""
    place, pid, born, _ = (*name.split("/"), "", "", "", "")[:4]
    if not place or place != _place() or not pid.isdecimal():
        return False
    return _born(int(pid)) != born
