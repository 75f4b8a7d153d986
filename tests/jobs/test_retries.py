"""What becomes of a job that fails: it is tried again, waits without being counted, or is buried with its error."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from asyncpg import QueryCanceledError
from prometheus_client import REGISTRY

from guildwright.platform.config.read import ConfigUnknown
from guildwright.platform.database.engine import fetch
from guildwright.platform.jobs import admin, backoff
from guildwright.platform.jobs.backoff import Backoff
from guildwright.platform.jobs.run import GiveUp, JobRun, Retry, Unavailable
from guildwright.platform.jobs.worker import JobWorker
from tests.fakes.job_bench import Bench

pytestmark = pytest.mark.integration


async def test_a_failure_is_tried_again_after_a_growing_wait_with_its_error_kept(bench: Bench) -> None:
    moments: list[float] = []

    async def handler(run: JobRun) -> None:
        moments.append(bench.clock.monotonic())
        if run.attempt < 3:
            raise RuntimeError(f"attempt {run.attempt} \x00 failed")

    await bench.worker(handler)
    job_id = await bench.add("a")

    async def failed_once() -> bool:
        return "attempt 1" in (await bench.row(job_id))["error"]

    await bench.until(failed_once)
    await bench.until_state("done", job_id)

    assert 0.5 <= moments[1] - moments[0] < 5
    assert 1 <= moments[2] - moments[1] < 6


async def test_a_job_that_always_fails_becomes_a_dead_letter_with_its_last_error(bench: Bench) -> None:
    async def handler(_: JobRun) -> None:
        raise RuntimeError("the cause of it all")

    await bench.worker(handler, max_attempts=2)
    job_id = await bench.add("a")
    await bench.until_state("dead", job_id)

    letter = (await admin.listed(["dead"]))[0]
    assert (letter.id, letter.attempt) == (job_id, 2)
    assert "RuntimeError: the cause of it all" in letter.error
    entries: Any = await bench.client.xrange("bot_errors")
    reported = json.loads(entries[0][1][b"json"])
    assert reported["id"] == letter.error.splitlines()[0]


async def test_a_dead_letter_can_be_given_another_chance(bench: Bench) -> None:
    broken = True

    async def handler(_: JobRun) -> None:
        if broken:
            raise GiveUp("not while it is broken")

    await bench.worker(handler)
    job_id = await bench.add("a")
    await bench.until_state("dead", job_id)
    broken = False

    assert await admin.retry(job_id)
    assert not await admin.retry(job_id)

    await bench.until_state("done", job_id)


async def test_giving_up_is_not_tried_again(bench: Bench) -> None:
    runs: list[int] = []

    async def handler(run: JobRun) -> None:
        runs.append(run.attempt)
        raise GiveUp("no such channel")

    await bench.worker(handler)
    job_id = await bench.add("a")
    await bench.until_state("dead", job_id)

    assert runs == [1]


@pytest.mark.parametrize("away", [Unavailable("discord is down", retry_after=0.1), ConfigUnknown(1)])
async def test_waiting_for_what_is_away_costs_no_attempt(bench: Bench, away: Exception) -> None:
    runs: list[int] = []

    async def handler(run: JobRun) -> None:
        runs.append(run.attempt)
        if len(runs) < 3:
            raise away

    await bench.worker(handler, max_attempts=1)
    job_id = await bench.add("a")
    await bench.until_state("done", job_id)

    assert runs == [1, 1, 1]


@pytest.mark.parametrize(
    ("away", "each_time", "runs"),
    [
        (Unavailable("still down", retry_after=0.01), timedelta(hours=13), 4),
        (QueryCanceledError("canceling statement due to statement timeout"), timedelta(minutes=31), 3),
    ],
)
async def test_patience_ends_after_a_day_and_sooner_where_the_job_may_be_too_slow_itself(
    bench: Bench, away: Exception, each_time: timedelta, runs: int
) -> None:
    async def handler(_: JobRun) -> None:
        await fetch("UPDATE job SET away_since = away_since - $1::interval", each_time)
        raise away

    await bench.worker(handler, max_attempts=1, backoff=Backoff(timedelta(milliseconds=10)))
    job_id = await bench.add("a")

    await bench.until_state("dead", job_id)
    assert (await bench.row(job_id))["fence"] == runs


async def test_a_dead_letter_of_days_ago_is_waited_for_like_a_new_job(bench: Bench) -> None:
    away = True

    async def handler(_: JobRun) -> None:
        if away:
            raise Unavailable("Discord is away", retry_after=0.01)

    job_id = await bench.add("a", after=-3 * 86400)
    await fetch(
        "UPDATE job SET state = 'dead', outcome = 'failed', finished_at = now(), attempt = 8, "
        "away_since = now() - interval '3 d' WHERE id = $1",
        job_id,
    )
    assert await admin.retry(job_id)
    await bench.worker(handler, max_attempts=1, backoff=Backoff(timedelta(milliseconds=10)))

    async def waited_often() -> bool:
        return int((await bench.row(job_id))["fence"]) >= 3

    await bench.until(waited_often)
    away = False
    await bench.until_state("done", job_id)


async def test_a_handlers_own_broken_connection_does_count(bench: Bench) -> None:
    async def handler(_: JobRun) -> None:
        raise ConnectionRefusedError("some other server")

    await bench.worker(handler, max_attempts=1)
    job_id = await bench.add("a")

    await bench.until_state("dead", job_id)


async def test_a_handler_may_say_when_to_try_again(bench: Bench) -> None:
    moments: list[float] = []

    async def handler(run: JobRun) -> None:
        moments.append(bench.clock.monotonic())
        if run.attempt == 1:
            raise Retry("not yet", after=timedelta(seconds=2))

    await bench.worker(handler)
    await bench.until_state("done", await bench.add("a"))

    assert moments[1] - moments[0] >= 2  # the backoff would have been a second at the most


async def test_a_handler_that_hangs_is_stopped_and_its_attempt_has_failed(bench: Bench) -> None:
    async def handler(_: JobRun) -> None:
        await asyncio.sleep(60)

    await bench.worker(handler, timeout=timedelta(seconds=0.2), max_attempts=1)
    job_id = await bench.add("a")
    await bench.until_state("dead", job_id)


async def test_a_retry_runs_with_the_same_nonce_and_the_first_due_time(bench: Bench) -> None:
    seen: list[tuple[str, str, object, bool]] = []

    async def handler(run: JobRun) -> None:
        seen.append((run.nonce("post"), run.nonce("ping"), run.due, run.again))
        if run.attempt == 1:
            raise Retry("once more", after=timedelta())

    await bench.worker(handler)
    await bench.until_state("done", await bench.add("a"))
    await bench.until_state("done", await bench.add("b"))

    (post, ping, due, again), (post2, ping2, due2, again2), (other, *_), _ = seen
    assert (post, ping, due) == (post2, ping2, due2)
    assert len({post, ping, other}) == 3
    assert len(post) <= 25
    assert (again, again2) == (False, True)


async def test_outcomes_and_lateness_are_counted_by_kind(bench: Bench) -> None:
    def counted(outcome: str) -> float:
        return REGISTRY.get_sample_value("guildwright_jobs_total", {"kind": "bench.count", "outcome": outcome}) or 0

    async def handler(run: JobRun) -> None:
        if run.payload["fails"]:
            raise GiveUp("as told")

    await bench.worker(handler, kind="bench.count")
    done, dead = [await bench.add(str(fails), kind="bench.count", fails=fails) for fails in (False, True)]
    await bench.until_state("done", done)
    await bench.until_state("dead", dead)

    async def both() -> bool:
        return (counted("done"), counted("dead")) == (1, 1)

    await bench.until(both)
    assert REGISTRY.get_sample_value("guildwright_job_lateness_seconds_count", {"kind": "bench.count"}) == 2
    await JobWorker.measure()
    assert REGISTRY.get_sample_value("guildwright_job_depth", {"kind": "bench.count", "state": "dead"}) == 1


def test_the_wait_doubles_up_to_a_limit_and_is_spread_by_chance() -> None:
    assert [backoff.Backoff().delay(n, 0).total_seconds() for n in (1, 2, 3, 4)] == [1, 2, 4, 8]
    assert backoff.Backoff().delay(50, 0) == backoff.LONGEST
    assert backoff.Backoff().delay(3, 1).total_seconds() == 2


async def test_each_kind_waits_as_its_own_policy_says(bench: Bench) -> None:
    moments: list[float] = []

    async def handler(_: JobRun) -> None:
        moments.append(bench.clock.monotonic())
        raise RuntimeError("always")

    await bench.worker(handler, max_attempts=4, backoff=Backoff(timedelta(seconds=0.1), 3, timedelta(seconds=0.2)))
    await bench.until_state("dead", await bench.add("a"))

    assert len(moments) == 4
    assert moments[3] - moments[0] < 3.4  # at most 0.1 + 0.2 + 0.2, where the usual waits are at least 0.5 + 1 + 2


def test_a_policy_grows_by_its_factor_up_to_its_longest_wait() -> None:
    policy = Backoff(timedelta(seconds=2), 3, timedelta(seconds=30))
    assert [policy.delay(n, 0).total_seconds() for n in (1, 2, 3, 4, 1000)] == [2, 6, 18, 30, 30]
    assert policy.delay(2, 1).total_seconds() == 3


@pytest.mark.parametrize(
    ("first", "factor", "longest", "said"),
    [(0.0, 2.0, 1.0, "0 < first"), (2.0, 2.0, 1.0, "first <= longest"), (1.0, 0.5, 2.0, "factor of 1 or more")],
)
def test_a_policy_that_makes_no_sense_is_refused(first: float, factor: float, longest: float, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Backoff(timedelta(seconds=first), factor, timedelta(seconds=longest))
