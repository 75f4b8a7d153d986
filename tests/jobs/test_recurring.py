"""Each occurrence of a recurring job is one job, whoever else looks, and whatever was away meanwhile."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from guildwright.platform.clock import SystemClock
from guildwright.platform.database.engine import fetch, transaction
from guildwright.platform.jobs import outbox, recurring
from guildwright.platform.jobs.recurring import Recurrence, Schedule
from guildwright.platform.jobs.run import JobRun
from tests.fakes.job_bench import KIND, Bench

pytestmark = pytest.mark.integration

# Half an hour and half a day from now: an occurrence that is near is added at once.
_NOW = SystemClock().now() + timedelta(minutes=30)
HOURLY = Schedule(f"{_NOW.minute} * * * *")
DAILY = Schedule(f"{_NOW.minute} {(_NOW.hour + 12) % 24} * * *", "Europe/Berlin")


async def _add(name: str = "report", schedule: Schedule = HOURLY, guild_id: int | None = 1) -> Recurrence:
    added = await recurring.add(name, schedule, guild_id=guild_id, kind=KIND, payload={"n": 1})
    assert added is not None
    return added


async def _jobs() -> list[dict[str, Any]]:
    return await fetch("SELECT due, guild_id, payload, dedupe_key, state FROM job ORDER BY due")


async def _dues() -> list[datetime]:
    return [job["due"] for job in await _jobs()]


async def test_an_occurrence_becomes_a_job_that_is_due_then(bench: Bench) -> None:
    added = await _add()
    assert await recurring.occur(added.next_at - timedelta(minutes=5)) == 0
    assert await recurring.occur(added.next_at - timedelta(seconds=30)) == 1

    [job] = await _jobs()
    assert (job["due"], job["guild_id"], job["payload"], job["state"]) == (added.next_at, 1, '{"n": 1}', "waiting")
    [row] = await recurring.listed(1)
    assert row.next_at == added.next_at + timedelta(hours=1)
    assert bench


async def test_a_first_occurrence_that_is_near_waits_for_nobody_to_look(bench: Bench) -> None:
    every_minute = Schedule("* * * * *")
    added = await _add(schedule=every_minute)
    [due] = await _dues()
    assert bench.now() - timedelta(seconds=5) < due <= bench.now() + timedelta(minutes=1)
    assert added.next_at == due + timedelta(minutes=1)
    assert await recurring.listed(1) == [added]

    await recurring.change("report", guild_id=1, schedule=HOURLY)
    assert await _dues() == []
    changed = await recurring.change("report", guild_id=1, schedule=every_minute)
    assert changed is not None
    assert await _dues() == [changed.next_at - timedelta(minutes=1)]


async def test_who_looks_twice_adds_once(bench: Bench) -> None:
    added = await _add()
    await asyncio.gather(*(recurring.occur(added.next_at) for _ in range(5)))
    assert await _dues() == [added.next_at]

    await fetch("UPDATE recurring_job SET next_at = $1", added.next_at)  # a backup was restored
    await recurring.occur(added.next_at)
    assert await _dues() == [added.next_at]
    assert bench


async def test_who_looks_leaves_alone_what_somebody_is_changing(bench: Bench) -> None:
    added = await _add()
    locked, free = asyncio.Event(), asyncio.Event()

    async def changing() -> None:
        async with transaction():
            await fetch("SELECT id FROM recurring_job FOR UPDATE")
            locked.set()
            await free.wait()

    change = asyncio.create_task(changing())
    await locked.wait()
    assert await recurring.occur(added.next_at) == 0
    free.set()
    await change
    assert await recurring.occur(added.next_at) == 1
    assert bench


async def test_what_was_missed_runs_once_for_the_last_of_it(bench: Bench) -> None:
    added = await _add()
    back = added.next_at + timedelta(hours=5, minutes=20)
    await recurring.occur(back)
    assert await _dues() == [added.next_at + timedelta(hours=5)]

    await recurring.occur(back + timedelta(minutes=40))
    assert await _dues() == [added.next_at + timedelta(hours=5), added.next_at + timedelta(hours=6)]
    assert bench


async def test_a_row_that_is_not_moved_on_adds_no_job(bench: Bench) -> None:
    added = await _add()

    async def interrupted() -> None:
        async with transaction():
            await recurring.occur(added.next_at)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await interrupted()
    assert await _dues() == []
    assert (await recurring.listed(1))[0].next_at == added.next_at
    assert bench


async def test_a_worker_lets_it_occur(bench: Bench) -> None:
    ran: list[dict[str, Any]] = []

    async def handler(run: JobRun) -> None:
        ran.append(run.payload)

    added = await _add()
    # Half an hour ago there was nobody to do it.
    await fetch("UPDATE recurring_job SET next_at = next_at - interval '1 h' WHERE id = $1", added.id)
    for _ in range(2):
        await bench.worker(handler)

    async def done() -> bool:
        return (await bench.states()).get("done") == 1

    await bench.until(done)
    assert ran == [{"n": 1}]


async def test_names_are_of_a_guild(bench: Bench) -> None:
    await _add()
    await _add(guild_id=2)
    await _add(guild_id=None)
    for guild_id in (1, None):
        assert await recurring.add("report", DAILY, guild_id=guild_id, kind=KIND, payload={}) is None
    assert [one.schedule for one in await recurring.listed(1)] == [HOURLY]
    assert len(await recurring.listed()) == 1
    assert bench


@pytest.mark.parametrize("name", ["", "x" * 101])
async def test_a_name_is_short(bench: Bench, name: str) -> None:
    with pytest.raises(ValueError, match="1 to 100 characters"):
        await _add(name)
    assert bench


async def test_a_change_takes_back_what_was_added_ahead(bench: Bench) -> None:
    added = await _add()
    await fetch("UPDATE recurring_job SET next_at = now() + interval '30 s' WHERE id = $1", added.id)
    await recurring.occur()
    assert len(await _dues()) == 1

    changed = await recurring.change("report", guild_id=1, schedule=DAILY)

    assert changed is not None
    assert (changed.schedule, changed.payload) == (DAILY, {"n": 1})
    assert await _dues() == []
    assert await recurring.change("none", guild_id=1, schedule=DAILY) is None
    assert bench


async def test_a_changed_payload_is_that_of_the_occurrence_that_was_added_ahead(bench: Bench) -> None:
    added = await _add()
    await fetch("UPDATE recurring_job SET next_at = date_trunc('minute', now()) + interval '1 m'")
    await recurring.occur()
    await recurring.change("report", guild_id=1, schedule=Schedule("* * * * *"), payload={"n": 2})
    await recurring.occur()

    assert [job["payload"] for job in await _jobs()] == ['{"n": 2}']
    assert added
    assert bench


async def test_what_is_removed_occurs_no_more(bench: Bench) -> None:
    await _add()
    await fetch("UPDATE recurring_job SET next_at = now() + interval '30 s'")
    await recurring.occur()

    assert await recurring.remove("report", guild_id=1)
    assert not await recurring.remove("report", guild_id=1)

    assert await _dues() == []
    assert await recurring.listed(1) == []
    assert bench


async def test_an_occurrence_that_is_under_way_or_done_is_not_taken_back(bench: Bench) -> None:
    await _add()
    await fetch("UPDATE recurring_job SET next_at = now() + interval '30 s'")
    await recurring.occur()
    await fetch("UPDATE job SET state = 'running'")
    await recurring.remove("report", guild_id=1)
    assert len(await _dues()) == 1
    assert bench


async def test_what_a_process_needs_is_ensured_at_every_start(bench: Bench) -> None:
    first = await recurring.ensure("retention", DAILY, kind=KIND, payload={})
    assert await recurring.ensure("retention", DAILY, kind=KIND, payload={}) == first
    changed = await recurring.ensure("retention", HOURLY, kind="other", payload={"a": 1})
    assert (changed.id, changed.schedule, changed.kind, changed.payload) == (first.id, HOURLY, "other", {"a": 1})
    assert [one.id for one in await recurring.listed()] == [first.id]
    assert bench


async def test_what_is_ensured_with_another_kind_leaves_no_job_of_the_old_kind(bench: Bench) -> None:
    every_minute = Schedule("* * * * *")
    for kind in ("old.kind", KIND):
        await recurring.ensure("retention", every_minute, kind=kind, payload={})
        await recurring.occur()
    assert [job["kind"] for job in await fetch("SELECT kind FROM job")] == [KIND]
    assert bench


async def test_a_payload_that_json_spells_otherwise_is_no_change(bench: Bench) -> None:
    payload: dict[Any, Any] = {1: (2, 3)}
    await recurring.ensure("retention", DAILY, kind=KIND, payload=payload)
    await fetch("UPDATE recurring_job SET next_at = next_at - interval '3 d'")  # it was missed
    [missed] = await recurring.listed()
    assert (await recurring.ensure("retention", DAILY, kind=KIND, payload=payload)).next_at == missed.next_at
    assert bench


async def test_one_that_cannot_occur_holds_up_no_other_and_can_be_mended(bench: Bench) -> None:
    first = await _add("first")
    await _add("second", guild_id=2)
    await fetch("UPDATE recurring_job SET zone = 'Mars/Base', next_at = next_at - interval '1 s' WHERE guild_id = 1")
    await recurring.occur(first.next_at)

    assert [job["guild_id"] for job in await _jobs()] == [2]
    [bad] = await recurring.listed(1)
    assert timedelta(hours=23) < bad.next_at - first.next_at <= timedelta(days=1)
    changed = await recurring.change("first", guild_id=1, schedule=HOURLY)
    assert changed is not None
    assert changed.schedule == HOURLY
    assert await recurring.remove("first", guild_id=1)
    assert bench


async def test_what_a_row_had_written_before_it_failed_is_undone(bench: Bench) -> None:
    added = await _add()
    # Its job can be added, the hour after it cannot be said.
    await fetch("UPDATE recurring_job SET cron = '0 0 1 1 *', next_at = '9999-01-01 00:00Z'")
    await recurring.occur(added.next_at.replace(year=9999, month=1, day=1, hour=0, minute=0))
    assert await _dues() == []
    assert bench


async def test_a_guild_that_is_erased_has_none(bench: Bench) -> None:
    await _add()
    await _add(guild_id=2)
    await outbox.erase_guild(1)
    assert await recurring.listed(1) == []
    assert len(await recurring.listed(2)) == 1
    assert bench
