"""Jobs run on time, once each, however many workers there are and whatever the streams bring."""

import asyncio
import statistics
from collections import Counter
from datetime import timedelta

import pytest

from guildwright.platform.database import engine
from guildwright.platform.database.engine import fetch
from guildwright.platform.jobs.carrier import GROUP, Carrier, Numbers, Parcel, stream_of
from guildwright.platform.jobs.registry import Consumer, Registry
from guildwright.platform.jobs.run import JobRun
from guildwright.platform.jobs.sweeper import RESEND_AFTER
from tests.fakes.job_bench import KIND, Bench, late
from tests.fakes.postgres_server import PostgresServer

pytestmark = pytest.mark.integration


async def test_jobs_run_when_they_are_due_and_not_at_the_next_look(bench: Bench) -> None:
    lateness: list[float] = []

    async def handler(run: JobRun) -> None:
        lateness.append(late(run.due))

    await bench.worker(handler)
    for n in range(20):
        await bench.add(str(n), after=0.1 + n * 0.07)
    await bench.until_state("done")

    assert min(lateness) >= 0, "a job ran before it was due"
    first_quarter = statistics.quantiles(lateness, n=4)[0]  # looking each second would delay all by half of one
    assert first_quarter < 0.2


async def test_a_job_that_is_due_sooner_wakes_a_relay_that_sleeps_for_a_later_one(bench: Bench) -> None:
    seen: list[float] = []

    async def handler(run: JobRun) -> None:
        seen.append(late(run.due))

    await bench.worker(handler)
    await bench.add("later", after=3600)
    await asyncio.sleep(0.3)  # it sleeps now
    sooner = await bench.add("sooner", after=0.2)

    await bench.until_state("done", sooner)
    assert seen[0] < 5  # it would have looked by itself after thirty seconds


async def test_an_idle_worker_asks_the_database_less_than_once_a_second(bench: Bench, postgres: PostgresServer) -> None:
    async def handler(_: JobRun) -> None:
        pass

    await fetch("ALTER ROLE postgres SET log_statement = 'all'")
    await engine.open_url(postgres.url)  # with connections that obey it
    try:
        await bench.worker(handler)
        await bench.add("far", after=3600)
        await asyncio.sleep(1)  # what it does at the start
        before = _statements(postgres)
        await asyncio.sleep(8)
        assert 0 < _statements(postgres) - before <= 7
    finally:
        await fetch("ALTER ROLE postgres RESET log_statement")


def _statements(postgres: PostgresServer) -> int:
    text = postgres.log.read_text()
    return text.count("LOG:  execute ") + text.count("LOG:  statement: ")


async def test_what_a_flush_took_before_anybody_read_it_is_sent_again_at_once(bench: Bench) -> None:
    flushed = asyncio.Event()
    runs: Counter[int] = Counter()

    async def busy(run: JobRun) -> None:
        await flushed.wait()
        runs[run.id] += 1

    await bench.worker(busy, concurrency=1)
    jobs = [await bench.add(str(n)) for n in range(8)]

    async def unread() -> bool:
        [group] = await bench.client.xinfo_groups(stream_of(KIND))
        return bool(group["lag"]) and await bench.states() == {"running": 1, "sent": len(jobs) - 1}

    await bench.until(unread)
    await bench.client.flushall()
    flushed.set()

    assert await bench.until_state("done") < RESEND_AFTER.total_seconds()
    assert runs == Counter(jobs)


async def test_a_message_that_comes_twice_runs_its_job_once(bench: Bench) -> None:
    runs: Counter[int] = Counter()

    async def handler(run: JobRun) -> None:
        runs[run.id] += 1
        await asyncio.sleep(0.01)

    carrier = Carrier(bench.redis.url, [KIND], "x", Nobody(), lambda: None)
    await carrier._broker.connect()
    jobs = [await bench.add(str(n), after=0.3) for n in range(30)]
    await bench.worker(handler)

    async def all_sent() -> bool:
        return not (await bench.states()).get("waiting")

    await bench.until(all_sent)
    for _ in range(2):
        await carrier.send([Parcel(KIND, [(job_id, None) for job_id in jobs])])
    await bench.until_state("done")
    await asyncio.sleep(0.3)  # for the doubles that nobody should take
    await carrier.stop()

    assert runs == Counter(dict.fromkeys(jobs, 1))


class Nobody:
    """Takes nothing."""

    def room(self, _: str) -> int:
        return 0

    async def take(self, kind: str, jobs: Numbers) -> None:
        raise AssertionError(f"{kind} {jobs}")


class Taker(Nobody):
    """Takes everything, and keeps it."""

    def __init__(self) -> None:
        self.taken: asyncio.Queue[int] = asyncio.Queue()

    async def take(self, kind: str, jobs: Numbers) -> None:
        assert kind == KIND
        for job_id, _ in jobs:
            await self.taken.put(job_id)


