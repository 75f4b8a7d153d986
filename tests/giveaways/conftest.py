"""A giveaway's whole surroundings with a real PostgreSQL, and everything else played."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from guildwright.platform.database import engine, migrate
from guildwright.platform.database.engine import transaction
from guildwright_bot.deps import Deps
from guildwright_bot.features import piccolo_apps
from guildwright_bot.features.giveaways import consumers, draws, editing, frozen, people, service, store
from guildwright_bot.features.giveaways.domain import Caps, Giveaway, Person, Terms, rules_of
from guildwright_bot.features.giveaways.editing import Revision
from guildwright_bot.features.giveaways.messages import Writer
from guildwright_bot.features.giveaways.service import Claimed, Toggled
from guildwright_bot.refusal import Refusal
from guildwright_crds.compile import CompiledConfig
from tests.fakes.bot import CHANNEL, GUILD, config, deps
from tests.fakes.chance import FakeChance
from tests.fakes.channels import FakeChannels, Sent
from tests.fakes.clock import FakeClock
from tests.fakes.jobs_by_hand import Bench
from tests.fakes.postgres_server import PostgresServer, empty, postgres

__all__ = ["postgres"]

CAPS = Caps(active=5, winners=20, entries=1000)
HOST = 300
TABLES = (
    "giveaway", "giveaway_entry", "giveaway_claim", "giveaway_record", "giveaway_counter", "giveaway_draft",
    "giveaway_draw", "guild_membership", "command_declaration",
)  # fmt: skip


@dataclass
class FakeConfig:
    """What the guild's document says, at any moment."""

    current: CompiledConfig = field(default_factory=config)

    def get(self, guild_id: int) -> CompiledConfig:
        del guild_id
        return self.current


@dataclass
class Hall:
    """A guild where a giveaway takes place."""

    clock: FakeClock
    discord: FakeChannels
    config: FakeConfig
    bench: Bench
    deps: Deps
    clicks: int = 10_000
    caps: Caps = CAPS

    async def start(
        self, *, minutes: float = 10, source_id: int = 1, wait: timedelta = timedelta(), **terms: Any
    ) -> Giveaway | Refusal:
        """What `/giveaway start` does."""
        asked = replace(Terms("Oak chair", 1, timedelta(minutes=minutes)), **terms)
        async with transaction():
            return await service.start(
                guild_id=GUILD,
                channel_id=CHANNEL,
                host_id=HOST,
                source_id=source_id,
                terms=asked,
                caps=self.caps,
                now=self.clock.now(),
                wait=wait,
            )

    async def started(self, **terms: Any) -> Giveaway:
        """A giveaway whose message is posted."""
        giveaway = await self.start(**terms)
        assert isinstance(giveaway, Giveaway), giveaway
        await self.pass_time()
        return giveaway

    async def edit(self, giveaway: Giveaway, revision: Revision) -> Giveaway | Refusal:
        """What `/giveaway edit` does."""
        rules, now = rules_of(self.config.current.giveaways), self.clock.now()
        async with transaction():
            return await editing.edit(GUILD, giveaway.id, revision, caps=CAPS, rules=rules, actor_id=HOST, now=now)

    async def click(self, giveaway: Giveaway, member: int, *, click_id: int | None = None) -> Toggled | Refusal:
        """What a click on the giveaway's button does."""
        self.clicks += 1
        async with transaction():
            return await service.enter_or_leave(
                GUILD,
                giveaway.id,
                Person(member, frozenset(self.discord.members.get(member, ())), self.discord.joined_at(member)),
                click_id=click_id or self.clicks,
                rules=rules_of(self.config.current.giveaways),
                caps=self.caps,
                now=self.clock.now(),
            )

    async def claim(self, giveaway: Giveaway, member: int) -> Claimed | Refusal:
        """What a click on Claim does."""
        person = await people.look_up(self.discord, self.deps.levels, GUILD, member)
        rules = rules_of(self.config.current.giveaways)
        async with transaction():
            return await service.claim(GUILD, giveaway.id, member, person=person, rules=rules, now=self.clock.now())

    async def pass_time(self, minutes: float = 0, *, unkindly: str = "") -> None:
        """Let the worker run what is due."""
        await self.bench.run_until(self.clock.now() + timedelta(minutes=minutes), unkindly=unkindly)

    async def now(self, giveaway: Giveaway) -> Giveaway:
        """The giveaway as it is kept."""
        kept = await store.get(giveaway.id)
        assert kept is not None
        return kept

    @property
    def bench_writer(self) -> Writer:
        """What the jobs write with."""
        return Writer(self.deps.texts, self.config.current.general.locale)

    @property
    def panel(self) -> Sent:
        """The one giveaway message."""
        [panel] = [m for m in self.discord.shown if any(":enter:" in name for name in m.custom_ids)]
        return panel

    @property
    def announcements(self) -> list[Sent]:
        """The winner messages, and those that say that nobody won."""
        names = (":claim:", ":over:")
        return [m for m in self.discord.shown if any(name in given for name in names for given in m.custom_ids)]

    @property
    def closings(self) -> list[Sent]:
        """The messages with the hash of a list."""
        return [m for m in self.discord.shown if any(":ticket:" in name for name in m.custom_ids)]

    async def foreseen(self, giveaway: Giveaway) -> list[int]:
        """The order as it will be if nobody enters or leaves any more, without a beacon."""
        made, kept = await draws.get(giveaway.id), await self.now(giveaway)
        assert made is not None
        page = await store.page_of_entries(giveaway.id, 0, 1000)
        rules = rules_of(self.config.current.giveaways)
        listed = frozen.freeze(*frozen.places(page, kept, rules, made.ticket_key, self.clock.now()))
        drawn = frozen.order(listed, made.seed, "").ranking
        return [int.from_bytes(drawn[at : at + 8]) for at in range(0, len(drawn), 8)]

    async def ticket(self, giveaway: Giveaway, member: int) -> str:
        """A member's pseudonym."""
        made = await draws.get(giveaway.id)
        assert made is not None
        return made.ticket(member)

    async def order(self, giveaway: Giveaway) -> list[int]:
        """The order of the draw."""
        return await draws.ranking(giveaway.id, 0, 1000)


@pytest.fixture
async def hall(postgres: PostgresServer) -> AsyncIterator[Hall]:
    """An empty hall with ten members, 1 to 10."""
    await engine.open_url(postgres.url)
    await migrate.run_migrations(piccolo_apps())
    await empty(*TABLES)
    # What is due is compared with the database's clock nowhere here, but rows must not be from the future.
    clock = FakeClock(datetime(2026, 1, 1, 12, 0, tzinfo=UTC))
    discord, settings = FakeChannels(members=dict.fromkeys(range(1, 11), ())), FakeConfig()
    made = deps(clock=clock, discord=discord, config=settings, chance=FakeChance())
    bench = Bench(consumers.consumers(made), clock)
    yield Hall(clock, discord, settings, bench, made)
    await engine.close_database()
