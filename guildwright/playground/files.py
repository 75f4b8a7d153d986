"""Uploaded files: in SQLite beside the records, never in memory, and served without a claim to anybody's trust."""

import sqlite3
from collections.abc import Collection

import msgspec

_SCHEMA = "CREATE TABLE IF NOT EXISTS file (id INTEGER PRIMARY KEY, name TEXT, type TEXT, body BLOB)"


class File(msgspec.Struct, frozen=True, kw_only=True):
    """One file as it was uploaded."""

    id: int
    name: str
    type: str
    body: bytes


class Files:
    """A file is written before the record that names it; one that nothing names is swept away at the next start."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.execute(_SCHEMA)

    def keep(self, file: File) -> None:
        """Write it."""
        self._database.execute("INSERT INTO file VALUES (?, ?, ?, ?)", (file.id, file.name, file.type, file.body))

    def read(self, file_id: int) -> File | None:
        """Read it again."""
        row = self._database.execute("SELECT name, type, body FROM file WHERE id = ?", (file_id,)).fetchone()
        return File(id=file_id, name=row[0], type=row[1], body=row[2]) if row else None

    def sweep(self, named: Collection[int]) -> None:
        """Drop all but the named ones."""
        for (file_id,) in self._database.execute("SELECT id FROM file").fetchall():
            if file_id not in named:
                self._database.execute("DELETE FROM file WHERE id = ?", (file_id,))
