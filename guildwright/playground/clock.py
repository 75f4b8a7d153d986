"""The playground's own time: it may not share the platform's, or a shared bug would hide on both sides of the wire."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

from guildwright.playground.records import ClockSetting


class Clock(Protocol):
    """What the playground asks of time."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class AdjustableClock:
    """The machine's clock until it is moved or hurried; whoever sleeps wakes by the time that is shown."""

    def __init__(self, setting: ClockSetting | None = None) -> None:
        """`setting` is what an earlier process kept."""
        self._setting = setting
        # Of the monotonic side: what it had reached when the machine's own had reached that.
        self._reached, self._since = 0.0, time.monotonic()
        self._changed = asyncio.Event()

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        real = self.real()
        setting = self._setting
        return setting.shown + (real - setting.real) * setting.speed if setting else real

    def real(self) -> datetime:
        """The machine's own moment."""
        return datetime.now(UTC)  # noqa: TID251 - this module is the playground's one source of time

    def monotonic(self) -> float:
        """Seconds that never run backwards; a move forwards passes them at once, one back passes none."""
        return self._reached + (time.monotonic() - self._since) * self.speed

    @property
    def speed(self) -> float:
        """Seconds that pass here in one of the machine's."""
        return self._setting.speed if self._setting else 1.0

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        end = self.monotonic() + seconds
        if seconds <= 0:
            await asyncio.sleep(0)
        while (left := end - self.monotonic()) > 0:
            changed = self._changed
            try:
                async with asyncio.timeout(left / self.speed):
                    await changed.wait()
            except TimeoutError:
                continue

    def adjust(self, move: timedelta = timedelta(0), speed: float | None = None) -> ClockSetting:
        """Move the moment that is shown, run at another speed, or both; returns what to keep for the next start."""
        shown, reached = self.now() + move, self.monotonic() + max(0.0, move.total_seconds())
        setting = ClockSetting(real=self.real(), shown=shown, speed=self.speed if speed is None else speed)
        self._reached, self._since = reached, time.monotonic()
        self._set(setting)
        return setting

    def reset(self) -> None:
        """Show the machine's time again."""
        self._reached, self._since = self.monotonic(), time.monotonic()
        self._set(None)

    def _set(self, setting: ClockSetting | None) -> None:
        self._setting = setting
        self._changed.set()
        self._changed = asyncio.Event()
