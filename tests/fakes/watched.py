"""Follows a config store as the publisher does, and remembers."""

import asyncio
import contextlib
from types import TracebackType
from typing import Self

from guildwright.platform.config.store import Change, ConfigStore, State, Stored


class Watched:
    """The latest of every guild, and every change in order."""

    def __init__(self, store: ConfigStore) -> None:
        self._store = store
        self.changes: list[Change] = []
        self.guilds: dict[str, Stored] = {}

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._follow())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _follow(self) -> None:
        async with contextlib.aclosing(self._store.watch()) as changes:
            async for change in changes:
                self.changes.append(change)
                for guild_id, stored in change.guilds.items():
                    if stored is None:
                        del self.guilds[guild_id]
                    else:
                        self.guilds[guild_id] = stored

    def state(self, guild_id: str) -> State | None:
        return self.guilds[guild_id].state if guild_id in self.guilds else None

    def generation(self, guild_id: str) -> int:
        return self.guilds[guild_id].generation if guild_id in self.guilds else 0

    def rerolls(self, guild_id: str) -> int | None:
        """The knob of `tests.fakes.documents` that is in force; None where there is nothing in force."""
        stored = self.guilds.get(guild_id)
        if stored is None or not stored.in_force:
            return None
        return stored.spec.giveaways.reroll_limit if stored.spec.giveaways else 1