async def test_several_workers_share_the_jobs_and_double_none(bench: Bench) -> None:
    runs: Counter[int] = Counter()
    who: Counter[str] = Counter()

    def handler_of(name: str) -> Consumer:
        async def handler(run: JobRun) -> None:
            runs[run.id] += 1
            who[name] += 1
            await asyncio.sleep(0.01)

        return Consumer(KIND, handler)

    for name in "abc":
        await bench.worker_of(handler_of(name))
    jobs = [await bench.add(str(n)) for n in range(300)]
    await bench.until_state("done")

    assert runs == Counter(dict.fromkeys(jobs, 1))
    assert len(who) == 3


async def test_what_was_put_on_a_stream_before_the_first_worker_ever_started_is_seen(bench: Bench) -> None:
    taker = Taker()
    sender = Carrier(bench.redis.url, [KIND], "sender", Nobody(), lambda: None)
    await sender._broker.connect()
    await sender.send([Parcel(KIND, [(41, None)]), Parcel(KIND, [(42, 7)])])
    receiver = Carrier(bench.redis.url, [KIND], "receiver", taker, lambda: None)
    await receiver.start(asyncio.Event())

    assert [await asyncio.wait_for(taker.taken.get(), 30) for _ in range(2)] == [41, 42]
    await receiver.stop()
    await sender.stop()


async def test_a_message_that_is_no_job_stops_nothing(bench: Bench) -> None:
    async def handler(_: JobRun) -> None:
        pass

    await bench.worker(handler)
    await bench.client.xadd(stream_of(KIND), {"rubbish": "\x00"})
    await bench.client.xadd(stream_of(KIND), {"__data__": '"text"'})
    await bench.client.xadd(stream_of(KIND), {"__data__": "99999999999999999999999"})
    await bench.client.xadd(stream_of(KIND), {"__data__": "[[99999999999999999999999, null]]"})
    await bench.client.xadd(stream_of(KIND), {"__data__": "\x89BIN"})
    job_id = await bench.add("a")

    await bench.until_state("done", job_id)


async def test_workers_that_are_long_gone_are_forgotten(bench: Bench) -> None:
    carrier = Carrier(bench.redis.url, [KIND, "never.sent"], "x", Nobody(), lambda: None)
    await carrier._broker.connect()
    await bench.client.xgroup_create(stream_of(KIND), GROUP, id="0", mkstream=True)
    await bench.client.xgroup_createconsumer(stream_of(KIND), GROUP, "gone")
    await asyncio.sleep(0.6)
    await bench.client.xgroup_createconsumer(stream_of(KIND), GROUP, "here")
    await carrier.forget_workers(timedelta(seconds=0.5))
    left = await bench.client.xinfo_consumers(stream_of(KIND), GROUP)
    assert [one["name"] for one in left] == [b"here"]
    await carrier.stop()


async def test_messages_do_not_pile_up(bench: Bench) -> None:
    async def handler(_: JobRun) -> None:
        pass

    await bench.worker(handler)
    await bench.client.xadd(stream_of(KIND), {"old": "1"}, id="1000-0")
    await bench.add("a")
    await bench.until_state("done")

    pending = await bench.client.xpending(stream_of(KIND), GROUP)
    assert pending["pending"] == 0

    async def trimmed() -> bool:
        return not await bench.client.xrange(stream_of(KIND), "1000-0", "1000-0")

    await bench.until(trimmed)


async def test_a_backlog_stays_in_the_database_and_the_stream_short(bench: Bench) -> None:
    free = asyncio.Event()

    async def handler(_: JobRun) -> None:
        await free.wait()

    for n in range(500):
        await bench.add(str(n))
    await bench.worker(handler, concurrency=2)
    await asyncio.sleep(1)

    states = await bench.states()
    assert states["running"] == 2
    assert states["sent"] <= 300
    assert states["waiting"] >= 198
    free.set()
    await bench.until_state("done")


async def test_one_slow_kind_does_not_hold_up_another(bench: Bench) -> None:
    free = asyncio.Event()

    async def slow(_: JobRun) -> None:
        await free.wait()

    async def quick(_: JobRun) -> None:
        pass

    await bench.worker_of(Consumer(KIND, slow, concurrency=1), Consumer("bench.quick", quick))
    for n in range(10):
        await bench.add(str(n))
    job_id = await bench.add("q", kind="bench.quick")

    assert await bench.until_state("done", job_id) < 3
    free.set()


async def test_a_kind_that_nobody_here_knows_waits_for_a_worker_that_does(bench: Bench) -> None:
    async def handler(_: JobRun) -> None:
        pass

    stranger = await bench.add("a", kind="bench.of_a_newer_version")
    await bench.worker(handler)
    await bench.until_state("done", await bench.add("b"))

    assert (await bench.row(stranger))["state"] == "waiting"


def test_two_consumers_of_one_kind_are_refused() -> None:
    async def handler(_: JobRun) -> None:
        pass

    with pytest.raises(ValueError, match=r"two consumers.*bench\.work"):
        Registry([Consumer(KIND, handler), Consumer(KIND, handler)])
