"""The publisher looks only at what is new, and misses nothing by that."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from redis.asyncio import Redis

from guildwright.platform.clock import SystemClock
from guildwright.platform.config.keys import CONFIG
from guildwright.platform.config.publish import Published, Publisher
from guildwright.platform.config.record import Known, News
from guildwright.platform.config.store import State
from guildwright_crds.compile import compile_config
from guildwright_crds.guild_config import GuildConfigSpec
from tests.config.support import complete
from tests.fakes.documents import ELM, OAK
from tests.fakes.waiting import eventually

pytestmark = pytest.mark.integration


def _known(guild: str, generation: int) -> Known:
    record = compile_config(guild, GuildConfigSpec(), f"uid-{guild}", generation).to_json()
    return Known(f"uid-{guild}", generation, record, State.LIVE)


class _Source:
    """Says what it is told to, in order."""

    def __init__(self, *first: News) -> None:
        self.queue: asyncio.Queue[News] = asyncio.Queue()
        for news in first:
            self.queue.put_nowait(news)

    async def news(self) -> AsyncGenerator[News]:
        while True:
            yield await self.queue.get()

    async def outgrow(self, _guild_id: str, _published: int) -> Known | None:
        return None


class _Watcher:
    def __init__(self) -> None:
        self.told: list[dict[str, tuple[str, int] | None]] = []

    def hear(self, published: Published, _complete: bool) -> None:
        self.told.append(dict(published))


async def test_a_second_complete_list_takes_away_what_is_not_in_it(redis: Redis) -> None:
    source, watcher = _Source(News({OAK: _known(OAK, 1), ELM: _known(ELM, 1)}, complete=True)), _Watcher()
    stop = asyncio.Event()
    running = asyncio.create_task(Publisher(source, redis, SystemClock(), published=watcher.hear).run(stop))
    await eventually(lambda: len(watcher.told) == 1)

    source.queue.put_nowait(News({OAK: _known(OAK, 1)}, complete=True))

    await eventually(lambda: len(watcher.told) == 2)
    assert watcher.told[1] == {ELM: None}
    assert await redis.hkeys(CONFIG) == [OAK.encode()]
    assert (await complete(redis)).count == 1
    stop.set()
    await running


async def test_one_edit_is_one_record_and_the_count_stays_right(redis: Redis) -> None:
    guilds = {str(int(OAK) + number): number for number in range(20)}
    source = _Source(News({guild: _known(guild, 1) for guild in guilds}, complete=True))
    watcher, stop, new = _Watcher(), asyncio.Event(), str(int(OAK) + 99)
    running = asyncio.create_task(Publisher(source, redis, SystemClock(), published=watcher.hear).run(stop))
    await eventually(lambda: len(watcher.told) == 1)

    for news in ({OAK: _known(OAK, 2)}, {new: _known(new, 1)}, {OAK: None}, {OAK: None}):
        source.queue.put_nowait(News(news))
        said = len(watcher.told)
        await eventually(lambda said=said: len(watcher.told) > said)  # type: ignore[misc]
        assert (await complete(redis)).count == await redis.hlen(CONFIG)

    assert watcher.told[1:] == [{OAK: (f"uid-{OAK}", 2)}, {new: (f"uid-{new}", 1)}, {OAK: None}, {}]
    assert await redis.hlen(CONFIG) == 20
    stop.set()
    await running


async def test_what_changed_while_everything_was_written_is_written_after_it(redis: Redis) -> None:
    source, watcher, stop = _Source(News({OAK: _known(OAK, 1)}, complete=True)), _Watcher(), asyncio.Event()
    asked = 0

    def may_write() -> bool:
        nonlocal asked
        asked += 1
        if asked == 3:  # before the beginning, before the records, before the marker
            source.queue.put_nowait(News({OAK: _known(OAK, 2)}))
        return True

    publisher = Publisher(source, redis, SystemClock(), published=watcher.hear, may_write=may_write)
    running = asyncio.create_task(publisher.run(stop))

    await eventually(lambda: len(watcher.told) > 1)
    assert watcher.told == [{OAK: (f"uid-{OAK}", 1)}, {OAK: (f"uid-{OAK}", 2)}]
    stop.set()
    await running
