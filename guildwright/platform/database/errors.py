"""Tells "the server is away" from "the statement is wrong": the first is waited out, the second is a fault."""

import asyncpg

_AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.TooManyConnectionsError,
    asyncpg.DiskFullError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InternalClientError,  # a connection that died while nobody was looking, used before asyncpg knows
)
# Most often a lock that somebody holds, or a slow disk; it may as well be the statement.
_GAVE_UP = (
    asyncpg.QueryCanceledError,  # the server's own statement_timeout
    asyncpg.LockNotAvailableError,  # its lock_timeout
    asyncpg.InsufficientResourcesError,  # of memory, say
)
# asyncpg reports a connection that died under it as an InterfaceError, the same class as a misuse of its API.
_DIED = ("connection is closed", "connection was closed", "connection has been released", "pool is closing")


def is_database_away(error: BaseException) -> bool:
    """Whether waiting for PostgreSQL to come back is the cure."""
    if isinstance(error, asyncpg.InternalClientError):  # a statement was sent just as the connection broke
        return "cannot switch to state" in str(error)
    if isinstance(error, asyncpg.InterfaceError):
        return any(words in str(error) for words in _DIED)
    return isinstance(error, _AWAY) or has_given_up(error)


def has_given_up(error: BaseException) -> bool:
    """Whether PostgreSQL answers, and gave up this statement: waiting may be the cure."""
    return isinstance(error, _GAVE_UP) and not isinstance(error, _AWAY)
