"""A worker, its stream and its sweeper, moved by hand: a test says which message comes next and how far its job gets.

A job may die at any of its steps, or freeze there for as long as the test likes: its lease may be given to another, and
then it goes on. The rows are the real ones; only the stream is a list, which a test may empty as FLUSHALL does.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from guildwright.platform.database.engine import fetch
from guildwright.platform.jobs.outcomes import LostLease, Retry, Unavailable
from guildwright.platform.jobs.registry import Consumer
from guildwright.platform.jobs.run import JobRun
from guildwright_bot.deps import Deps
from tests.chaos.hooks import HookedRun, Side, hooked
from tests.chaos.places import Place
from tests.fakes.clock import FakeClock

type How = Literal["well", "die", "freeze", "lose"]


class Died(BaseException):
    """The process was killed: nothing may catch it."""


@dataclass
class Fate:
    """What befalls one run: after so many steps that could be the place, it dies, freezes, or loses an answer."""

    how: How = "well"
    after: int = 0
    passed: int = 0

    def strikes(self, place: Place, side: Side) -> bool:
        """Whether this is the step."""
        if self.how == "freeze" and place.what.startswith("run.") and side == "before":
            return False  # it would keep its rows locked, and nobody else could do anything
        if self.how == "lose" and not (place.what.startswith("discord.") and side == "before"):
            return False
        self.passed += 1
        return self.how != "well" and self.passed == self.after + 1


@dataclass
class Frozen:
    """A run that stands still. `began` is when it was taken, as the test counts; `sending`: before a request."""

    task: asyncio.Task[None]
    go_on: asyncio.Event
    run: JobRun
    began: int
    sending: bool


@dataclass
class UnkindWorker:
    """Everything between the table of jobs and the handlers."""

    deps: Deps
    consumers: Callable[[Deps], list[Consumer]]
    clock: FakeClock
    lose_answer: Callable[[], None]
    stream: list[int] = field(default_factory=list)
    frozen: list[Frozen] = field(default_factory=list)
    _fates: dict[tuple[int, int], Fate] = field(default_factory=dict)
    _standing: asyncio.Event = field(default_factory=asyncio.Event)
    _go_on: asyncio.Event = field(default_factory=asyncio.Event)
    _sending: bool = False

    def __post_init__(self) -> None:
        self._handlers = {consumer.kind: consumer.handler for consumer in hooked(self.deps, self.consumers, self)}

    async def prize(self, run: JobRun) -> str:
        """Every job is watched."""
        return run.kind

    async def reach(self, run: HookedRun, place: Place, side: Side) -> None:
        """Let the run's fate happen."""
        fate = self._fates.get((run.id, run.fence), Fate())
        if not fate.strikes(place, side):
            return
        match fate.how:
            case "die":
                raise Died
            case "lose":
                self.lose_answer()
            case "freeze":
                self._go_on = go_on = asyncio.Event()
                self._sending = place.what.startswith("discord.") and side == "before"
                self._standing.set()
                await go_on.wait()

    async def relay(self) -> None:
        """Put what is due on the stream."""
        rows = await fetch(
            "UPDATE job SET state = 'sent' WHERE state = 'waiting' AND next_at <= $1 RETURNING id", self.clock.now()
        )
        self.stream += sorted(row["id"] for row in rows)

    async def sweep(self) -> None:
        """Send again what nobody took; take back what the dead and the silent hold."""
        rows = await fetch(
            "UPDATE job SET state = 'waiting', next_at = $1 WHERE state IN ('sent', 'running') RETURNING id",
            self.clock.now(),
        )
        for row in rows:
            self.stream = [job for job in self.stream if job != row["id"]]

    async def deliver(self, place: int, fate: Fate, now: int) -> None:
        """Take one message of the stream, and run its job as far as `fate` lets it."""
        if not self.stream:
            return
        job_id = self.stream.pop(place % len(self.stream))
        rows = await fetch(
            "UPDATE job SET state = 'running', attempt = attempt + 1, fence = fence + 1 "
            "WHERE id = $1 AND state IN ('waiting', 'sent') RETURNING *",
            job_id,
        )
        if rows:
            await self._run(_job_run(rows[0]), fate, now)

    async def _run(self, run: JobRun, fate: Fate, now: int) -> None:
        self._fates[run.id, run.fence] = fate
        self._standing.clear()
        task = asyncio.create_task(self._handlers[run.kind](run))
        standing = asyncio.create_task(self._standing.wait())
        await asyncio.wait({task, standing}, return_when=asyncio.FIRST_COMPLETED)
        standing.cancel()
        if task.done():
            await self._outcome(task, run)
        else:
            self.frozen.append(Frozen(task, self._go_on, run, now, self._sending))

    async def thaw(self, place: int) -> int | None:
        """Let a run that stands still go on to its end; when it began."""
        if not self.frozen:
            return None
        chosen = self.frozen.pop(place % len(self.frozen))
        chosen.go_on.set()
        await asyncio.wait({chosen.task})
        await self._outcome(chosen.task, chosen.run)
        return chosen.began

    async def _outcome(self, task: asyncio.Task[None], run: JobRun) -> None:
        try:
            await task
        except (Died, LostLease):
            return
        except (Unavailable, Retry) as error:
            after = getattr(error, "after", None) or timedelta(seconds=1)
            await fetch(
                "UPDATE job SET state = 'waiting', next_at = $3 WHERE id = $1 AND fence = $2 AND state = 'running'",
                run.id,
                run.fence,
                self.clock.now() + after,
            )


def _job_run(row: dict[str, Any]) -> JobRun:
    return JobRun(
        id=row["id"],
        kind=row["kind"],
        guild_id=row["guild_id"],
        payload=json.loads(row["payload"]),
        attempt=row["attempt"],
        fence=row["fence"],
        due=row["due"],
        created_at=row["created_at"],
        since=row["created_at"] if row["fence"] > 1 else None,
    )
