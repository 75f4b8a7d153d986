"""What goes in the moment between our list and kopf's first one, kopf never tells of."""

from guildwright.platform.config.keys import CONFIG
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
