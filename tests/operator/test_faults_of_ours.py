"""A document over which our own code trips stops no other, and is looked at once more."""

import asyncio
import contextlib
from dataclasses import replace

from redis.asyncio import Redis

from guildwright.platform.clock import SystemClock
from guildwright_operator.apply import Writer
from guildwright_operator.controller import Controller
from guildwright_operator.documents import raw_from
from guildwright_operator.lease import Election
from guildwright_operator.main import PAUSE_SECONDS, elect
from tests.fakes.clock import FakeClock
from tests.fakes.documents import ELM, OAK
from tests.fakes.leases import FakeLeases
from tests.fakes.redis_server import redis_server
from tests.fakes.waiting import eventually
from tests.operator.one_page import NOWHERE, OnePage, leading, resource


class TripsOnce(int):
    """A version that fails the first time that it is compared."""

    trips = 0

    def __lt__(self, other: int) -> bool:
        self.trips += 1
        if self.trips == 1:
            raise ZeroDivisionError("ours")
        return int(self) < other


async def test_an_edit_on_which_we_failed_is_looked_at_once_more(page: OnePage) -> None:
    with redis_server() as server:
        async with leading(page, resource(OAK, 1, {}, {}), url=server.url) as controller:
            await eventually(lambda: page.statuses.get(OAK, {}).get("publishedGeneration") == 1, 10)
            edit = replace(raw_from(resource(OAK, 2, {}, {})), version=TripsOnce(70))
            controller.seen(edit)
            await eventually(lambda: page.statuses[OAK].get("publishedGeneration") == 2, 10)
            assert isinstance(edit.version, TripsOnce)
            assert edit.version.trips > 1


async def test_a_listed_document_that_nobody_can_take_keeps_no_other_from_being_published(page: OnePage) -> None:
    broken = resource(ELM, 1, {}, {})
    broken["metadata"]["resourceVersion"] = "not a number"
    with redis_server() as server:
        async with leading(page, broken, resource(OAK, 1, {}, {}), url=server.url):
            await eventually(lambda: page.statuses.get(OAK, {}).get("publishedGeneration") == 1, 10)


async def test_who_fails_while_it_leads_gives_the_lease_back_and_waits_before_it_tries_again(page: OnePage) -> None:
    page.__dict__["items"] = ({"no": "metadata"},)
    clock, leases = FakeClock(), FakeLeases()
    election = Election(leases, "me", clock)
    redis = Redis.from_url(NOWHERE)
    controller = Controller(page, redis, SystemClock(), election, Writer(page, "me", clock, lambda: True))
    task = asyncio.create_task(elect(election, controller, clock))
    await eventually(lambda: [one.holder for one in leases.writes] == ["me", ""])
    await clock.advance(PAUSE_SECONDS - 0.1)
    assert len(leases.writes) == 2
    await clock.advance(0.2)
    await eventually(lambda: [one.holder for one in leases.writes] == ["me", "", "me", ""])
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await redis.aclose()
