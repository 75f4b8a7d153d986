"""Once, and within the limits, on a Discord with rights, a history, nonces that it forgets, and buckets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import hikari
import pytest
from hikari.impl import MessageActionRowBuilder

from guildwright.platform.clock import SystemClock
from guildwright.platform.discord.client import DiscordClient
from guildwright.platform.jobs.outcomes import Unknown
from guildwright.platform.jobs.run import Tried
from guildwright.platform.settings import Settings
from guildwright.playground.bits import Permission
from tests.fakes.local_discord import LocalDiscord, local_discord

pytestmark = pytest.mark.integration

MARKER = "gw:test:claim:7"
HOUR_AGO = Tried(datetime(2025, 1, 1, tzinfo=UTC), 3600.0)
WRITES = Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES


@asynccontextmanager
async def _client(discord: LocalDiscord) -> AsyncIterator[DiscordClient]:
    settings = Settings(discord_token=discord.token, discord_api=f"http://127.0.0.1:{discord.port}/api/v10")
    client = DiscordClient(settings, SystemClock())
    await client.start()
    try:
        yield client
    finally:
        await client.stop()


async def _send(client: DiscordClient, discord: LocalDiscord, since: Tried | None, nonce: str) -> int:
    row = MessageActionRowBuilder().add_interactive_button(hikari.ButtonStyle.PRIMARY, MARKER, label="Claim")
    sent = await client.send_message_once(
        int(discord.channel("gatehouse")), nonce=nonce, marker=MARKER, since=since, content="You won", components=[row]
    )
    return int(sent.id)


async def test_a_message_is_found_by_its_marker_and_not_sent_where_history_is_closed() -> None:
    async with local_discord() as discord, _client(discord) as client:
        first = await _send(client, discord, None, "first")
        # Another nonce is one that Discord forgot.
        assert await _send(client, discord, HOUR_AGO, "other") == first

        for role in ("Guildwright", "@everyone"):
            await discord.permit(role, WRITES)
        with pytest.raises(Unknown, match="Read Message History"):
            await _send(client, discord, HOUR_AGO, "other")


async def test_buckets_of_the_playground_are_kept_without_a_429(tmp_path: Path) -> None:
    async with local_discord(tmp_path / "play", rate_limits=True) as discord, _client(discord) as client:
        channel = int(discord.channel("gatehouse"))
        await asyncio.gather(*(client.send_message(channel, nonce=f"n{number}", content="x") for number in range(8)))
        statuses = [entry.status for entry in discord.play.recorder.after(0) if getattr(entry, "status", None)]
        assert statuses
        assert 429 not in statuses
