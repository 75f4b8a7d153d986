"""Waits for what will happen, with a deadline, instead of sleeping and hoping."""

import asyncio
import inspect
import time
from collections.abc import Callable


async def eventually(happened: Callable[[], object], seconds: float = 30.0) -> float:
    """Poll `happened()`, which may be a coroutine function, until it is true; return the seconds that took.

    Fails after the deadline.
    """
    start = time.monotonic()
    while True:
        outcome = happened()
        if await outcome if inspect.isawaitable(outcome) else outcome:
            return time.monotonic() - start
        assert time.monotonic() - start < seconds, f"did not happen within {seconds} s"
        await asyncio.sleep(0.005)
