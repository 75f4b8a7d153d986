"""The engine outlives the server behind it."""

import asyncio
import signal

import pytest

from guildwright.platform.database import engine
from guildwright.platform.database.errors import is_database_away
from tests.fakes.postgres_server import PostgresServer

pytestmark = pytest.mark.integration


@pytest.mark.usefixtures("database")
async def test_a_transaction_keeps_all_of_its_statements_or_none() -> None:
    await engine.fetch("CREATE TABLE IF NOT EXISTS pair (n int)")

    @engine.transaction()
    async def fails() -> None:
        await engine.fetch("INSERT INTO pair VALUES (1)")
        raise RuntimeError("midway")

    with pytest.raises(RuntimeError, match="midway"):
        await fails()
    async with engine.transaction():
        await engine.fetch("INSERT INTO pair VALUES (2)")
        await engine.fetch("INSERT INTO pair VALUES (3)")

    assert [row["n"] for row in await engine.fetch("SELECT n FROM pair ORDER BY n")] == [2, 3]


@pytest.mark.usefixtures("database")
async def test_the_server_may_die_in_the_middle_of_a_transaction_and_the_next_one_works(
    postgres: PostgresServer,
) -> None:
    @engine.transaction()
    async def cut_off() -> None:
        await engine.fetch("SELECT 1")
        postgres.end(signal.SIGKILL)
        await engine.fetch("SELECT 1")

    with pytest.raises(Exception) as caught:  # noqa: PT011  which one depends on where it was
        await cut_off()
    assert is_database_away(caught.value)
    assert not await engine.is_up()

    postgres.start()
    await postgres.answers()

    assert await asyncio.wait_for(engine.wait_until_up(asyncio.Event()), timeout=30)
    async with engine.transaction():
        assert await engine.fetch("SELECT 1 AS n") == [{"n": 1}]


@pytest.mark.usefixtures("database")
async def test_a_connection_comes_back_to_the_pool_however_its_transaction_ends() -> None:
    for _ in range(30):  # more than the pool holds
        with pytest.raises(ValueError, match="no"):
            async with engine.transaction():
                raise ValueError("no")
    assert await asyncio.wait_for(engine.fetch("SELECT 1 AS n"), timeout=20) == [{"n": 1}]


@pytest.mark.usefixtures("database")
async def test_connections_that_died_while_idle_do_not_fill_the_pool(postgres: PostgresServer) -> None:
    await asyncio.gather(*(engine.fetch("SELECT pg_sleep(0.2)") for _ in range(10)))
    postgres.end(signal.SIGKILL)

    @engine.transaction()
    async def anything() -> None:
        await engine.fetch("SELECT 1")

    for _ in range(12):
        with pytest.raises(Exception) as caught:  # noqa: PT011  which one depends on where it was
            await asyncio.wait_for(anything(), timeout=20)
        assert is_database_away(caught.value)
    postgres.start()
    await postgres.answers()

    await asyncio.wait_for(anything(), timeout=30)


@pytest.mark.usefixtures("database")
async def test_a_wrong_statement_is_not_taken_for_an_absent_server() -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011  its class is asyncpg's affair
        await engine.fetch("SELECT nonsense")
    assert not is_database_away(caught.value)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("limit", ["statement_timeout", "lock_timeout"])
async def test_a_statement_that_the_server_gave_up_is_one_to_try_again(limit: str) -> None:
    await engine.fetch("CREATE TABLE IF NOT EXISTS pair (n int)")
    holder = await engine.connect()
    async with holder.transaction():
        await holder.execute("LOCK TABLE pair")
        async with engine.transaction():
            assert await engine.fetch("SHOW statement_timeout") == [{"statement_timeout": "28s"}]
            await engine.fetch(f"SET LOCAL {limit} = '20ms'")
            with pytest.raises(Exception) as caught:  # noqa: PT011  its class is asyncpg's affair
                async with engine.savepoint():
                    await engine.fetch("SELECT n FROM pair")
    await holder.close()
    assert is_database_away(caught.value)


async def test_waiting_for_an_absent_server_ends_when_told_to_stop() -> None:
    await engine.open_url("postgresql://nobody@/none?host=/nonexistent")
    stopped = asyncio.Event()
    asyncio.get_running_loop().call_later(0.1, stopped.set)

    assert not await asyncio.wait_for(engine.wait_until_up(stopped), timeout=20)
    await engine.close_database()


@pytest.mark.usefixtures("database")
async def test_a_plan_made_while_a_table_was_empty_is_not_kept_while_it_grows(postgres: PostgresServer) -> None:
    await engine.open_url(postgres.url, pool_size=1)  # plans belong to a connection
    await engine.fetch("CREATE TABLE grown (id int PRIMARY KEY, more char(500)) WITH (autovacuum_enabled = off)")
    look = "SELECT grown.id FROM unnest($1::int[]) AS wanted(id) JOIN grown ON grown.id = wanted.id"
    for _ in range(10):  # from the sixth on PostgreSQL would keep one plan for all
        await engine.fetch(look, [1])
    await engine.fetch("INSERT INTO grown SELECT n FROM generate_series(1, 20000) AS n")
    before = await _rows_read_in_order("grown")

    assert await engine.fetch(look, [19_999]) == [{"id": 19_999}]

    assert await _rows_read_in_order("grown") == before


async def _rows_read_in_order(table: str) -> int:
    await engine.fetch("SELECT pg_stat_force_next_flush()")
    [row] = await engine.fetch("SELECT seq_tup_read AS n FROM pg_stat_user_tables WHERE relname = $1", table)
    return int(row["n"])
