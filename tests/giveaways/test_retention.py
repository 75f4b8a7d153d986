"""What is over is forgotten when the guild wants it to be, with all that hangs on it, and nothing else is."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from guildwright.platform.database.engine import fetch, transaction
from guildwright.platform.jobs import outbox
from guildwright_bot.features.giveaways import retention, service, store
from guildwright_bot.features.giveaways.domain import Giveaway, State
from guildwright_bot.worker import recurring_jobs
from tests.fakes.bot import GUILD, config
from tests.giveaways.conftest import TABLES, Hall

pytestmark = pytest.mark.integration

OF_GIVEAWAYS = [table for table in TABLES if table.startswith("giveaway") and table != "giveaway_counter"]


async def counts() -> dict[str, int]:
    """The rows of each table that has any."""
    found = {}
    for table in OF_GIVEAWAYS:
        [row] = await fetch(f"SELECT count(*) AS rows FROM {table}")  # noqa: S608  our own names
        found[table] = row["rows"]
    return {table: rows for table, rows in found.items() if rows}


async def over(hall: Hall, source_id: int = 1) -> Giveaway:
    """A giveaway whose prize was claimed."""
    giveaway = await hall.started(source_id=source_id)
    for member in (1, 2, 3):
        await hall.click(giveaway, member)
    await hall.pass_time(11)
    await hall.claim(giveaway, hall.announcements[-1].pings[0])
    await hall.pass_time(10)
    return giveaway


async def tidy(hall: Hall, day: int = 1) -> None:
    """The job of a day."""
    now = hall.clock.now()
    async with transaction():
        await outbox.add("giveaways.retention", guild_id=None, payload={}, due=now, dedupe_key=f"{day}")
    await hall.pass_time(unkindly="twice")


async def test_what_is_over_for_long_enough_is_forgotten_whole(hall: Hall) -> None:
    hall.config.current = config(giveaways={"retention": "1d"})
    await over(hall)
    await hall.pass_time(24 * 60 - 60)
    await tidy(hall, 1)
    assert "giveaway_entry" in await counts()
    await hall.pass_time(120)
    await tidy(hall, 2)
    assert await counts() == {}


async def test_what_is_not_over_stays_however_old_it_is(hall: Hall) -> None:
    hall.config.current = config(giveaways={"retention": "1d", "claimTimeout": "7d"})
    claiming = await hall.started(source_id=1)
    await hall.click(claiming, 1)
    running = await hall.started(source_id=2, minutes=60 * 24 * 30)
    deleted = await hall.started(source_id=3)
    async with transaction():
        await service.delete(GUILD, deleted.id, now=hall.clock.now())
    await hall.pass_time(60 * 24 * 3)
    await tidy(hall)
    assert await store.get(deleted.id) is None
    assert (await hall.now(claiming)).state is State.CLAIMING
    assert (await hall.now(running)).state is State.RUNNING


async def test_it_is_kept_for_so_long_from_its_last_claim_on_and_not_from_its_end(hall: Hall) -> None:
    hall.config.current = config(giveaways={"retention": "1d", "claimTimeout": "7d", "rerollLimit": 0})
    giveaway = await hall.started()
    await hall.click(giveaway, 1)
    await hall.pass_time(60 * 24 * 7 + 20)
    assert (await hall.now(giveaway)).state is State.CLOSED
    await tidy(hall, 1)
    assert "giveaway_entry" in await counts()
    await hall.pass_time(60 * 24)
    await tidy(hall, 2)
    assert await counts() == {}


async def test_a_reroll_that_comes_first_keeps_it_whole(hall: Hall) -> None:
    giveaway = await over(hall)
    locked = asyncio.Event()

    async def forget() -> int:
        await locked.wait()
        return await retention.forget_older(GUILD, hall.clock.now() + timedelta(days=1))

    forgetting = asyncio.create_task(forget())
    before = await counts()
    async with asyncio.timeout(20), transaction():
        kept = await store.lock(giveaway.id)
        assert kept is not None
        await store.save(replace(kept, state=State.CLAIMING))
        locked.set()
        while not await fetch("SELECT 1 FROM pg_locks WHERE NOT granted"):
            pass
    assert await forgetting == 0
    assert await counts() == before


async def test_a_deleted_one_is_forgotten_when_its_end_would_be_old_enough(hall: Hall) -> None:
    hall.config.current = config(giveaways={"retention": "1d"})
    giveaway = await hall.started(minutes=60 * 24)
    async with transaction():
        await service.delete(GUILD, giveaway.id, now=hall.clock.now())
    await hall.pass_time(60 * 24 + 60)
    await tidy(hall, 1)
    assert (await counts())["giveaway"] == 1
    await hall.pass_time(60 * 24)
    await tidy(hall, 2)
    assert await counts() == {}


async def test_each_guild_has_its_own_retention(hall: Hall) -> None:
    first = await over(hall)
    moment = hall.clock.now() + timedelta(days=1)
    assert await retention.forget_older(GUILD + 1, moment) == 0
    assert await retention.guilds_with_past() == [GUILD]
    assert (await hall.now(first)).state is State.CLOSED
    assert await retention.forget_older(GUILD, moment) == 1


async def test_more_entries_than_one_statement_deletes_are_all_forgotten(hall: Hall) -> None:
    giveaway = await over(hall)
    await fetch(
        "INSERT INTO giveaway_entry (giveaway_id, member_id, active, barred, interaction_id) "
        "SELECT $1, 1000 + n, true, '', n FROM generate_series(1, 25000) AS n",
        giveaway.id,
    )
    assert await retention.forget_older(GUILD, hall.clock.now() + timedelta(days=1)) == 1
    assert await counts() == {}


def test_it_comes_every_day_by_itself() -> None:
    assert recurring_jobs()["giveaways.retention"] == retention.CRON
