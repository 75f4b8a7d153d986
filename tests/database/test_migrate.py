"""Migrations run once, whoever starts them, and leave nothing half done."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from guildwright.platform.database import engine, migrate
from guildwright.platform.jobs import migrations
from guildwright.platform.settings import Settings
from tests.fakes.postgres_server import PostgresServer

pytestmark = pytest.mark.integration

_APP = """
from pathlib import Path
from piccolo.conf.apps import AppConfig
APP_CONFIG = AppConfig("{name}", str(Path(__file__).parent / "migrations"), [], [], [])
"""
_MIGRATION = """
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from guildwright.platform.database.engine import fetch
ID = "{id}"
VERSION = "1"
DESCRIPTION = "test"
async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="{name}", description=DESCRIPTION)
    async def run():
        {body}
    manager.add_raw(run)
    return manager
"""


@pytest.fixture
async def fresh(postgres: PostgresServer) -> AsyncIterator[str]:
    """An empty database: its URL."""
    await engine.open_url(postgres.url)
    await engine.fetch("DROP SCHEMA public CASCADE")
    await engine.fetch("CREATE SCHEMA public")
    yield postgres.url
    await engine.close_database()


_OURS = list(Path(migrations.__file__ or "").parent.glob("jobs_*.py"))


def _app(folder: Path, name: str, *bodies: str) -> str:
    package = folder / name
    (package / "migrations").mkdir(parents=True)
    (package / "piccolo_app.py").write_text(_APP.format(name=name))
    for number, body in enumerate(bodies):
        text = _MIGRATION.format(name=name, id=f"2026-01-0{number + 1}", body=body)
        (package / "migrations" / f"{name}_{number}.py").write_text(text)
    return f"{name}.piccolo_app"


async def _tables() -> set[str]:
    rows = await engine.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {row["tablename"] for row in rows}


async def test_the_first_run_makes_the_tables_and_the_second_finds_nothing_to_do(fresh: str) -> None:
    assert fresh
    assert len(await migrate.run_migrations([])) == len(_OURS)
    assert await _tables() == {"job", "recurring_job", "migration"}
    assert await migrate.run_migrations([]) == []


@pytest.mark.usefixtures("fresh")
async def test_a_features_own_migrations_run_with_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    app = _app(tmp_path, "mig_feature", 'await fetch("CREATE TABLE feature (n int)")')

    assert "mig_feature: 2026-01-01" in await migrate.run_migrations([app])
    assert "feature" in await _tables()


@pytest.mark.usefixtures("fresh")
async def test_a_failing_migration_undoes_the_whole_run_and_names_its_app(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    app = _app(tmp_path, "mig_broken", 'await fetch("CREATE TABLE half (n int)")', 'await fetch("SELECT nonsense")')

    with pytest.raises(migrate.MigrationError, match=r"mig_broken.*nonsense"):
        await migrate.run_migrations([app])

    assert await _tables() == set()


@pytest.mark.usefixtures("fresh")
async def test_migration_folders_do_not_stay_on_the_import_path() -> None:
    before = list(sys.path)
    await migrate.run_migrations([])
    assert sys.path == before


async def test_two_processes_that_start_at_once_both_succeed(fresh: str) -> None:
    both = [await _migrating(fresh) for _ in range(2)]

    assert [await process.wait() for process in both] == [0, 0]
    rows = await engine.fetch("SELECT count(*) AS n FROM migration")
    assert rows[0]["n"] == len(_OURS)


async def test_a_process_waits_while_another_one_migrates(fresh: str) -> None:
    async with engine.transaction():
        await engine.fetch("SELECT pg_advisory_xact_lock($1)", migrate.LOCK)
        process = await _migrating(fresh)
        async with asyncio.timeout(20):
            while not (await engine.fetch("SELECT count(*) AS n FROM pg_locks WHERE NOT granted"))[0]["n"]:  # noqa: ASYNC110  in another process
                await asyncio.sleep(0.05)
        assert await _tables() == set()

    assert await process.wait() == 0
    assert "job" in await _tables()


async def _migrating(url: str) -> asyncio.subprocess.Process:
    code = (
        "from guildwright.platform.database.migrate import migrate; from guildwright.platform.settings import Settings;"
        f"raise SystemExit(migrate(Settings(database_url={url!r})))"
    )
    return await asyncio.create_subprocess_exec(sys.executable, "-c", code)


def test_without_a_database_the_command_says_so_and_fails() -> None:
    assert migrate.migrate(Settings(database_url=None)) == 1
