"""Everything the playground remembers: read from memory, written through to SQLite before an answer leaves.

A `Change` collects what a request does. It becomes true as a whole, with its announcements, in the transaction of its
turn (see `turn`), and nobody hears of it before that is on disk; so a `kill -9` at any moment leaves either all of an
effect, with its count, or nothing.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from guildwright.playground.files import Files
from guildwright.playground.gateway.archive import Archive
from guildwright.playground.memory import Memory
from guildwright.playground.records import KINDS, Effect, Record
from guildwright.playground.turn import Turn

_SCHEMA = "CREATE TABLE IF NOT EXISTS record (kind TEXT, key TEXT, body BLOB, PRIMARY KEY (kind, key)) WITHOUT ROWID"
# Exclusive: two playgrounds on one file would each answer from a memory of their own.
# The log may grow to 40 MB before it is folded in, which takes a sync of the disk.
_PRAGMAS = ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = NORMAL", "wal_autocheckpoint = 10000")
_PUT = "INSERT INTO record VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body"
_DELETE = "DELETE FROM record WHERE kind = ? AND key = ?"


class Unreadable(Exception):  # noqa: N818 - reads as the sentence it ends
    """The file cannot be used; the message says why, and what to do."""


class Change:
    """What one request does to the state, not yet true."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.writes: dict[tuple[str, str], Record | None] = {}
        self.dropped: list[Record] = []
        self.announcements: list[Callable[[], None]] = []

    def put[R: Record](self, record: R) -> R:
        """Keep the record, replacing the one with its key."""
        self.writes[record.kind, record.key] = record
        return record

    def drop(self, record: Record) -> None:
        """Forget the record."""
        self.writes[record.kind, record.key] = None
        self.dropped.append(record)

    def count(self, name: str, guild_id: int | None = None, channel_id: int | None = None, times: int = 1) -> None:
        """Count an effect at its place."""
        fresh = Effect(name=name, guild_id=guild_id, channel_id=channel_id, count=times)
        known = self.writes.get((Effect.kind, fresh.key)) or self._memory.effects.get(fresh.key)
        if isinstance(known, Effect):
            fresh = msgspec.structs.replace(known, count=known.count + times)
        self.put(fresh)

    def announce(self, announcement: Callable[[], None]) -> None:
        """Call this once the change is true."""
        self.announcements.append(announcement)


class Store:
    """Memory in front of one SQLite file."""

    def __init__(self, file: Path | None) -> None:
        """Open, and read everything. Without a file nothing outlives the process.

        Raises:
            Unreadable: the file is in use, or is not one of ours.
        """
        self.memory = Memory()
        try:
            self._database = sqlite3.connect(file or ":memory:", isolation_level=None, timeout=1)
            for pragma in _PRAGMAS:
                self._database.execute(f"PRAGMA {pragma}")
            self._database.execute(_SCHEMA)
            self._read()
            self._turn = Turn(self._database)
            self.archive = Archive(self._database, self._turn)
            self.files = Files(self._database)
            self.files.sweep(self.memory.named_files())
        except sqlite3.OperationalError as fault:
            raise Unreadable(f"{file}: {fault}; does another playground use it?") from None
        except (sqlite3.DatabaseError, msgspec.ValidationError, msgspec.DecodeError, KeyError) as fault:
            raise Unreadable(f"{file} is not this playground's: {fault}. Move it away to start afresh.") from None

    def _read(self) -> None:
        decoders = {kind.kind: msgspec.json.Decoder(kind) for kind in KINDS}
        rows = self._database.execute("SELECT kind, body FROM record").fetchall()
        records = [decoders[kind].decode(body) for kind, body in rows]
        for record in sorted(records, key=lambda record: getattr(record, "id", 0)):
            self.memory.apply(record)

    @contextmanager
    def change(self) -> Iterator[Change]:
        """Collect a change; it becomes true when the block ends without an exception."""
        change = Change(self.memory)
        yield change
        self._commit(change)

    def _commit(self, change: Change) -> None:
        rows = [(place, msgspec.json.encode(record) if record else None) for place, record in change.writes.items()]
        self._turn.begin()
        try:
            self._write(rows)
            self._remember(change)
            self._announce(change)
        finally:
            self._turn.end()

    def _write(self, rows: list[tuple[tuple[str, str], bytes | None]]) -> None:
        if len(rows) == 1:  # one statement is whole by itself
            self._put(*rows[0])
            return
        self._database.execute("SAVEPOINT change")
        try:
            for place, body in rows:
                self._put(place, body)
        except BaseException:
            self._database.execute("ROLLBACK TO change")
            raise
        finally:
            self._database.execute("RELEASE change")

    def _put(self, place: tuple[str, str], body: bytes | None) -> None:
        if body is None:
            self._database.execute(_DELETE, place)
        else:
            self._database.execute(_PUT, (*place, body))

    def _remember(self, change: Change) -> None:
        for record in change.dropped:
            if change.writes[record.kind, record.key] is None:
                self.memory.forget(record)
        for kept in change.writes.values():
            if kept is not None:
                self.memory.apply(kept)

    def _announce(self, change: Change) -> None:
        try:
            for announcement in change.announcements:
                announcement()
        except BaseException:
            self.archive.has_a_gap()
            raise

    def flush(self) -> None:
        """Make all that was changed outlive a kill; called before anything leaves the process."""
        self._turn.flush()

    def close(self) -> None:
        """Close the file."""
        self._turn.flush()
        self._database.close()
