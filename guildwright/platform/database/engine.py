"""One PostgreSQL engine per process, which outlives every restart of the server behind it.

Piccolo looks its engine up by module name, so there is exactly one, made here without a connection and pointed
at a server by `open_database`. Connections are made when they are needed: a process starts, and stays alive, while
PostgreSQL is away.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, cast

import asyncpg
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction

from guildwright.platform.database.errors import is_database_away

if TYPE_CHECKING:
    from guildwright.platform.settings import Settings

os.environ.setdefault("PICCOLO_CONF", "guildwright.platform.database.piccolo_conf")

_POOL_SIZE = 10
_QUERY_TIMEOUT = 30.0
_STATEMENT_TIMEOUT = "28s"  # the server's: of ours nobody could tell whether the handler or a lock was slow
_CONNECT_TIMEOUT = 5.0


class _Transaction(PostgresTransaction):
    """A transaction that gives its connection back even when the server died before, in or after it."""

    async def __aenter__(self) -> PostgresTransaction:
        if self._parent is not None:
            return self._parent
        self.connection = await self.get_connection()  # type: ignore[no-untyped-call]
        try:
            self.transaction = self.connection.transaction()
            await self.begin()  # type: ignore[no-untyped-call]
        except BaseException:
            await self._leave(broken=True)
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(self, exception_type: object, exception: object, traceback: object) -> bool:
        if self._parent is not None:
            return exception is None
        broken = True
        try:
            broken = await self._settle(failed=exception is not None)
        finally:
            self.engine.current_transaction.reset(self.context)
            await self._leave(broken=broken)
        return False

    async def _settle(self, *, failed: bool) -> bool:
        """Commit or roll back; whether the connection is of no more use."""
        if self._committed or self._rolled_back:
            return False
        if not failed:
            await self.commit()  # type: ignore[no-untyped-call]
            return False
        try:
            await self.rollback()  # type: ignore[no-untyped-call]
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
            # The server undoes what it never saw committed; this must not hide the first error.
            return True
        return False

    async def _leave(self, *, broken: bool) -> None:
        if broken:
            self.connection.terminate()
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await (self.engine.pool.release(self.connection) if self.engine.pool else self.connection.close())


class _Connection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg has no types
    """One that is not asked to forget its session's settings each time it goes back to the pool.

    We change none but those of a transaction, and that question would be half of all statements.
    """

    def get_reset_query(self) -> str:
        return ""


class _Engine(PostgresEngine):
    async def check_version(self) -> None:
        """Piccolo asks the server while this module is imported, when there is none to ask."""

    def transaction(self, allow_nested: bool = True) -> PostgresTransaction:
        return _Transaction(engine=self, allow_nested=allow_nested)


DB = _Engine(config={})


def _config(url: str) -> dict[str, Any]:
    return {
        "dsn": url,
        "timeout": _CONNECT_TIMEOUT,
        "command_timeout": _QUERY_TIMEOUT,
        "connection_class": _Connection,
        # A process that hangs in the middle of a transaction must not keep its locks.
        "server_settings": {
            "application_name": "guildwright",
            "idle_in_transaction_session_timeout": "25s",
            "statement_timeout": _STATEMENT_TIMEOUT,
            # A plan made while a table was empty reads all of it, and would be kept while the table grows.
            "plan_cache_mode": "force_custom_plan",
        },
    }


async def open_database(settings: "Settings", *, pool_size: int = _POOL_SIZE) -> None:
    """Point the engine at `DATABASE_URL`. Nothing is connected yet, so this works while the server is away.

    Raises:
        ValueError: when the settings name no database.
    """
    if settings.database_url is None:
        raise ValueError("DATABASE_URL is not set: `guildwright up` sets it, or give postgresql://user@host/database")
    await open_url(settings.database_url.get_secret_value(), pool_size=pool_size)


async def open_url(url: str, *, pool_size: int = _POOL_SIZE) -> None:
    """Point the engine at a PostgreSQL URL (a unix socket is `postgresql://user@/database?host=/folder`)."""
    await close_database()
    DB.config = _config(url)
    DB.pool = await asyncpg.create_pool(**DB.config, min_size=0, max_size=pool_size)


async def close_database() -> None:
    """Close every connection of the pool; those that a dead server left are dropped."""
    pool, DB.pool = DB.pool, None
    if pool is None:
        return
    try:
        await asyncio.wait_for(pool.close(), timeout=0.5)
    except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        pool.terminate()


@asynccontextmanager
async def transaction() -> AsyncIterator[None]:
    """All statements of the block commit together or not at all. Never hold one across a Discord call."""
    async with DB.transaction():
        yield


@asynccontextmanager
async def savepoint() -> AsyncIterator[None]:
    """Inside a `transaction()`: when the block raises, what it wrote is undone, and what came before it is kept."""
    current = DB.current_transaction.get()
    if current is None:
        raise RuntimeError("a savepoint lies inside a transaction")
    async with current.connection.transaction():
        yield


def in_transaction() -> bool:
    """Whether the caller is inside a `transaction()` block."""
    return DB.current_transaction.get() is not None


async def fetch(sql: str, *args: object) -> list[dict[str, Any]]:
    """Rows of one statement with `$1` placeholders, inside the current transaction when there is one."""
    current = DB.current_transaction.get()
    if current is not None:
        rows = await current.connection.fetch(sql, *args)
    elif DB.pool is not None:
        rows = await DB.pool.fetch(sql, *args)
    else:
        raise ValueError("the database is not open: call open_database first")
    return [dict(row) for row in cast("Sequence[Any]", rows)]


async def connect() -> Any:  # noqa: ANN401  asyncpg has no types
    """A connection of one's own, outside the pool: for LISTEN."""
    return await DB.get_new_connection()


async def ping() -> None:
    """Return when the server answers a query; raise what it raised otherwise."""
    await asyncio.wait_for(fetch("SELECT 1"), timeout=2.0)


async def is_up() -> bool:
    """Whether the server answers now."""
    try:
        await ping()
    except Exception as error:
        if not is_database_away(error):
            raise
        return False
    return True


async def wait_until_up(stopped: asyncio.Event, *, pause: float = 0.25) -> bool:
    """Poll until the server answers: True. False when `stopped` is set first."""
    while not stopped.is_set():
        if await is_up():
            return True
        with suppress(TimeoutError):
            await asyncio.wait_for(stopped.wait(), timeout=pause)
    return False
