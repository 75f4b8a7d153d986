"""Notices that something happened below a directory; never says what, because only a look tells.

A notice may come for nothing, and one comes every few seconds in any case: a network file system, a link to elsewhere
or a directory that was replaced may tell the kernel nothing.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import structlog
from watchfiles import awatch

from guildwright.platform.clock import Clock

STEP_MILLISECONDS = 25
GATHER_MILLISECONDS = 100  # a burst of events is one notice
ANYWAY_MILLISECONDS = 5_000
RETRY_SECONDS = 0.5

_log = structlog.get_logger(__name__)


@contextlib.asynccontextmanager
async def changes(root: Path, clock: Clock) -> AsyncIterator[asyncio.Event]:
    """Give an event that is set whenever it is time to look; whoever waits clears it before looking."""
    noticed = asyncio.Event()
    task = asyncio.create_task(_notice(root, clock, noticed))
    try:
        await asyncio.sleep(0)  # the kernel's watch stands before the first look
        yield noticed
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _notice(root: Path, clock: Clock, noticed: asyncio.Event) -> None:
    complained = False
    while True:
        try:
            await _watch_once(root, noticed)
            complained = False
            continue
        except FileNotFoundError:
            pass  # the directory is away; the look says so
        except Exception as error:  # noqa: BLE001  the kernel's limits come in many kinds; looking goes on without
            if not complained:
                _log.warning("cannot watch the directory, looking at it twice a second", path=str(root), why=str(error))
            complained = True
        noticed.set()
        await clock.sleep(RETRY_SECONDS)


async def _watch_once(root: Path, noticed: asyncio.Event) -> None:
    """Return when another directory stands in the place of the one being watched."""
    watched = _inode(root)
    events = awatch(
        root,
        watch_filter=None,
        debounce=GATHER_MILLISECONDS,
        step=STEP_MILLISECONDS,
        rust_timeout=ANYWAY_MILLISECONDS,
        yield_on_timeout=True,
    )
    async with contextlib.aclosing(events):
        coming = asyncio.create_task(anext(events))
        await asyncio.sleep(0)  # from here on the kernel tells; what happened before, only a look does
        while True:
            noticed.set()
            happened = await coming
            # A new directory may well have the number of the old one, but then the old one's end was told.
            if _inode(root) != watched or any(path == str(root) for _, path in happened):
                return
            coming = asyncio.create_task(anext(events))


def _inode(path: Path) -> int:
    return path.stat().st_ino
