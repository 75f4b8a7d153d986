"""What the publisher knows of a guild's document: the compiled record, and nothing that takes room.

Five thousand guilds are published from memory: the models that the records were made from are let go at once.
"""

import contextlib
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from guildwright.platform.config.store import Change, ConfigStore, State, Stored, Stray
from guildwright_crds.check import Problem
from guildwright_crds.compile import CompiledConfig, compile_config

UNKNOWN = b'{"unknown": true}'
"""No record, on purpose: a reader that finds it keeps what it has in memory, and without that asks again later."""


@dataclass(frozen=True, slots=True)
class Known:
    """One guild's document. `record` is what is in force; None where nothing is.

    With `keep`, nobody here knows what was in force: what Redis holds for the guild stays as it is. Where it holds
    nothing and the document was good once, `never_defaults` makes the guild unknown: readers keep what they have.
    """

    uid: str
    generation: int
    record: bytes | None
    state: State
    problems: tuple[Problem, ...] = ()
    keep: bool = False
    never_defaults: bool = False


@dataclass(frozen=True)
class News:
    """What differs from the news before; the first is `complete`: guilds not in it have no document."""

    guilds: Mapping[str, Known | None]
    strays: tuple[Stray, ...] = field(default=())
    complete: bool = False


class Source(Protocol):
    """Where the publisher learns what is wanted."""

    def news(self) -> AsyncGenerator[News]:
        """Everything there is, then every change."""
        ...

    async def outgrow(self, guild_id: str, published: int) -> Known | None:
        """Answer a record in Redis of our uid, a generation as high as ours and other content.

        None where that record is the newer one and must stand.
        """
        ...


class FromStore:
    """A `ConfigStore` as a source."""

    def __init__(self, store: ConfigStore) -> None:
        self._store = store

    async def news(self) -> AsyncGenerator[News]:
        """The store's changes, compiled."""
        async with contextlib.aclosing(self._store.watch()) as changes:
            async for change in changes:
                yield _news(change)

    async def outgrow(self, guild_id: str, published: int) -> Known | None:
        """What the store makes of it."""
        stored = await self._store.outgrow(guild_id, published)
        return None if stored is None else known(stored)


def known(stored: Stored) -> Known:
    """A document without its models."""
    record = None
    if stored.in_force:
        record = compile_config(stored.guild_id, stored.spec, stored.uid, stored.generation).to_json()
    return Known(stored.uid, stored.generation, record, stored.state, stored.problems)


def identity(record: bytes) -> tuple[str, int]:
    """The uid and generation of a record; ("", -1) for what is none."""
    try:
        compiled = CompiledConfig.from_json(record)
    except ValueError:
        return "", -1
    return compiled.uid, compiled.generation


def _news(change: Change) -> News:
    guilds = {guild_id: None if stored is None else known(stored) for guild_id, stored in change.guilds.items()}
    return News(guilds, change.strays, change.complete)
