"""The embedded PostgreSQL is durable, comes back after a power cut, and asks for no more than it needs."""

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from guildwright.platform.database import embedded
from tests.fakes.postgres_server import PostgresServer, postgres_server

pytestmark = pytest.mark.integration
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another user")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short name."""
    path = Path(tempfile.mkdtemp(prefix="gw-pg-"))
    yield path
    shutil.rmtree(path)


async def _query(url: str, sql: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_it_is_version_18_durable_and_reached_by_socket_alone(postgres: PostgresServer) -> None:
    assert str(await _query(postgres.url, "SHOW server_version")).startswith("18")
    assert await _query(postgres.url, "SHOW fsync") == "on"
    assert await _query(postgres.url, "SHOW synchronous_commit") == "on"
    assert await _query(postgres.url, "SHOW full_page_writes") == "on"
    assert await _query(postgres.url, "SHOW listen_addresses") == ""


async def test_nobody_but_its_owner_gets_at_the_data_or_the_socket(postgres: PostgresServer) -> None:
    for folder in (postgres.folder / "data", postgres.folder / "run"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


async def test_what_was_committed_survives_a_power_cut(postgres: PostgresServer) -> None:
    await _query(postgres.url, "CREATE TABLE kept AS SELECT 7 AS n")
    postgres.end(signal.SIGKILL)
    assert (postgres.folder / "data" / "postmaster.pid").exists()

    postgres.start()
    await postgres.answers()

    assert await _query(postgres.url, "SELECT n FROM kept") == 7


def test_a_second_preparation_keeps_the_data(postgres: PostgresServer) -> None:
    before = (postgres.folder / "data" / "PG_VERSION").stat().st_ino
    postgres.end()

    again = embedded.prepare(postgres.folder / "data", postgres.folder / "run")
    postgres.start()
    asyncio.run(postgres.answers())

    assert again == postgres.prepared
    assert (postgres.folder / "data" / "PG_VERSION").stat().st_ino == before


def test_sigint_stops_it_cleanly_with_a_client_connected(folder: Path) -> None:
    server = PostgresServer(folder)
    server.start()

    async def connected() -> int:
        await server.answers()
        connection = await asyncpg.connect(server.url)
        code = await asyncio.to_thread(server.end)
        connection.terminate()
        return code

    assert asyncio.run(connected()) == 0


def test_a_lock_whose_number_now_belongs_to_another_program_is_no_obstacle(folder: Path) -> None:
    server = PostgresServer(folder)
    # As the server's own user: PostgreSQL does not fear the processes of others.
    stranger = subprocess.Popen(["sleep", "60"], user=server.prepared.user)
    try:
        for lock in (folder / "data" / "postmaster.pid", folder / "run" / ".s.PGSQL.5432.lock"):
            lock.write_text(f"{stranger.pid}\n{folder / 'data'}\n1\n5432\n{folder / 'run'}\n\n0 0\nready\n")
        embedded.prepare(folder / "data", folder / "run")
        server.start()
        asyncio.run(server.answers())
        server.end()
    finally:
        stranger.kill()
        stranger.wait()


def test_a_server_left_by_a_killed_supervisor_is_stopped_first() -> None:
    with postgres_server() as server:
        left = server.process
        assert left is not None

        embedded.prepare(server.folder / "data", server.folder / "run")

        assert left.wait(5) == 0
        server.start()
        asyncio.run(server.answers())


def test_an_interrupted_first_start_is_begun_again(folder: Path) -> None:
    # What a Ctrl-C in the middle of initdb leaves: a version file, and no database.
    broken = folder / ".data-new-abc"
    broken.mkdir()
    (broken / "PG_VERSION").write_text("18\n")

    server = PostgresServer(folder)
    server.start()
    asyncio.run(server.answers())
    server.end()

    assert not broken.exists()


def test_data_of_another_version_is_left_alone_and_named(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "PG_VERSION").write_text("16\n")

    with pytest.raises(embedded.EmbeddedError, match="written by PostgreSQL 16"):
        embedded.prepare(folder / "data", folder / "run")


def test_a_folder_of_other_things_is_not_touched(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "holiday.txt").write_text("sun")

    with pytest.raises(embedded.EmbeddedError, match="not empty"):
        embedded.prepare(folder / "data", folder / "run")

    assert (folder / "data" / "holiday.txt").read_text() == "sun"


def test_a_socket_path_too_long_for_the_kernel_is_replaced_by_a_short_one(folder: Path) -> None:
    prepared = embedded.prepare(folder / "data", folder / ("deep" * 30))

    sockets = Path(prepared.argv[prepared.argv.index("-k") + 1])
    assert len(str(sockets)) < 90
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    shutil.rmtree(sockets)


@as_root
def test_another_user_than_root_runs_it_as_themselves(folder: Path) -> None:
    folder.chmod(0o777)
    # The user changes after the imports, for our Python may be out of their reach.
    code = f"""
import os, pathlib, subprocess, asyncio, signal
from guildwright.platform.database import embedded
os.setgroups([]); os.setgid(65534); os.setuid(65534)
prepared = embedded.prepare(pathlib.Path({str(folder)!r}, "data"), pathlib.Path({str(folder)!r}, "run"))
assert prepared.user is None
server = subprocess.Popen(prepared.argv, env=prepared.env, cwd=prepared.cwd)
asyncio.run(asyncio.wait_for(embedded.answers(prepared.url), 10))
server.send_signal(signal.SIGINT)
raise SystemExit(server.wait())
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert (folder / "data").stat().st_uid == 65534


@as_root
def test_folders_above_are_opened_for_passing_through_and_no_further(folder: Path) -> None:
    home = folder / "home"
    home.mkdir(mode=0o700)

    prepared = embedded.prepare(home / "data", home / "run")

    assert prepared.user == "pgserver"
    assert stat.S_IMODE(home.stat().st_mode) == 0o701
    assert (home / "data").owner() == "pgserver"
