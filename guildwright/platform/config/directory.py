"""Guild documents as YAML files in a directory: what a person edits, and what a command may change."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from guildwright.platform.chance import Chance, SystemChance
from guildwright.platform.clock import Clock, SystemClock, first_of
from guildwright.platform.config import edit, notice
from guildwright.platform.config.assemble import Assembly, assemble, away, bad, live
from guildwright.platform.config.files import DirectoryAway, Folder, Signature, signature
from guildwright.platform.config.last_good import LastGood
from guildwright.platform.config.store import Change, State, Stored, Stray
from guildwright_crds.guild_config import GuildConfigSpec

SETTLE_SECONDS = 0.08  # a file that changes again within this time is still being written
SETTLE_LIMIT_SECONDS = 2.0  # then we look anyway: something is written all the time
GONE_SECONDS = 0.4  # editors save by deleting and creating: a file that is missing for longer is deleted


class DirectoryStore:
    """The `ConfigStore` of one machine. `state_dir` holds the last good configs and outlives everything."""

    def __init__(
        self, guilds_dir: Path, state_dir: Path, *, clock: Clock | None = None, chance: Chance | None = None
    ) -> None:
        self._root = guilds_dir
        self._folder = Folder(guilds_dir)
        self._kept = LastGood(state_dir, chance or SystemChance())
        self._clock: Clock = clock or SystemClock()
        self._missing_since: dict[str, float] = {}
        self._turn = threading.Lock()  # the folder's memory is not for two threads

    async def list(self) -> list[Stored]:
        """Every guild that has a document or a last good one, by guild id. Records nothing."""
        guilds = (await self._alone(self._look)).guilds
        return [guilds[guild_id] for guild_id in sorted(guilds, key=int)]

    async def strays(self) -> tuple[Stray, ...]:
        """The documents whose guild nobody can tell."""
        return tuple((await self._alone(self._look)).strays)

    async def read(self, guild_id: str) -> Stored:
        """One guild's; of state `DEFAULTS` where it has no document."""
        found = (await self._alone(self._look)).guilds.get(guild_id)
        return found or Stored(guild_id, "", "", 0, GuildConfigSpec(), "", (), State.DEFAULTS)

    async def write(
        self, guild_id: str, patch: Mapping[str, Any], expected_version: str, *, dry_run: bool = False
    ) -> Stored:
        """Merge `patch` (RFC 7386: null removes) into the document's spec, keeping comments and order.

        Raises:
            StaleWrite: the file is no longer `expected_version`.
            CannotWrite: the outcome would not pass the check, or the guild has two files.
        """
        change = edit.Edit(guild_id, patch, expected_version, dry_run)
        return await self._alone(lambda: edit.write(self._folder, self._kept, change))

    async def outgrow(self, guild_id: str, published: int) -> Stored | None:
        """Count on from a generation that was published under our uid: the data directory is older than Redis."""
        return await self._alone(lambda: self._outgrow(guild_id, published))

    async def watch(self) -> AsyncGenerator[Change]:
        """Everything there is, then every change, within half a second of its being written."""
        seen: Assembly | None = None
        async with notice.changes(self._root, self._clock) as noticed:
            while True:
                noticed.clear()
                await self._settle()
                outcome = await self._alone(self._take_up)
                change = _difference(seen, outcome)
                seen = outcome
                if change is not None:
                    yield change
                if outcome.gone:
                    await first_of(noticed.wait(), self._clock.sleep(GONE_SECONDS))
                elif not outcome.waiting:
                    await noticed.wait()

    async def _alone[T](self, work: Callable[[], T]) -> T:
        def alone() -> T:
            with self._turn:
                return work()

        return await asyncio.to_thread(alone)

    async def _settle(self) -> None:
        """Wait until nothing changes any more, or we would read half of what an editor is writing."""
        deadline = self._clock.monotonic() + SETTLE_LIMIT_SECONDS
        before = await asyncio.to_thread(self._signatures)
        while self._clock.monotonic() < deadline:
            await self._clock.sleep(SETTLE_SECONDS)
            after = await asyncio.to_thread(self._signatures)
            if after == before:
                return
            before = after

    def _signatures(self) -> dict[Path, Signature] | None:
        try:
            return self._folder.signatures()
        except DirectoryAway:
            return None

    def _look(self) -> Assembly:
        kept = self._kept.all()
        try:
            readings = self._folder.read()
        except DirectoryAway as reason:
            return away(self._root, str(reason), kept)
        return assemble(readings, kept)

    def _take_up(self) -> Assembly:
        """Look, and record what is new and what is surely gone; what is left waiting or gone needs another look."""
        self._create_directory()
        outcome = self._look()
        now = self._clock.monotonic()
        self._missing_since = {guild: self._missing_since.get(guild, now) for guild in outcome.gone}
        surely = [guild for guild, since in self._missing_since.items() if now - since >= GONE_SECONDS]
        if outcome.waiting or surely:
            self._record(outcome, surely)
        outcome.guilds |= outcome.gone
        return outcome

    def _record(self, outcome: Assembly, surely_gone: Iterable[str]) -> None:
        with self._kept.change() as session:
            for guild_id, reading in tuple(outcome.waiting.items()):
                # Changed since it was read: another process may have recorded what is newer.
                if reading.checked.spec and signature(reading.path) == reading.signature:
                    row = session.keep(guild_id, reading.checked.spec, reading.name, reading.version)
                    outcome.guilds[guild_id] = live(row)
                    del outcome.waiting[guild_id]
            rows = session.all() if outcome.waiting else {}
            for guild_id, reading in outcome.waiting.items():
                outcome.guilds[guild_id] = bad(guild_id, reading.version, reading.name, (), rows.get(guild_id))
            for guild_id in surely_gone:
                session.forget(guild_id)
                del outcome.gone[guild_id]

    def _create_directory(self) -> None:
        """Create it where no guild ever had a document; else its absence is an accident, and decides nothing."""
        if not self._root.exists() and not any(row.spec for row in self._kept.all().values()):
            with contextlib.suppress(OSError):
                self._root.mkdir(parents=True, exist_ok=True)

    def _outgrow(self, guild_id: str, published: int) -> Stored | None:
        with self._kept.change() as session:
            row = session.outgrow(guild_id, published)
        return None if row is None or row.spec is None else live(row)


def _difference(before: Assembly | None, after: Assembly) -> Change | None:
    strays = tuple(after.strays)
    if before is None:
        return Change(dict(after.guilds), strays, complete=True)
    guilds: dict[str, Stored | None] = {
        guild_id: stored for guild_id, stored in after.guilds.items() if before.guilds.get(guild_id) != stored
    }
    guilds |= dict.fromkeys(before.guilds.keys() - after.guilds.keys())
    return Change(guilds, strays) if guilds or strays != tuple(before.strays) else None
