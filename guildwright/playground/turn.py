"""One SQLite transaction for all that a turn of the event loop changes: a commit costs more than what is in it.

Nothing leaves the process while one is open: whoever sends bytes to anybody calls `flush` first. So a `kill -9` takes
away only what nobody was told of.
"""

import asyncio
import sqlite3


class Turn:
    """The transaction of this turn. Without a running event loop every outermost `begin` … `end` is one."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._open = False
        self._ends_itself = False
        self._depth = 0

    def begin(self) -> None:
        """Something is about to be written; `end` follows, whatever happens."""
        self._depth += 1
        if self._open:
            return
        self._database.execute("BEGIN")
        self._open = True
        try:
            asyncio.get_running_loop().call_soon(self.flush)
        except RuntimeError:
            self._ends_itself = False
        else:
            self._ends_itself = True

    def end(self) -> None:
        """It was written."""
        self._depth -= 1
        if not self._ends_itself and self._depth == 0:
            self.flush()

    def flush(self) -> None:
        """Commit what is open."""
        if self._open:
            self._open = False
            self._database.execute("COMMIT")
