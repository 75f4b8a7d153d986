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

_SCHEMA = """
CREATE TABLE IF NOT EXISTS session (id TEXT PRIMARY KEY, body BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS event (session TEXT, sequence INTEGER, name TEXT, frame BLOB,
    PRIMARY KEY (session, sequence)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS announcing (yes INTEGER);
"""
_TELL = "INSERT INTO event VALUES (?, ?, ?, ?)"
_SINCE = "SELECT name, frame FROM event WHERE session = ? AND sequence > ? ORDER BY sequence"
_TRIMMED_EVERY = 1000


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What a session asked for."""

    intents: int
    shard: tuple[int, int]
    properties: dict[str, object]
    presence: dict[str, object] | None = None
    large_threshold: int = LARGE_THRESHOLD


class Archive:
    """Only the write-ahead log is appended to, never synced."""

    def __init__(self, database: sqlite3.Connection, turn: Turn) -> None:
        """Read what a former run left; nothing if that may have gaps."""
        self._database = database
        self._turn = turn
        database.executescript(_SCHEMA)
        former = database.execute("SELECT 1 FROM sqlite_master WHERE name = 'told'").fetchone()
        if former or database.execute("SELECT 1 FROM announcing").fetchone():
            database.execute("DROP TABLE IF EXISTS told")  # how it was kept before
            for table in ("announcing", "event", "session"):
                database.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
        self.sessions = [self._read(*row) for row in database.execute("SELECT id, body FROM session").fetchall()]

    def _read(self, session_id: str, body: bytes) -> Session:
        kept = msgspec.json.decode(body, type=Kept)
        session = Session(session_id, Intent(kept.intents), kept.shard, kept.properties, self)
        session.presence = kept.presence
        session.large_threshold = kept.large_threshold
        told = self._database.execute("SELECT min(sequence), max(sequence) FROM event WHERE session = ?", (session_id,))
        first, last = told.fetchone()
        session.forgotten, session.sequence = (first or 1) - 1, last or 0
        return session

    def keep(self, session: Session) -> None:
        """A session begins, or says something new of itself."""
        kept = Kept(
            intents=int(session.intents),
            shard=session.shard,
            properties=session.properties,
            presence=session.presence,
            large_threshold=session.large_threshold,
        )
        self._turn.begin()
        self._database.execute("INSERT OR REPLACE INTO session VALUES (?, ?)", (session.id, msgspec.json.encode(kept)))
        self._turn.end()

    def told(self, session: Session, frame: Frame) -> None:
        """A session is told something; the oldest is forgotten."""
        self._turn.begin()
        self._database.execute(_TELL, (session.id, session.sequence, frame.name, frame.raw))
        if session.sequence % _TRIMMED_EVERY == 0:
            last = session.sequence - REMEMBERED_EVENTS
            self._database.execute("DELETE FROM event WHERE session = ? AND sequence <= ?", (session.id, last))
            session.forgotten = max(session.forgotten, last)
        self._turn.end()

    def since(self, session: Session, sequence: int) -> Iterator[Frame]:
        """What a session was told after that."""
        rows = self._database.execute(_SINCE, (session.id, sequence))
        yield from (Frame(name, raw) for name, raw in rows.fetchall())

    def forget(self, session: Session) -> None:
        """A session is over."""
        self._turn.begin()
        self._database.execute("DELETE FROM session WHERE id = ?", (session.id,))
        self._database.execute("DELETE FROM event WHERE session = ?", (session.id,))
        self._turn.end()

    def has_a_gap(self) -> None:
        """Something true was never told."""
        self._turn.begin()
        self._database.execute("INSERT INTO announcing VALUES (1)")
        self._turn.end()
