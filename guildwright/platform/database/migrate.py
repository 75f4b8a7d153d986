"""Brings the database up to the code: every app's migrations, in one transaction, by one process at a time.

Piccolo takes no lock of its own, and two processes that migrate at once would both create every table. The advisory
lock belongs to the transaction, so a killed process leaves neither a lock nor half a schema.
"""

import asyncio
import contextlib
import io
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

import asyncpg
import structlog
from piccolo.apps.migrations.commands.forwards import ForwardsMigrationManager
from piccolo.conf.apps import AppConfig

from guildwright.platform.database.engine import close_database, fetch, open_database, transaction, wait_until_up

if TYPE_CHECKING:
    from guildwright.platform.settings import Settings

PLATFORM_APPS = ("guildwright.platform.jobs.piccolo_app",)
LOCK = 0x6775696C64  # "guild": the number that every migrating process agrees on
_WAIT_SECONDS = 30.0

_log = structlog.get_logger("guildwright.migrate")


class MigrationError(Exception):
    """A migration could not be applied; nothing of this run was kept."""


async def run_migrations(apps: Sequence[str]) -> list[str]:
    """Apply what is missing of the platform's apps and of `apps` (paths of `piccolo_app` modules), in that order.

    Returns:
        `app: migration id` of each one applied now. Empty when the database was up to date.

    Raises:
        MigrationError: naming the app; the database is as it was before.
    """
    configs = [import_module(path).APP_CONFIG for path in (*PLATFORM_APPS, *apps)]
    async with transaction():
        await fetch("SELECT pg_advisory_xact_lock($1)", LOCK)
        # The lock makes us wait for a migrating neighbour, but never longer than this for a table in use.
        await fetch("SELECT set_config('lock_timeout', '20s', true)")
        before = await _applied()
        for config in configs:
            await _apply(config)
        return sorted(await _applied() - before)


async def _apply(config: AppConfig) -> None:
    manager = ForwardsMigrationManager(app_name=config.app_name)
    talk = io.StringIO()
    try:
        with contextlib.redirect_stdout(talk), _path_restored():
            await manager.create_migration_table()
            result = await manager.run_migrations(config)
    except Exception as error:
        raise MigrationError(f"{config.app_name}: {type(error).__name__}: {error}") from error
    finally:
        _log.debug("piccolo", app=config.app_name, said=talk.getvalue())
    if not result.success:
        raise MigrationError(f"{config.app_name}: {result.message}")


async def _applied() -> set[str]:
    if (await fetch("SELECT to_regclass('migration') IS NULL AS missing"))[0]["missing"]:
        return set()
    return {f"{row['app_name']}: {row['name']}" for row in await fetch("SELECT app_name, name FROM migration")}


@contextlib.contextmanager
def _path_restored() -> Iterator[None]:
    """Piccolo puts each migrations folder on `sys.path`, where its files could shadow other modules."""
    kept = list(sys.path)
    try:
        yield
    finally:
        sys.path[:] = kept


async def _migrate(settings: "Settings", apps: Sequence[str]) -> list[str]:
    await open_database(settings, pool_size=2)
    try:
        gave_up = asyncio.Event()
        asyncio.get_running_loop().call_later(_WAIT_SECONDS, gave_up.set)
        if not await wait_until_up(gave_up):
            raise MigrationError(f"PostgreSQL did not answer for {_WAIT_SECONDS:.0f} s at DATABASE_URL; is it running?")
        return await run_migrations(apps)
    finally:
        await close_database()


def migrate(settings: "Settings", apps: Sequence[str] = ()) -> int:
    """The `guildwright migrate` command: 0 when the database fits the code, 1 with a logged reason otherwise."""
    try:
        applied = asyncio.run(_migrate(settings, apps))
    except (MigrationError, ValueError, OSError, asyncpg.PostgresError) as error:
        _log.error("the database was not changed", reason=str(error))
        return 1
    _log.info("the database fits the code", applied=applied or "nothing was missing")
    return 0
