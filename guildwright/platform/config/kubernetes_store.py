"""Guild documents as GuildConfig resources of a cluster: what `kubectl apply` wrote, and what a command may change.

The API server judges, stores and counts. Nothing of it is kept on disk here: while the server is away, whoever follows
keeps what it has in memory, and Redis what was published.
"""

import contextlib
from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from guildwright.platform.chance import Chance, SystemChance
from guildwright.platform.clock import Clock, SystemClock
from guildwright.platform.config.cluster import Cluster
from guildwright.platform.config.follow import PACE, Happened, Listed, Pace, follow, list_all
from guildwright.platform.config.resource import Object, kept, stored_from, stray_from
from guildwright.platform.config.server_side import Writer, fetch
from guildwright.platform.config.store import Change, State, Stored, Stray
from guildwright_crds.guild_config import GuildConfigSpec

type Seen = Stored | Stray


@dataclass
class _Known:
    """What was seen last."""

    guilds: dict[str, Stored] = field(default_factory=dict)
    strays: dict[str, Stray] = field(default_factory=dict)

    def take(self, news: Listed[Seen] | Happened[Seen]) -> Change | None:
        """What became different by it."""
        return self._listed(news.items) if isinstance(news, Listed) else self._happened(news.item, gone=news.gone)

    def _happened(self, seen: Seen, *, gone: bool) -> Change | None:
        if isinstance(seen, Stray):
            before = dict(self.strays)
            self.strays.pop(seen.source, None)
            if not gone:
                self.strays[seen.source] = seen
            return None if before == self.strays else self._change({})
        last = self.guilds.pop(seen.guild_id, None)
        if gone:
            return self._change({seen.guild_id: None}) if last else None
        now = self.guilds[seen.guild_id] = kept(seen, last)
        return None if now == last else self._change({seen.guild_id: now})

    def _listed(self, seen: Iterable[Seen]) -> Change | None:
        before, strays = self.guilds, self.strays
        self.guilds = {one.guild_id: kept(one, before.get(one.guild_id)) for one in seen if isinstance(one, Stored)}
        self.strays = {one.source: one for one in seen if isinstance(one, Stray)}
        changed: dict[str, Stored | None] = {
            guild_id: stored for guild_id, stored in self.guilds.items() if before.get(guild_id) != stored
        }
        changed |= dict.fromkeys(before.keys() - self.guilds.keys())
        return self._change(changed) if changed or strays != self.strays else None

    def _change(self, guilds: Mapping[str, Stored | None]) -> Change:
        return Change(guilds, tuple(self.strays.values()))


class KubernetesStore:
    """The `ConfigStore` of one namespace. It writes as the field manager `manager`, and owns only what it set."""

    def __init__(
        self,
        cluster: Cluster,
        manager: str,
        *,
        clock: Clock | None = None,
        chance: Chance | None = None,
        pace: Pace = PACE,
    ) -> None:
        self._cluster = cluster
        self._writer = Writer(cluster, manager)
        self._clock: Clock = clock or SystemClock()
        self._chance: Chance = chance or SystemChance()
        self._pace = pace

    async def list(self) -> list[Stored]:
        """Every guild that has a document, by guild id."""
        seen, _ = await list_all(self._cluster, _seen, self._pace.page)
        if not seen:
            await self._cluster.expect_namespace()  # to the list, a missing one is an empty one
        return sorted((one for one in seen if isinstance(one, Stored)), key=lambda stored: int(stored.guild_id))

    async def strays(self) -> tuple[Stray, ...]:
        """The documents that are named after no guild; the API server refuses them, unless its CRD was changed."""
        seen, _ = await list_all(self._cluster, _seen, self._pace.page)
        return tuple(one for one in seen if isinstance(one, Stray))

    async def read(self, guild_id: str) -> Stored:
        """One guild's; of state `DEFAULTS` where it has no document."""
        obj = await fetch(self._cluster, guild_id)
        return stored_from(obj) if obj else Stored(guild_id, "", "", 0, GuildConfigSpec(), "", (), State.DEFAULTS)

    async def watch(self) -> AsyncGenerator[Change]:
        """Everything there is, then every change. Any number of processes may watch."""
        known, begun = _Known(), False
        following = follow(self._cluster, _seen, self._clock, self._chance, self._pace)
        async with contextlib.aclosing(following) as news:
            async for new in news:
                change = known.take(new)
                if not begun:
                    begun, change = True, Change(dict(known.guilds), tuple(known.strays.values()), complete=True)
                if change is not None:
                    yield change

    async def write(
        self, guild_id: str, patch: Mapping[str, Any], expected_version: str, *, dry_run: bool = False
    ) -> Stored:
        """Merge `patch` (RFC 7386: null removes) into the document's spec by server-side apply, never forced.

        Raises:
            StaleWrite: the document is no longer `expected_version`.
            CannotWrite: `check` or the API server refuses the outcome; `Owned` where a field is another's to change.
            StoreAway: the API server is away, or refuses for another reason: a missing right, namespace or CRD.
        """
        return stored_from(await self._writer.write(guild_id, patch, expected_version, dry_run))

    async def outgrow(self, guild_id: str, published: int) -> Stored | None:
        """None: generations are the API server's to count."""
        del guild_id, published
        return None


def _seen(obj: Object) -> Seen:
    return stray_from(obj) or stored_from(obj)
