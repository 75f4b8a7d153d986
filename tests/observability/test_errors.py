"""A fault gets an id that the user, the log and whoever listens in Redis share."""

import asyncio
import json
from typing import Any

import pytest
from redis.asyncio import Redis
from structlog.contextvars import bound_contextvars
from structlog.testing import capture_logs

from guildwright.platform import log
from guildwright.platform.errors import CHANNEL, Errors
from guildwright.platform.settings import Settings
from tests.fakes.chance import FakeChance
from tests.fakes.clock import FakeClock
from tests.fakes.redis_server import redis_server


def _pour() -> None:
    raise ValueError("out of sherry")


def _fault() -> Exception:
    with pytest.raises(ValueError, match="sherry") as caught:
        _pour()
    return caught.value


@pytest.mark.integration
async def test_a_fault_is_kept_in_the_stream_and_told_on_the_channel() -> None:
    with redis_server() as server:
        client: Any = server.client()
        listener = client.pubsub(ignore_subscribe_messages=True)
        await listener.subscribe(CHANNEL)
        await listener.get_message(timeout=1)

        with bound_contextvars(guild=42):
            error_id = await Errors(client, "worker", FakeClock(), FakeChance()).report(_fault(), "job x")

        told = json.loads((await listener.get_message(timeout=5))["data"])
        kept = json.loads((await client.xrange(CHANNEL))[0][1][b"json"])
        await listener.aclose()
        await client.aclose()
    assert told == kept
    story = kept.pop("traceback")
    assert "out of sherry" in story
    assert "_pour" in story
    assert kept == {
        "id": error_id,
        "at": "2026-01-01T12:00:00+00:00",
        "process": "worker",
        "guild": "42",
        "where": "job x",
        "type": "ValueError",
        "message": "out of sherry",
    }


async def test_without_redis_the_user_still_gets_an_id_that_is_in_the_log() -> None:
    client: Redis = Redis.from_url("redis://127.0.0.1:9")
    with capture_logs() as lines:
        error_id = await asyncio.wait_for(Errors(client, "shard", FakeClock(), FakeChance()).report(_fault(), "x"), 2)

    assert len(error_id) == 8
    assert lines[0]["error_id"] == error_id


@pytest.mark.integration
async def test_what_is_published_holds_no_secret() -> None:
    token = "MTIzNDU2Nzg5MDEyMzQ1Njc4.secret.of-a-test-00000000"  # noqa: S105  made up
    log._learn_secrets(Settings(discord_token=token))
    with redis_server() as server:
        client: Any = server.client()
        await Errors(client, "worker", FakeClock(), FakeChance()).report(RuntimeError(f"Bot {token}"), "x")
        assert token.encode() not in (await client.xrange(CHANNEL))[0][1][b"json"]
        await client.aclose()
