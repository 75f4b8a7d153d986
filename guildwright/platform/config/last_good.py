"""What each guild's document last said that could be used, with its uid and generation, on disk.

It outlives restarts, a flushed Redis and a broken file. SQLite, because a generation must never be counted twice,
whoever is killed at whatever moment, and because an editor in another process takes part.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import structlog
from pydantic import ValidationError

from guildwright.platform.chance import Chance
from guildwright.platform.config.store import StoreAway
from guildwright_crds.compile import compile_config
from guildwright_crds.guild_config import GuildConfigSpec

FILE = "last-good.sqlite3"
_WAIT_SECONDS = 10.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS kept (
  guild_id TEXT PRIMARY KEY,
  uid TEXT NOT NULL,
  generation INTEGER NOT NULL,
  content TEXT NOT NULL,
  source TEXT NOT NULL,
  version TEXT NOT NULL,
  spec TEXT
) WITHOUT ROWID
"""
_log = structlog.get_logger(__name__)


class LastGoodAway(StoreAway, OSError):  # noqa: N818  beside StoreAway
    """The file cannot be used just now: no room, no right, or another process holds it."""


@dataclass(frozen=True)
class Kept:
    """One guild's row. `content` is a digest of the compiled record; `spec` None means that the document is gone.

    The row of a gone document stays: should it come back, its generation continues.
    """

    guild_id: str
    uid: str
    generation: int
    content: str
    source: str
    version: str
    spec: GuildConfigSpec | None


class LastGood:
    """The rows. Every method opens and closes the file, so that threads and processes may share it."""

    def __init__(self, folder: Path, chance: Chance) -> None:
        self.path = folder / FILE
        self._chance = chance

    def all(self) -> dict[str, Kept]:
        """Every row by guild id; nothing where nothing was ever kept.

        Raises:
            LastGoodAway: the file cannot be read.
        """
        if not self.path.exists():
            return {}
        with self._open() as database:
            return _rows(database)

    @contextmanager
    def change(self) -> Iterator["Session"]:
        """Change rows, alone: others wait. All of it or, after an exception, none of it is kept.

        Raises:
            LastGoodAway: the file cannot be written.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._open() as database:
            database.execute("BEGIN IMMEDIATE")
            try:
                yield Session(database, self._chance)
            except BaseException:
                if database.in_transaction:  # a full disk has ended it already
                    database.execute("ROLLBACK")
                raise
            database.execute("COMMIT")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(self._connected()) as database:
                yield database
        except sqlite3.OperationalError as error:
            raise LastGoodAway(
                f"{self.path} cannot be used: {error}; its folder needs room and the right to write, or name another"
                " with --data"
            ) from error

    def _connected(self) -> sqlite3.Connection:
        try:
            return self._connect()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            self._set_aside(error)
            return self._connect()

    def _connect(self) -> sqlite3.Connection:
        database = sqlite3.connect(self.path, timeout=_WAIT_SECONDS, isolation_level=None)
        try:
            database.execute("PRAGMA synchronous = FULL")
            if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'kept'").fetchone():
                database.execute(_SCHEMA)
        except BaseException:
            database.close()
            raise
        return database

    def _set_aside(self, error: Exception) -> None:
        """Start anew: fresh uids make every reader take the documents as they are now."""
        aside = self.path.with_name(f"{FILE}.broken-{self._chance.token()[:8]}")
        self.path.replace(aside)
        _log.error("the last good configs cannot be read and were set aside", file=str(aside), why=str(error))


class Session:
    """The rows while nobody else can change them."""

    def __init__(self, database: sqlite3.Connection, chance: Chance) -> None:
        self._database = database
        self._chance = chance

    def all(self) -> dict[str, Kept]:
        """Every row by guild id."""
        return _rows(self._database)

    def keep(self, guild_id: str, spec: GuildConfigSpec, source: str, version: str) -> Kept:
        """Record a document that can be used. Its generation rises only when what it compiles to differs."""
        old = self._row(guild_id)
        content = digest(guild_id, spec)
        if old is None:
            new = Kept(guild_id, self._chance.token(), 1, content, source, version, spec)
        else:
            changed = old.content != content or old.spec is None
            new = Kept(guild_id, old.uid, old.generation + changed, content, source, version, spec)
        if new != old:
            self._write(new)
        return new

    def forget(self, guild_id: str) -> None:
        """Record that the document is gone."""
        self._database.execute("UPDATE kept SET spec = NULL, source = '', version = '' WHERE guild_id = ?", (guild_id,))

    def outgrow(self, guild_id: str, published: int) -> Kept | None:
        """Let the generation rise above one that was published; None where nothing is kept."""
        old = self._row(guild_id)
        if old is None or old.spec is None:
            return old
        generation = max(old.generation, published + 1)
        self._database.execute("UPDATE kept SET generation = ? WHERE guild_id = ?", (generation, guild_id))
        return self._row(guild_id)

    def _row(self, guild_id: str) -> Kept | None:
        found = self._database.execute("SELECT * FROM kept WHERE guild_id = ?", (guild_id,)).fetchone()
        return None if found is None else _kept(found)

    def _write(self, row: Kept) -> None:
        spec = None if row.spec is None else row.spec.model_dump_json(by_alias=True, exclude_unset=True)
        self._database.execute(
            "INSERT OR REPLACE INTO kept (guild_id, uid, generation, content, source, version, spec)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (row.guild_id, row.uid, row.generation, row.content, row.source, row.version, spec),
        )


def digest(guild_id: str, spec: GuildConfigSpec) -> str:
    """The name of what a document compiles to, whatever its comments, order and generation."""
    return sha256(compile_config(guild_id, spec, uid="", generation=0).to_json()).hexdigest()


def _rows(database: sqlite3.Connection) -> dict[str, Kept]:
    return {row[0]: _kept(row) for row in database.execute("SELECT * FROM kept ORDER BY guild_id")}


def _kept(row: tuple[str, str, int, str, str, str, str | None]) -> Kept:
    guild_id, uid, generation, content, source, version, stored = row
    spec = None
    if stored is not None:
        try:
            spec = GuildConfigSpec.model_validate(json.loads(stored))
        except (ValidationError, ValueError) as error:
            # Config models only ever grow, so this is damage, not an upgrade. The generation still counts on.
            _log.error("a last good config cannot be used", guild=guild_id, why=str(error))
    return Kept(guild_id, uid, generation, content, source, version, spec)
