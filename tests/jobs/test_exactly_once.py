"""What a job does on Discord is there once, whatever happens between the effect and the row that remembers it."""

import asyncio
import signal
from collections.abc import AsyncIterator
from datetime import timedelta

import hikari
import pytest
from hikari.impl import MessageActionRowBuilder

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
    since = run.created_at if run.again else None
    sent = await client.send_message_once(
        1, nonce=run.nonce("winners"), marker=marker, since=since, content="You won", components=[row]
    )
    return int(sent.id)


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
            discord.forget_nonces()
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
            discord.forget_nonces()
            postgres.end(signal.SIGKILL)
        async with run.finish():
            pass

    await bench.worker(handler)
    job_id = await bench.add("a")
    async with asyncio.timeout(10):
        while postgres.process is not None:  # noqa: ASYNC110  the handler ends it
            await asyncio.sleep(0.02)
    postgres.start()
    await postgres.answers()
    await bench.until_state("done", job_id)

    assert len(discord.messages) == 1
