"""An operator that leads while Redis is away: statuses and Events say so, and nothing that they cannot know."""

from typing import Any

from guildwright.platform.clock import SystemClock
from guildwright_operator.apply import NOTE_BYTES, Writer
from guildwright_operator.documents import raw_from
from guildwright_operator.reconcile import Happened
from tests.fakes.documents import ELM, OAK
from tests.fakes.redis_server import redis_server
from tests.fakes.waiting import eventually
from tests.operator.one_page import OnePage, leading, resource

READY = {
    "observedGeneration": 1,
    "publishedGeneration": 1,
    "conditions": [{"type": "Published", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}],
}


def published(status: dict[str, Any]) -> tuple[str, str]:
    (one,) = (one for one in status["conditions"] if one["type"] == "Published")
    return one["reason"], one["message"].rpartition("; ")[2]


async def test_what_waited_says_that_redis_is_away_and_what_stays_in_force(page: OnePage) -> None:
    changed, new = resource(OAK, 2, READY, {}), resource(ELM, 1, {}, {})
    async with leading(page, changed, new):
        await eventually(lambda: len(page.statuses) == 2, 10)
    assert published(page.statuses[OAK]) == ("RedisAway", "generation 1 stays in force")
    assert page.statuses[OAK]["publishedGeneration"] == 1
    assert published(page.statuses[ELM])[0] == "RedisAway"


async def test_an_unusable_edit_leaves_in_force_what_its_status_said(page: OnePage) -> None:
    async with leading(page, resource(OAK, 1, READY, {})) as controller:
        await eventually(lambda: controller.trouble, 10)
        controller.seen(raw_from(resource(OAK, 2, READY, {"nonsense": 1})))
        await eventually(lambda: page.statuses.get(OAK, {}).get("observedGeneration") == 2, 10)
    assert published(page.statuses[OAK]) == ("Invalid", "generation 1 stays in force")


async def test_what_was_deleted_while_redis_was_away_is_told_when_it_is_back(page: OnePage) -> None:
    with redis_server() as server:
        async with leading(page, resource(OAK, 1, {}, {}), url=server.url) as controller:
            await eventually(lambda: page.statuses.get(OAK, {}).get("publishedGeneration") == 1, 10)
            server.kill()
            await eventually(lambda: controller.trouble, 10)
            gone = resource(OAK, 1, {}, {})
            gone["metadata"]["resourceVersion"] = "99"
            controller.seen(raw_from(gone, gone=True))
            await controller.round_trip()
            server.start()
            await eventually(lambda: "Withdrawn" in [one["reason"] for one in page.events], 10)


async def test_the_note_of_an_event_is_cut_to_the_bytes_that_the_server_takes(page: OnePage) -> None:
    writer = Writer(page, "me", SystemClock(), lambda: True)
    await writer.event(OAK, "oak", 1, Happened("Rejected", "é" * 1000 + "…", warning=True))
    (event,) = page.events
    assert len(event["note"].encode()) <= NOTE_BYTES
