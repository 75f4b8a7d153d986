"""Ports for programs that must be told theirs before they start."""

import contextlib
import os
import socket
from itertools import chain
from pathlib import Path

_LOWEST = 10_000
_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_USUAL = 32_768  # Linux' own default, and below the range of others


def free_ports(count: int) -> list[int]:
    """As many as asked for, all different.

    A port that the kernel chose (0) is of those that it gives to outgoing connections too: that of another test may
    have it by the time that the program wants it. These are not; and every process begins to look somewhere else.
    """
    end = int(_RANGE.read_text().split()[0]) if _RANGE.exists() else _USUAL
    begin = _LOWEST + os.getpid() * 97 % (end - _LOWEST)
    found: list[int] = []
    with contextlib.ExitStack() as held:
        for port in chain(range(begin, end), range(_LOWEST, begin)):
            with contextlib.suppress(OSError):
                held.enter_context(socket.create_server(("127.0.0.1", port)))
                found.append(port)
            if len(found) == count:
                break
    return found
