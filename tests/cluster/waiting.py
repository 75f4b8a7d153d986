"""Waiting for what other processes do: ask until it is so, and say what was not."""

import time
from collections.abc import Callable

WAIT_SECONDS = 60


def wait_for[Met](what: str, met: Callable[[], Met | None], seconds: float = WAIT_SECONDS) -> Met:
    """Ask until there is a true answer; return it."""
    deadline = time.monotonic() + seconds
    while not (answer := met()):
        if time.monotonic() > deadline:
            raise AssertionError(f"after {seconds} s: not {what}")
        time.sleep(0.05)
    return answer
