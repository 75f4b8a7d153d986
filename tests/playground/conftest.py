"""A served playground for every test that asks for one."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.fakes.clock import FakeClock
from tests.fakes.local_discord import LocalDiscord, local_discord


@pytest.fixture
async def discord() -> AsyncIterator[LocalDiscord]:
    """A fresh demo guild; what it answered is validated at the end."""
    async with local_discord() as served:
        yield served


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_discord() -> AsyncIterator[LocalDiscord]:
    """One for a whole module of refusals: a test that is refused changes nothing. Needs `loop_scope="module"`."""
    async with local_discord() as served:
        yield served


@pytest.fixture
def clock() -> FakeClock:
    """A clock that the test moves."""
    return FakeClock()


@pytest.fixture
async def slow_discord(clock: FakeClock) -> AsyncIterator[LocalDiscord]:
    """A playground whose time is the test's."""
    async with local_discord(clock=clock) as served:
        yield served
