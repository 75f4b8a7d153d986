"""Waiting for what other processes do: ask until it is so, and say what was not."""

import contextlib
import socket
import time
from collections.abc import Callable

WAIT_SECONDS = 120  # a client that failed while the API server was away tries again after up to a minute


def wait_for[Met](what: str, met: Callable[[], Met | None], seconds: float = WAIT_SECONDS) -> Met:
    """Ask until there is a true answer; return it."""
    deadline = time.monotonic() + seconds
    while not (answer := met()):
        if time.monotonic() > deadline:
            raise AssertionError(f"after {seconds} s: not {what}")
        time.sleep(0.05)
    return answer


def opens(address: str, port: int) -> bool:
    """Whether a new connection is taken there."""
    with contextlib.suppress(OSError), socket.create_connection((address, port), timeout=1):
        return True
    return False
