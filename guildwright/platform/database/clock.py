"""One time for all processes: the database's, which also says what is due.

A process whose machine is an hour off would find that a giveaway whose end is due is not over yet, or promise a winner
an hour too many. So the machine's clock counts only until PostgreSQL was asked; afterwards the moment that it named is
carried on by what never jumps.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from guildwright.platform.clock import Clock
from guildwright.platform.database.engine import fetch
from guildwright.platform.database.errors import is_database_away

EVERY_SECONDS = 30.0
_AGAIN_SECONDS = 0.5  # while it has never answered
_WORTH_A_LINE = timedelta(seconds=5)
_JUMP = timedelta(seconds=1)  # the machine slept, or somebody set its clock
_SLOW_SECONDS = 1.0  # an answer that took longer tells the time no better than we know it

_log = structlog.get_logger("guildwright.clock")


@dataclass(frozen=True)
class _Asked:
    """What the database said, and what the machine showed then."""

    said: datetime
    shown: datetime
    count: float


class DatabaseClock:
    """The time of PostgreSQL since it was first asked, before that the machine's."""

    def __init__(self, machine: Clock) -> None:
        """Nothing is asked before `start`."""
        self._machine = machine
        self._asked: _Asked | None = None
        self._task: asyncio.Task[None] | None = None
        self._doubt = asyncio.Event()
        self._known = asyncio.Event()

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        shown, asked = self._machine.now(), self._asked
        if asked is None:
            return shown
        passed = timedelta(seconds=self._machine.monotonic() - asked.count)
        if abs(shown - asked.shown - passed) > _JUMP:
            self._doubt.set()
        return asked.said + passed

    def monotonic(self) -> float:
        """Seconds from an arbitrary start that never run backwards: the machine's."""
        return self._machine.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`; a negative number counts as none."""
        await self._machine.sleep(seconds)

    def start(self) -> None:
        """Ask, and keep asking; the database may be away."""
        self._task = asyncio.create_task(self._follow(), name="clock")

    async def stop(self) -> None:
        """Ask no more; the time goes on."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def wait_known(self) -> None:
        """Return once the database has said the time: before that nothing may be decided by it."""
        await self._known.wait()

    async def ask(self) -> None:
        """Take over the database's time now; an absent database changes nothing."""
        self._doubt.clear()
        began = self._machine.monotonic()
        try:
            rows = await fetch("SELECT clock_timestamp() AS now")
        except Exception as error:
            if not is_database_away(error):
                raise
            return
        shown, count = self._machine.now(), self._machine.monotonic()
        if self._asked is not None and count - began > _SLOW_SECONDS:
            return
        said: datetime = rows[0]["now"] + timedelta(seconds=(count - began) / 2)
        if self._asked is None and abs(said - shown) > _WORTH_A_LINE:
            _log.warning("this machine's clock is wrong; the database's time is used", ahead=str(shown - said))
        self._asked = _Asked(said, shown, count)
        self._known.set()

    async def _follow(self) -> None:
        while True:
            try:
                await self.ask()
            except Exception:  # noqa: BLE001  the last answer still counts, and the next may be better
                _log.exception("the database's time is not known")
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY_SECONDS if self._asked else _AGAIN_SECONDS):
                    await self._doubt.wait()
