"""Real servers for the tests of jobs: one PostgreSQL and one Redis per module, emptied for each test."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.fakes.job_bench import Bench, job_bench
from tests.fakes.postgres_server import database, postgres
from tests.fakes.redis_server import RedisServer, redis_server

__all__ = ["database", "postgres"]


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    """A server for the tests of one module."""
    with redis_server() as server:
        yield server


@pytest.fixture
async def bench(redis: RedisServer, database: None) -> AsyncIterator[Bench]:
    """A bench with no job and no message on it."""
    assert database is None
    async with job_bench(redis) as made:
        await made.client.flushall()
        yield made
