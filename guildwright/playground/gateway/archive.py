"""Sessions on disk, so that a bot's RESUME succeeds after the playground was killed and started again.

What a session is told lies here and not in memory. It is written in the transaction of the change that it tells of, and
sent after that, so a client never knows of an event that is not here. Only a fault in the telling itself leaves a gap:
then every session is forgotten at the next start, and the bot is honestly asked to start again.
"""

import sqlite3
from collections.abc import Iterator

import msgspec

from guildwright.playground.bits import Intent
from guildwright.playground.gateway.session import LARGE_THRESHOLD, REMEMBERED_EVENTS, Frame, Session
from guildwright.playground.turn import Turn

# An event's key is its session's number and its own sequence: appending to such a table is what SQLite does fastest.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS shard_session (number INTEGER PRIMARY KEY, id TEXT UNIQUE, body BLOB);
CREATE TABLE IF NOT EXISTS shard_event (key INTEGER PRIMARY KEY, name TEXT, frame BLOB);
CREATE TABLE IF NOT EXISTS announcing (yes INTEGER);
"""
_TABLES = ("announcing", "shard_event", "shard_session")
_FORMER = ("told", "session")
_TELL = "INSERT INTO shard_event VALUES (?, ?, ?)"
_SINCE = "SELECT name, frame FROM shard_event WHERE key > ? AND key < ? ORDER BY key"
_FORGET = "DELETE FROM shard_event WHERE key >= ? AND key <= ?"
_SEQUENCES = 1 << 40
_TRIMMED_EVERY = 1000


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What a session asked for."""

    intents: int
    shard: tuple[int, int]
    properties: dict[str, object]
    presence: dict[str, object] | None = None
    large_threshold: int = LARGE_THRESHOLD
    arriving: bool = False


class Archive:
    """Only the write-ahead log is appended to, never synced."""

    def __init__(self, database: sqlite3.Connection, turn: Turn) -> None:
        """Read what a former run left; nothing if that may have gaps."""
        self._database = database
        self._turn = turn
        database.executescript(_SCHEMA)
        for table in _FORMER:
            database.execute(f"DROP TABLE IF EXISTS {table}")
        if database.execute("SELECT 1 FROM announcing").fetchone():
            for table in _TABLES:
                database.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
        rows = database.execute("SELECT number, id, body FROM shard_session").fetchall()
        self.sessions = [session for row in rows if (session := self._read(*row))]

    def _read(self, number: int, session_id: str, body: bytes) -> Session | None:
        kept = msgspec.json.decode(body, type=Kept)
        if kept.arriving:  # it will never be told of the guilds that were left
            self._forget(number)
            return None
        session = Session(session_id, Intent(kept.intents), kept.shard, kept.properties, self)
        session.number = number
        session.presence = kept.presence
        session.large_threshold = kept.large_threshold
        bounds = "SELECT min(key), max(key) FROM shard_event WHERE key >= ? AND key < ?"
        first, last = self._database.execute(bounds, (number * _SEQUENCES, (number + 1) * _SEQUENCES)).fetchone()
        session.forgotten, session.sequence = (first or 1) % _SEQUENCES - 1, (last or 0) % _SEQUENCES
        return session

    def keep(self, session: Session) -> None:
        """A session begins, or says something new of itself."""
        kept = Kept(
            intents=int(session.intents),
            shard=session.shard,
            properties=session.properties,
            presence=session.presence,
            large_threshold=session.large_threshold,
            arriving=bool(session.arriving),
        )
        self._turn.begin()
        row = (session.number or None, session.id, msgspec.json.encode(kept))
        kept_at = self._database.execute("INSERT OR REPLACE INTO shard_session VALUES (?, ?, ?)", row).lastrowid
        session.number = kept_at or session.number
        self._turn.end()

    def told(self, session: Session, frame: Frame) -> None:
        """A session is told something; the oldest is forgotten."""
        start, sequence = session.number * _SEQUENCES, session.sequence
        self._turn.begin()
        self._database.execute(_TELL, (start + sequence, frame.name, frame.raw))
        if sequence % _TRIMMED_EVERY == 0 and sequence > REMEMBERED_EVENTS:
            session.forgotten = sequence - REMEMBERED_EVENTS
            self._database.execute(_FORGET, (start, start + session.forgotten))
        self._turn.end()

    def since(self, session: Session, sequence: int) -> Iterator[Frame]:
        """What a session was told after that."""
        start = session.number * _SEQUENCES
        rows = self._database.execute(_SINCE, (start + sequence, start + _SEQUENCES))
        yield from (Frame(name, raw) for name, raw in rows.fetchall())

    def forget(self, session: Session) -> None:
        """A session is over."""
        self._turn.begin()
        self._forget(session.number)
        self._turn.end()

    def _forget(self, number: int) -> None:
        start = number * _SEQUENCES
        self._database.execute("DELETE FROM shard_session WHERE number = ?", (number,))
        self._database.execute(_FORGET, (start, start + _SEQUENCES - 1))

    def has_a_gap(self) -> None:
        """Something true was never told."""
        self._turn.begin()
        self._database.execute("INSERT INTO announcing VALUES (1)")
        self._turn.end()
