"""A worker's name tells others on the same machine whether it still lives.

Leases run out by themselves, but a worker that was killed and started again can have its jobs back at once: process
numbers are comparable between processes of one boot and one process namespace, and only there.
"""

import os
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_NAMESPACE = Path("/proc/self/ns/pid")


def _place() -> str:
    try:
        return f"{_BOOT.read_text().strip()[:13]}-{_NAMESPACE.readlink().name.strip('pid:[]')}"
    except OSError:
        return ""  # not Linux: leases run out


def make(token: str) -> str:
    """A name for this process. `token`: something random, since process numbers are used again."""
    return f"{_place()}/{os.getpid()}/{token[:8]}"


def is_certainly_dead(name: str, own: str) -> bool:
    """Whether the worker of that name has ended; False whenever we cannot know."""
    place, _, rest = name.partition("/")
    number, _, _ = rest.partition("/")
    if name == own or not place or place != own.partition("/")[0] or not number.isdecimal():
        return False
    if int(number) == os.getpid():
        return True  # our number, but not our name: it was another process
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
