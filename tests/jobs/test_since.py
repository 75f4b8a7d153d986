"""Since when a job may have had effects: what decides between a nonce, a look at history, and giving up."""

import asyncio
from datetime import timedelta

import pytest

from guildwright.platform.database.engine import fetch
from guildwright.platform.discord.errors import DiscordRefused
from guildwright.platform.jobs.run import JobRun, Retry, Tried, Unavailable
from tests.fakes.job_bench import Bench

pytestmark = pytest.mark.integration


async def _runs(bench: Bench, *errors: Exception) -> list[Tried | None]:
    """What each run of one job was told, when its runs fail so."""
    told: list[Tried | None] = []

    async def handler(run: JobRun) -> None:
        told.append(run.tried)
        run.nonce("effect")
        if len(told) <= len(errors):
            raise errors[len(told) - 1]

    await bench.worker(handler)
    await bench.until_state("done", await bench.add("a"))
    return told


async def test_the_first_run_has_none_before_it(bench: Bench) -> None:
    assert await _runs(bench) == [None]


async def test_a_retry_is_told_when_the_first_run_began(bench: Bench) -> None:
    _, second, third = await _runs(bench, Retry("a", after=timedelta(seconds=1)), Retry("b", after=timedelta()))

    assert second is not None
    assert third is not None
    assert second.since == third.since
    assert third.age() >= second.seconds >= 1


def _refused(nonce: str | None) -> Unavailable:
    """The limiter's error for a request with that nonce, which was not sent."""
    error = Unavailable("rate limited", retry_after=0.01, nothing_done=True)
    error.nonce = nonce
    return error


async def _second_of(bench: Bench, asked: list[str], refused: str | None) -> Tried | None:
    """What a second run is told when the first asked for these effects, and one of them surely was not made."""
    told: list[Tried | None] = []

    async def handler(run: JobRun) -> None:
        told.append(run.tried)
        nonces = {effect: run.nonce(effect) for effect in asked}
        if len(told) == 1:
            raise _refused(nonces[refused] if refused else None)

    await bench.worker(handler)
    await bench.until_state("done", await bench.add("a"))
    return told[1]


async def test_a_run_whose_only_effect_surely_was_not_made_does_not_count(bench: Bench) -> None:
    assert await _second_of(bench, ["message"], "message") is None


async def test_a_run_that_waits_for_a_refusal_to_end_does_not_count(bench: Bench) -> None:
    """Else it would look for a message where it may not even look."""
    told: list[Tried | None] = []

    async def handler(run: JobRun) -> None:
        told.append(run.tried)
        refused = DiscordRefused(50001, 403, "Missing Access")
        refused.nonce, refused.nothing_done = run.nonce("message"), len(told) < 3
        if len(told) < 4:
            raise Retry("closed", after=timedelta()) from refused

    await bench.worker(handler)
    await bench.until_state("done", await bench.add("a"))

    assert [tried is None for tried in told] == [True, True, True, False]


async def test_a_run_without_effects_that_was_kept_from_asking_does_not_count(bench: Bench) -> None:
    assert await _second_of(bench, [], None) is None


async def test_a_message_that_was_sent_counts_when_another_request_after_it_surely_did_nothing(bench: Bench) -> None:
    assert await _second_of(bench, ["message"], None) is not None


async def test_a_message_that_was_sent_counts_when_the_next_surely_was_not(bench: Bench) -> None:
    assert await _second_of(bench, ["message", "another"], "another") is not None


async def test_a_request_that_may_have_done_something_counts(bench: Bench) -> None:
    assert (await _runs(bench, Unavailable("no answer")))[1] is not None


async def test_a_run_that_surely_did_nothing_takes_back_nothing_of_an_earlier_one(bench: Bench) -> None:
    told = await _runs(bench, Unavailable("no answer"), Unavailable("rate limited", nothing_done=True))
    assert told[1] is not None
    assert told[2] is not None
    assert told[1].since == told[2].since


async def test_the_age_is_by_the_databases_clock_and_grows_while_the_handler_runs(bench: Bench) -> None:
    told: list[float] = []

    async def handler(run: JobRun) -> None:
        if run.tried is None:
            await fetch("UPDATE job SET tried_at = now() - interval '1 h' WHERE id = $1", run.id)
            run.nonce("effect")
            raise Retry("again", after=timedelta())
        told.append(run.tried.age())
        await asyncio.sleep(0.3)
        told.append(run.tried.age())

    await bench.worker(handler)
    await bench.until_state("done", await bench.add("a"))

    assert 3600 <= told[0] < 3610
    assert told[1] - told[0] >= 0.3


def test_a_reason_names_the_job_and_fits() -> None:
    run = JobRun(7, "k", 1, {}, 1, 1, due=None)  # type: ignore[arg-type]  no rule of reasons asks for the hour

    assert run.reason("Won a\n prize") == "Won a prize (job 7)"
    assert len(run.reason("x" * 600)) == 512
    assert run.reason("x" * 600).endswith(" (job 7)")
