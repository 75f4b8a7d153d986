"""Runs the handlers of one worker, each kind with hands of its own."""

import asyncio

from guildwright.platform.clock import Clock
from guildwright.platform.jobs.attempts import PATIENCE, Attempts
from guildwright.platform.jobs.hands import Hands, Taken
from guildwright.platform.jobs.registry import Registry

__all__ = ["PATIENCE", "Runner"]


class Runner:
    """The jobs that one worker is running."""

    def __init__(self, registry: Registry, worker: str, attempts: Attempts, clock: Clock, taken: Taken) -> None:
        """`taken` is called after leases were taken."""
        self._attempts = attempts
        self._hands = {kind: Hands(registry[kind], worker, attempts, clock, taken) for kind in registry.kinds}

    async def take(self, kind: str, jobs: list[tuple[int, int | None]]) -> None:
        """Begin these jobs (number, guild) if nobody has; waits while this worker has its hands full of that kind."""
        await self._hands[kind].take(jobs)

    def room(self, kind: str) -> int:
        """How many jobs of a kind could be begun now."""
        return self._hands[kind].room

    async def stop(self, grace: float) -> None:
        """Take no more; let what runs finish for `grace` seconds, then put it back for another worker."""
        self._attempts.stop()
        await asyncio.gather(*[hands.stop() for hands in self._hands.values()])
        if tasks := self._tasks():
            await asyncio.wait(tasks, timeout=grace)
        tasks = self._tasks()
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=0.5)

    def _tasks(self) -> set[asyncio.Task[None]]:
        return {task for hands in self._hands.values() for task in hands.tasks}
