"""What goes in the moment between our list and kopf's first one, kopf never tells of."""

import asyncio

from guildwright.platform.config.keys import CONFIG
from guildwright_operator.controller import RELIST_SECONDS, UNHEARD_SECONDS
from guildwright_operator.documents import raw_from
from tests.fakes.clock import FakeClock
from tests.fakes.documents import OAK
from tests.fakes.redis_server import redis_server
from tests.fakes.waiting import eventually
from tests.operator.one_page import OnePage, leading, resource


async def test_the_only_document_may_go_before_kopf_has_listed_any(page: OnePage) -> None:
    with redis_server() as server:
        async with leading(page, resource(OAK, 1, {}, {}), url=server.url):
            redis = server.client()
            await eventually(lambda: page.statuses.get(OAK, {}).get("publishedGeneration") == 1, 10)
            assert await redis.hlen(CONFIG) == 1
            page.__dict__.update(items=(), version=100)

            async def withdrawn() -> bool:
                return await redis.hlen(CONFIG) == 0

            await eventually(withdrawn, 30)
            await redis.aclose()


async def test_once_the_watch_has_told_of_anything_all_is_listed_once_more_and_then_no_more(page: OnePage) -> None:
    clock = FakeClock()
    async with leading(page, clock=clock) as controller:
        while clock.sleeping < 3:  # noqa: ASYNC110  the renewal, the next list, Redis
            await asyncio.sleep(0.001)
        page.__dict__.update(items=(resource(OAK, 1, {}, {}),))
        controller.seen(raw_from(page.items[0]))
        await controller.round_trip()
        await clock.advance(RELIST_SECONDS)
        await clock.advance(10 * UNHEARD_SECONDS)
    assert page.lists == [0, 1]
