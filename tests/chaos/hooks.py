"""Stands between real consumers and the world: whoever watches hears of each step, before it happens and after.

A step is a transaction that a job commits, or a call of the Discord client. The watcher may kill, wait or break there.
"""

import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import ContextVar
from dataclasses import fields, replace
from typing import Any, Literal, Protocol, cast

from guildwright.platform.discord.client import DiscordClient
from guildwright.platform.jobs.registry import Consumer, Handler
from guildwright.platform.jobs.run import JobRun
from guildwright_bot.deps import Deps
from tests.chaos.places import Place, caller

type Side = Literal["before", "after"]

_current: ContextVar["HookedRun | None"] = ContextVar("run", default=None)


class Watch(Protocol):
    """Who is told."""

    async def prize(self, run: JobRun) -> str:
        """What names the giveaway of a job; "" for a job that is none of ours."""
        ...

    async def reach(self, run: "HookedRun", place: Place, side: Side) -> None:
        """A job is before or after a step. Before a transaction means: before its commit."""
        ...


class HookedRun(JobRun):
    """A run whose transactions are noted."""

    original: JobRun
    watch: Watch
    prize: str

    @classmethod
    def of(cls, run: JobRun, watch: Watch, prize: str) -> "HookedRun":
        """The same run, watched."""
        made = cls(**{field.name: getattr(run, field.name) for field in fields(JobRun) if field.init})
        made.original, made.watch, made.prize = run, watch, prize
        made.effects = run.effects  # whether it is tried again as if for the first time is decided by these
        return made

    def step(self) -> AbstractAsyncContextManager[None]:
        """A transaction in the middle."""
        return self._noted(caller("run.step"), super().step())

    def finish(self) -> AbstractAsyncContextManager[None]:
        """The last transaction."""
        return self._noted(caller("run.finish"), super().finish())

    @asynccontextmanager
    async def _noted(self, place: Place, real: AbstractAsyncContextManager[None]) -> AsyncIterator[None]:
        async with real:
            yield
            await self.watch.reach(self, place, "before")
        self.original.finished = self.finished
        await self.watch.reach(self, place, "after")


class HookedDiscord:
    """A Discord client whose calls are noted where a job makes them."""

    def __init__(self, real: DiscordClient) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        return self._noted(name, found) if inspect.iscoroutinefunction(found) else found

    def _noted(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def begin(*args: Any, **options: Any) -> Any:
            run = _current.get()
            if run is None:
                return method(*args, **options)
            return _around(run, caller(f"discord.{name}"), method, args, options)

        return begin


async def _around(run: HookedRun, place: Place, method: Callable[..., Any], args: Any, options: Any) -> Any:
    await run.watch.reach(run, place, "before")
    answer = await method(*args, **options)
    await run.watch.reach(run, place, "after")
    return answer


def hooked(deps: Deps, consumers: Callable[[Deps], list[Consumer]], watch: Watch) -> list[Consumer]:
    """The consumers of a worker, every step of theirs noted."""
    noted = replace(deps, discord=cast("DiscordClient", HookedDiscord(deps.discord)))
    return [
        # One that takes many at once is not watched: a plan would not know whose step it is at.
        replace(consumer, handler=_watched(consumer.handler, watch)) if consumer.handler else consumer
        for consumer in consumers(noted)
    ]


def _watched(handler: Handler, watch: Watch) -> Handler:
    async def handle(run: JobRun) -> None:
        prize = await watch.prize(run)
        if not prize:
            await handler(run)
            return
        hooked = HookedRun.of(run, watch, prize)
        token = _current.set(hooked)
        try:
            await handler(hooked)
            if not hooked.finished:
                async with hooked.finish():
                    pass
        finally:
            run.finished = hooked.finished
            _current.reset(token)

    return handle
