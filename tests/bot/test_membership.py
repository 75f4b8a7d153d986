"""When a guild is greeted, and when its data goes."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from guildwright.platform.database import engine, migrate
from guildwright.platform.database.engine import fetch, transaction
from guildwright.platform.jobs import outbox
from guildwright_bot.core import domain, service
from guildwright_bot.core.domain import Membership
from guildwright_bot.features import piccolo_apps
from tests.fakes.postgres_server import PostgresServer, empty, postgres

__all__ = ["postgres"]

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=3)
MONTH = timedelta(days=30)
GUILD = 1464913923177185280


def test_a_guild_that_just_invited_the_bot_is_greeted() -> None:
    assert domain.is_greeted(None, NOW, NOW)


def test_a_restart_greets_nobody() -> None:
    assert not domain.is_greeted(Membership(GUILD, NOW), NOW, NOW)


def test_an_old_guild_in_a_new_database_is_not_greeted() -> None:
    assert not domain.is_greeted(None, NOW - timedelta(days=2), NOW)


def test_a_guild_that_invites_the_bot_again_is_greeted_again() -> None:
    assert domain.is_greeted(Membership(GUILD, NOW, left_at=NOW), LATER, LATER)
    assert domain.is_greeted(Membership(GUILD, NOW), LATER, LATER), "also when nobody saw it go"


def test_only_the_departure_that_made_the_job_is_the_end_of_the_data() -> None:
    assert domain.is_erased(Membership(GUILD, NOW, left_at=LATER), LATER)
    assert not domain.is_erased(Membership(GUILD, NOW), LATER), "it came back"
    assert not domain.is_erased(Membership(GUILD, NOW, left_at=LATER + MONTH), LATER), "it came back and left again"
    assert not domain.is_erased(None, LATER), "it is erased already"


def test_guilds_are_lost_that_discord_no_longer_lists() -> None:
    here, gone, long_gone = Membership(1, NOW), Membership(2, NOW), Membership(3, NOW, left_at=NOW)
    assert domain.lost([here, gone, long_gone], {1}) == [gone]


@pytest.fixture
async def database(postgres: PostgresServer) -> AsyncIterator[None]:
    await engine.open_url(postgres.url)
    await migrate.run_migrations(piccolo_apps())
    await empty("guild_membership")
    yield
    await engine.close_database()


async def jobs(kind: str) -> list[str]:
    """The states of the jobs of a kind."""
    return [row["state"] for row in await fetch("SELECT state FROM job WHERE kind = $1 ORDER BY id", kind)]


@pytest.mark.integration
@pytest.mark.usefixtures("database")
async def test_leaving_and_coming_back_takes_the_erasure_back() -> None:
    async with transaction():
        await service.joined(GUILD, NOW, now=NOW)
    async with transaction():
        await service.left(GUILD, retention=MONTH, now=LATER)
    async with transaction():
        await service.left(GUILD, retention=MONTH, now=LATER)  # the same event again
    [row] = await fetch("SELECT due, state FROM job WHERE kind = 'core.erase'")
    assert (row["due"], row["state"]) == (LATER + MONTH, "waiting")
    back = LATER + timedelta(days=1)
    async with transaction():
        await service.joined(GUILD, back, now=back)
    assert await jobs("core.erase") == ["done"]
    assert len(await jobs("core.welcome")) == 2
    async with transaction():
        assert await service.erase(GUILD, LATER) is None


@pytest.mark.integration
@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("heard", [True, False])
async def test_what_failed_or_was_put_off_while_the_bot_was_out_runs_when_it_comes_back_and_nothing_else_does(
    heard: bool,
) -> None:
    async with transaction():
        await service.joined(GUILD, NOW, now=NOW)
        if heard:
            await service.left(GUILD, retention=MONTH, now=LATER)
    failed, soon = "state = 'dead', outcome = 'failed', finished_at = $2", LATER + timedelta(hours=1)
    rows = {
        "failed": (GUILD, failed, soon),
        "put off": (GUILD, "error = 'refused', attempt = 29, next_at = $2", LATER + timedelta(days=9000)),
        "failed before": (GUILD, failed, NOW - timedelta(days=1)),
        "unknown": (GUILD, failed.replace("failed", "unknown"), soon),
        "timer": (GUILD, "next_at = $2", LATER + timedelta(days=9000)),
        "elsewhere": (GUILD + 1, failed, soon),
    }
    for key, (guild, what, when) in rows.items():
        await outbox.add("bench.work", guild_id=guild, payload={}, due=NOW, dedupe_key=key)
        await fetch(f"UPDATE job SET {what} WHERE dedupe_key = $1", key, when)  # noqa: S608  constants

    async with transaction():
        await service.joined(GUILD, soon, now=soon)

    due = "SELECT dedupe_key, attempt FROM job WHERE kind = 'bench.work' AND state = 'waiting' AND next_at <= now()"
    assert {row["dedupe_key"]: row["attempt"] for row in await fetch(due)} == {"failed": 0, "put off": 0}


@pytest.mark.integration
@pytest.mark.usefixtures("database")
async def test_erasing_leaves_no_row_of_the_guild_behind() -> None:
    async with transaction():
        await service.joined(GUILD, NOW, now=NOW)
        await service.left(GUILD, retention=MONTH, now=LATER)
    async with transaction():
        assert await service.erase(GUILD, LATER) is not None
    assert await fetch("SELECT 1 FROM guild_membership") == []
    assert await fetch("SELECT 1 FROM job WHERE guild_id = $1", GUILD) == []


@pytest.mark.integration
@pytest.mark.usefixtures("database")
async def test_a_shard_that_was_away_notices_only_its_own_losses() -> None:
    mine, others = 1 << 22, 2 << 22
    async with transaction():
        for guild in (mine, others):
            await service.joined(guild, NOW, now=NOW)
        await service.reconcile(1, 2, frozenset(), retention=MONTH, now=LATER)
    left = await fetch("SELECT guild_id FROM guild_membership WHERE left_at IS NOT NULL")
    assert [row["guild_id"] for row in left] == [mine]


@pytest.mark.integration
@pytest.mark.usefixtures("database")
async def test_many_shards_at_once_call_for_one_look_at_once_and_one_when_the_pause_is_over() -> None:
    calls = [NOW + timedelta(seconds=second) for second in range(service.DECLARE_PAUSE_SECONDS)]
    for now in calls:
        async with transaction():
            await service.call_for_declaration(now=now)
    due = await fetch("SELECT due FROM job WHERE kind = 'core.declare' ORDER BY due")
    assert [row["due"] for row in due] == [NOW, NOW + timedelta(seconds=service.DECLARE_PAUSE_SECONDS)]
    async with transaction():
        await service.call_for_declaration(now=NOW + timedelta(minutes=1))
    assert len(await jobs("core.declare")) == 3


@pytest.mark.integration
@pytest.mark.usefixtures("database")
async def test_a_call_after_the_first_look_is_followed_by_another_look() -> None:
    """Commands wiped just after a look would else stay away until some later session."""
    async with transaction():
        await service.call_for_declaration(now=NOW)
    await fetch("UPDATE job SET state = 'done', finished_at = now() WHERE kind = 'core.declare'")
    late = NOW + timedelta(seconds=1)
    async with transaction():
        await service.call_for_declaration(now=late)
    waiting = await fetch("SELECT due FROM job WHERE kind = 'core.declare' AND state = 'waiting'")
    assert [row["due"] >= late for row in waiting] == [True]
