"""Looking something up costs what it returns, not what was done in the week before."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from guildwright.platform.database.engine import fetch, transaction
from guildwright.platform.jobs import admin, outbox, recurring, store
from guildwright.platform.jobs.outbox import NewJob
from guildwright.platform.jobs.schedule import Schedule
from tests.bench.statements import Recorded, whole_tables
from tests.fakes.job_bench import KIND, Bench
from tests.fakes.postgres_server import PostgresServer

pytestmark = pytest.mark.integration

DONE, OPEN, GUILD = 100_000, 500, 1000
OTHER = "bench.other"


@pytest.fixture
async def full(bench: Bench) -> None:
    """A week of done jobs, some that ended badly, some that are open."""
    await fetch(
        "INSERT INTO job (kind, dedupe_key, guild_id, due, next_at, state, outcome, finished_at, attempt, fence) "
        "SELECT $1, 'done-' || n, 1 + n % 500, now(), now(), 'done', 'done', now() - make_interval(secs => n * 5), "
        "1, 1 FROM generate_series(1, $2::int) AS n",
        KIND,
        DONE,
    )
    await fetch(
        "INSERT INTO job (kind, dedupe_key, guild_id, due, next_at, state, outcome, finished_at, attempt, fence) "
        "SELECT $1, 'ended-' || n, $2, now(), now(), CASE WHEN n % 3 = 0 THEN 'done' ELSE 'dead' END, "
        "CASE n % 3 WHEN 0 THEN 'cancelled' WHEN 1 THEN 'failed' ELSE 'unknown' END, "
        "now() - make_interval(secs => n * 3000), 1, 1 FROM generate_series(1, 120) AS n",
        KIND,
        GUILD,
    )
    jobs = [
        NewJob(kind, GUILD if n % 2 else None, {}, bench.now() + timedelta(seconds=3600 - n), f"open-{n}")
        for n in range(OPEN // 2)
        for kind in (KIND, OTHER)
    ]
    await outbox.add_many(jobs)
    await fetch("ANALYZE job")


async def _read(look: Callable[[], Awaitable[object]]) -> int:
    """How many rows of jobs that reads."""
    async with transaction():
        before = await _rows_read()
        await look()
        return await _rows_read() - before


async def _rows_read() -> int:
    [row] = await fetch("SELECT seq_tup_read + idx_tup_fetch AS n FROM pg_stat_xact_user_tables WHERE relname = 'job'")
    return int(row["n"])


@pytest.mark.usefixtures("full")
async def test_a_list_reads_few_rows_however_many_are_done() -> None:
    lists: dict[str, tuple[list[str], dict[str, object]]] = {
        "open": (["waiting", "sent", "running"], {}),
        "open of a guild": (["waiting", "sent", "running"], {"guild_id": GUILD}),
        "open of a feature": (["waiting"], {"kind": "bench"}),
        "what is not done": (["waiting", "sent", "running", "dead"], {}),
        "dead": (["dead"], {}),
        "dead of a kind": (["dead"], {"kind": KIND}),
        "unknown": (["dead"], {"outcome": "unknown"}),
        "cancelled": (["done", "dead"], {"outcome": "cancelled"}),
        "done": (["done"], {}),
        "done of a kind": (["done"], {"kind": KIND}),
        "done of a rare kind": (["done"], {"kind": OTHER}),
        "ended": (["done", "dead"], {}),
    }
    read = {
        name: await _read(lambda s=states, o=options: admin.listed(s, **o, limit=20))
        for name, (states, options) in lists.items()
    }
    looked_for = read.pop("done of a kind"), read.pop("dead of a kind"), read.pop("done of a rare kind")
    assert max(looked_for) <= 2_300, looked_for  # whether it is rare
    assert max(read.values()) <= 300, read
    assert await _read(store.depths) <= OPEN + 120


@pytest.mark.usefixtures("full")
async def test_a_list_is_in_order() -> None:
    found = await admin.listed(["waiting", "dead"], limit=OPEN + 50)
    opened, ended = found[:OPEN], found[OPEN:]
    assert [job.next_at for job in opened] == sorted(job.next_at for job in opened)
    assert {job.state for job in opened} == {"waiting"}
    assert len(ended) == 50
    assert {job.state for job in ended} == {"dead"}
    ends = [job.finished_at for job in ended if job.finished_at]
    assert ends == sorted(ends, reverse=True)
    assert len(await admin.listed(["waiting"], guild_id=GUILD, kind=OTHER)) == 100
    assert len(await admin.listed(["waiting"], kind="bench", limit=7)) == 7
    assert {(kind, state): number for kind, state, number in await store.depths()} == {
        (KIND, "waiting"): OPEN // 2,
        (OTHER, "waiting"): OPEN // 2,
        (KIND, "dead"): 80,
    }


@pytest.mark.usefixtures("full")
async def test_no_look_up_reads_the_whole_table(postgres: PostgresServer) -> None:
    recorded = Recorded()
    await recorded.open(postgres.url)
    for states in (["waiting", "sent", "running", "dead"], ["done"], ["dead"]):
        await admin.listed(states)
        await admin.listed(states, guild_id=GUILD)
    await store.depths()
    assert len(recorded.arguments) >= 4

    assert await whole_tables(recorded, postgres.url, only_where_no_index_serves=False) == {}


@pytest.mark.usefixtures("full")
async def test_erasing_a_guild_finds_its_recurring_jobs_by_index(postgres: PostgresServer) -> None:
    daily = Schedule("0 4 * * *", "UTC")
    for guild in (None, 7, 8):
        await recurring.add("daily", daily, guild_id=guild, kind=KIND, payload={})
    recorded = Recorded()
    await recorded.open(postgres.url)

    await outbox.erase_guild(7)

    assert await whole_tables(recorded, postgres.url, only_where_no_index_serves=True) == {}
    assert [len(await recurring.listed(guild)) for guild in (None, 7, 8)] == [1, 0, 1]


@pytest.mark.usefixtures("bench")
async def test_neither_sending_nor_taking_nor_renewing_a_job_touches_an_index() -> None:
    """No index, nor the condition of one, names a column that these change: not the state above all."""
    [row] = await fetch("SELECT string_agg(indexdef, ' ') AS text FROM pg_indexes WHERE tablename = 'job'")
    changed = {"state", "sent_at", "attempt", "fence", "leased_by", "leased_until", "tried_at", "away_since"}
    assert set(re.findall(r"\w+", row["text"])) & changed == set()
