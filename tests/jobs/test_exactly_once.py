"""What a job does on Discord is there once, whatever happens between the effect and the row that remembers it."""

import asyncio
import signal
from collections.abc import AsyncIterator
from datetime import timedelta

import hikari
import pytest
from hikari.impl import MessageActionRowBuilder

from guildwright.platform.database.engine import fetch
from guildwright.platform.discord.client import DiscordClient
from guildwright.platform.jobs.run import JobRun, Retry
from guildwright.platform.settings import Settings
from tests.fakes.discord_rest import TOKEN, FakeDiscord, fake_discord
from tests.fakes.job_bench import Bench
from tests.fakes.postgres_server import PostgresServer

pytestmark = pytest.mark.integration


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    async with fake_discord() as fake:
        yield fake


@pytest.fixture
async def client(discord: FakeDiscord, bench: Bench) -> AsyncIterator[DiscordClient]:
    made = DiscordClient(Settings(discord_token=TOKEN, discord_api=discord.url), bench.clock)
    await made.start()
    yield made
    await made.stop()


async def _announce(client: DiscordClient, run: JobRun) -> int:
    """As a feature does it."""
    marker = f"gw:test:claim:{run.id}"
    row = MessageActionRowBuilder().add_interactive_button(hikari.ButtonStyle.PRIMARY, marker, label="Claim")
    sent = await client.send_message_once(
        1, nonce=run.nonce("winners"), marker=marker, since=run.tried, content="You won", components=[row]
    )
    return int(sent.id)


async def _an_hour_passes(run: JobRun, discord: FakeDiscord) -> None:
    discord.forget_nonces()
    await fetch("UPDATE job SET tried_at = now() - interval '1 h' WHERE id = $1", run.id)


async def test_answers_lost_in_every_try_of_a_run_leave_one_message(
    bench: Bench, discord: FakeDiscord, client: DiscordClient
) -> None:
    for _ in range(3):
        discord.will_lose_the_answer()

    async def handler(run: JobRun) -> None:
        await _announce(client, run)

    await bench.worker(handler)
    job_id = await bench.add("a")
    await bench.until_state("done", job_id)

    assert len(discord.messages) == 1
    assert (await bench.row(job_id))["attempt"] == 1


async def test_a_retry_after_discord_forgot_the_nonce_finds_the_message(
    bench: Bench, discord: FakeDiscord, client: DiscordClient
) -> None:
    found: list[int] = []

    async def handler(run: JobRun) -> None:
        found.append(await _announce(client, run))
        if run.attempt == 1:
            await _an_hour_passes(run, discord)
            raise Retry("after the effect", after=timedelta())

    await bench.worker(handler)
    await bench.until_state("done", await bench.add("a"))

    assert len(discord.messages) == 1
    assert found == [int(discord.messages[0]["id"])] * 2


async def test_postgres_dying_between_the_effect_and_its_row_leaves_one_message(
    bench: Bench, discord: FakeDiscord, client: DiscordClient, postgres: PostgresServer
) -> None:
    async def handler(run: JobRun) -> None:
        await _announce(client, run)
        if run.fence == 1:
            await _an_hour_passes(run, discord)
            postgres.end(signal.SIGKILL)
        async with run.finish():
            pass

    await bench.worker(handler)
    job_id = await bench.add("a")
    async with asyncio.timeout(30):
        while postgres.process is not None:  # noqa: ASYNC110  the handler ends it
            await asyncio.sleep(0.02)
    postgres.start()
    await postgres.answers()
    await bench.until_state("done", job_id)

    assert len(discord.messages) == 1


async def test_a_text_that_nobody_can_find_again_becomes_a_dead_letter_and_not_a_second_message(
    bench: Bench, discord: FakeDiscord, client: DiscordClient
) -> None:
    async def handler(run: JobRun) -> None:
        await client.send_message_once(1, nonce=run.nonce("text"), marker=None, since=run.tried, content="You won")
        await _an_hour_passes(run, discord)
        raise Retry("after the effect", after=timedelta())

    await bench.worker(handler)
    job_id = await bench.add("a")
    await bench.until_state("dead", job_id)

    row = await bench.row(job_id)
    assert (row["outcome"], row["attempt"]) == ("unknown", 2)
    assert "jobs retry --even-if-done" in row["error"]
    assert len(discord.messages) == 1


async def test_while_discord_refuses_for_an_hour_a_text_is_not_given_up(
    bench: Bench, discord: FakeDiscord, client: DiscordClient
) -> None:
    """A rate limit is an answer: nothing was made, so there is nothing to doubt an hour later."""
    discord.will_answer(429, {"message": "slow", "retry_after": 3600.0, "global": False})
    runs: list[int] = []

    async def handler(run: JobRun) -> None:
        runs.append(run.attempt)
        await client.send_message_once(1, nonce=run.nonce("text"), marker=None, since=run.tried, content="You won")

    await bench.worker(handler)
    job_id = await bench.add("a")
    await bench.until_state("waiting", job_id)
    assert (await bench.row(job_id))["tried_at"] is None
