"""The publisher and a source that knows only records: what nobody remembers is kept, and it stops when told to."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

import pytest
from redis.asyncio import Redis

from guildwright.platform.clock import SystemClock
from guildwright.platform.config.keys import CONFIG
from guildwright.platform.config.publish import Published, Publisher
from guildwright.platform.config.read import ConfigReader, ConfigUnknown
from guildwright.platform.config.record import Known, News
from guildwright.platform.config.store import State
from guildwright_crds.compile import compile_config
from guildwright_crds.giveaways import Giveaways
from guildwright_crds.guild_config import GuildConfigSpec
from tests.config.support import ELM_ID, OAK_ID, complete, limit, raw
from tests.fakes.documents import ELM, OAK
from tests.fakes.waiting import eventually

pytestmark = pytest.mark.integration
KEPT = Known("oak-1", 2, None, State.KEPT, keep=True, never_defaults=True)
NEVER_GOOD = Known("oak-1", 1, None, State.KEPT, keep=True)


def good(guild: str = OAK, *, rerolls: int, generation: int = 1, uid: str = "oak-1") -> Known:
    spec = GuildConfigSpec(giveaways=Giveaways(reroll_limit=rerolls))
    return Known(uid, generation, compile_config(guild, spec, uid, generation).to_json(), State.LIVE)


class Told:
    """A source that a test tells what to say; `outgrown` is its answer to a record that is as new."""

    def __init__(self) -> None:
        self._news: asyncio.Queue[News] = asyncio.Queue()
        self.outgrown: Known | None = None

    def say(self, guilds: dict[str, Known | None], *, complete: bool = False) -> None:
        self._news.put_nowait(News(guilds, complete=complete))

    async def news(self) -> AsyncGenerator[News]:
        while True:
            yield await self._news.get()

    async def outgrow(self, guild_id: str, published: int) -> Known | None:
        del guild_id, published
        return self.outgrown


class Run:
    """A publisher and what it says is in Redis."""

    def __init__(self, redis: Redis) -> None:
        self.source = Told()
        self.told: dict[str, tuple[str, int] | None] = {}
        self.completes = 0
        self.turn = True
        self.publisher = Publisher(self.source, redis, SystemClock(), published=self._hear, may_write=lambda: self.turn)
        self._stop = asyncio.Event()
        self._task = asyncio.create_task(self.publisher.run(self._stop))

    def _hear(self, published: Published, complete: bool) -> None:
        self.completes += complete
        self.told |= published

    async def end(self) -> None:
        self._stop.set()
        await self._task


@pytest.fixture
async def run(redis: Redis) -> AsyncIterator[Run]:
    one = Run(redis)
    yield one
    await one.end()


async def test_it_tells_what_is_in_redis_and_what_was_taken_away(run: Run, redis: Redis) -> None:
    run.source.say({OAK: good(rerolls=3), ELM: good(ELM, rerolls=4, uid="elm-1")}, complete=True)
    await complete(redis)
    await eventually(lambda: run.told == {OAK: ("oak-1", 1), ELM: ("elm-1", 1)})
    run.source.say({OAK: good(rerolls=5, generation=2), ELM: None})
    await eventually(lambda: run.told == {OAK: ("oak-1", 2), ELM: None})
    assert run.completes == 1


async def test_what_only_redis_remembers_stays_and_is_remembered_from_then_on(
    run: Run, redis: Redis, reader: ConfigReader
) -> None:
    run.source.say({OAK: good(rerolls=3)}, complete=True)
    await complete(redis)
    await run.end()
    before = await raw(redis)
    second = Run(redis)
    second.source.say({OAK: KEPT}, complete=True)
    await eventually(lambda: second.told == {OAK: ("oak-1", 1)})
    assert await raw(redis) == before
    await redis.flushall()
    await eventually(lambda: redis.hexists(CONFIG, OAK))
    assert await raw(redis) == before
    assert limit(reader) == 3
    await second.end()


async def test_what_nobody_remembers_is_unknown_rather_than_the_defaults(
    run: Run, redis: Redis, reader: ConfigReader
) -> None:
    run.source.say({OAK: KEPT}, complete=True)
    await reader.wait_ready()
    with pytest.raises(ConfigUnknown):
        reader.get(OAK_ID)
    run.source.say({OAK: good(rerolls=6, generation=3)})
    await eventually(lambda: _known(reader) and limit(reader) == 6)
    assert (await complete(redis)).count == 1


def _known(reader: ConfigReader) -> bool:
    try:
        reader.get(OAK_ID)
    except ConfigUnknown:
        return False
    return True


async def test_what_never_was_good_leaves_the_defaults(run: Run, redis: Redis, reader: ConfigReader) -> None:
    run.source.say({OAK: NEVER_GOOD}, complete=True)
    await reader.wait_ready()
    assert reader.get(OAK_ID).uid == ""
    assert (await complete(redis)).count == 0


async def test_a_change_that_cannot_be_used_keeps_what_is_written(run: Run, redis: Redis, reader: ConfigReader) -> None:
    run.source.say({OAK: good(rerolls=3)}, complete=True)
    await reader.wait_ready()
    run.source.say({OAK: KEPT})
    run.source.say({ELM: good(ELM, rerolls=4, uid="elm-1")})
    await eventually(lambda: limit(reader, ELM_ID) == 4)
    assert limit(reader) == 3
    assert (await complete(redis)).count == 2


async def test_the_same_generation_compiled_anew_replaces_what_another_version_of_us_wrote(
    run: Run, redis: Redis
) -> None:
    run.source.say({OAK: good(rerolls=3)}, complete=True)
    await complete(redis)
    await run.end()
    second = Run(redis)
    second.source.outgrown = good(rerolls=4)
    second.source.say({OAK: good(rerolls=4)}, complete=True)
    await eventually(lambda: second.completes)
    assert await raw(redis) == good(rerolls=4).record
    await second.end()


async def test_nothing_is_written_out_of_turn(run: Run, redis: Redis) -> None:
    run.source.say({OAK: good(rerolls=3)}, complete=True)
    await complete(redis)
    run.turn = False
    run.source.say({OAK: good(rerolls=4, generation=2)})
    await eventually(lambda: "turn" in run.publisher.trouble)
    assert await raw(redis) == good(rerolls=3).record
    run.turn = True
    await eventually(lambda: run.told == {OAK: ("oak-1", 2)})
    await eventually(lambda: not run.publisher.trouble)
