"""Sessions on disk, so that a bot's RESUME succeeds after the playground was killed and started again.

An event is kept before it is sent, so a client never knows of one that is not here. What a change announces follows its
own transaction: between the two `announcing` is true, and whoever finds it true at a start knows that something may
never have been told. Then every session is forgotten, and the bot is honestly asked to start again.
"""

import sqlite3
from typing import TYPE_CHECKING

import msgspec

from guildwright.playground.bits import Intent
from guildwright.playground.gateway.session import REMEMBERED_EVENTS, Session
from guildwright.playground.reading import decode

if TYPE_CHECKING:
    from guildwright.playground.records import Json

_SCHEMA = """
CREATE TABLE IF NOT EXISTS session (id TEXT PRIMARY KEY, body BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS told (session TEXT, sequence INTEGER, payload BLOB, PRIMARY KEY (session, sequence))
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS announcing (yes INTEGER);
"""
_TRIMMED_EVERY = 500


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What a session asked for."""

    intents: int
    shard: tuple[int, int]
    properties: dict[str, object]
    presence: dict[str, object] | None = None


class Archive:
    """Written through, one small transaction for each event; only the write-ahead log is appended to, never synced."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Read what a former run left; nothing if that may have gaps."""
        self._database = database
        self._announcing = 0
        database.executescript(_SCHEMA)
        if database.execute("SELECT 1 FROM announcing").fetchone():
            for table in ("announcing", "told", "session"):
                database.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
        self.sessions = [self._read(*row) for row in database.execute("SELECT id, body FROM session").fetchall()]

    def _read(self, session_id: str, body: bytes) -> Session:
        kept = msgspec.json.decode(body, type=Kept)
        session = Session(session_id, Intent(kept.intents), kept.shard, kept.properties, self)
        session.presence = kept.presence
        rows = self._database.execute(
            "SELECT sequence, payload FROM told WHERE session = ? ORDER BY sequence", (session_id,)
        )
        session.recall([(sequence, decode(payload)) for sequence, payload in rows])
        return session

    def keep(self, session: Session) -> None:
        """A session begins, or says something new of itself."""
        kept = Kept(
            intents=int(session.intents),
            shard=session.shard,
            properties=session.properties,
            presence=session.presence,
        )
        self._database.execute("INSERT OR REPLACE INTO session VALUES (?, ?)", (session.id, msgspec.json.encode(kept)))

    def told(self, session: Session, payload: "Json") -> None:
        """A session is told something; the oldest is forgotten."""
        row = (session.id, session.sequence, msgspec.json.encode(payload))
        self._database.execute("INSERT INTO told VALUES (?, ?, ?)", row)
        if session.sequence % _TRIMMED_EVERY == 0:
            last = session.sequence - REMEMBERED_EVENTS
            self._database.execute("DELETE FROM told WHERE session = ? AND sequence <= ?", (session.id, last))

    def forget(self, session: Session) -> None:
        """A session is over."""
        self._database.execute("DELETE FROM session WHERE id = ?", (session.id,))
        self._database.execute("DELETE FROM told WHERE session = ?", (session.id,))

    def will_announce(self) -> None:
        """Called within a change's transaction: it will be told once it is true."""
        if self._announcing == 0:
            self._database.execute("INSERT INTO announcing VALUES (1)")
        self._announcing += 1

    def has_announced(self) -> None:
        """All of the change was told."""
        self._announcing -= 1
        if self._announcing == 0:
            self._database.execute("DELETE FROM announcing")
