"""What tests of the operator without a cluster begin with."""

from collections.abc import AsyncIterator

import pytest
from kubernetes.aio.client import ApiClient, Configuration

from tests.operator.one_page import OnePage


@pytest.fixture
async def page() -> AsyncIterator[OnePage]:
    async with ApiClient(Configuration()) as api:
        one = OnePage(api, "guilds")
        one.__dict__.update(statuses={}, events=[], lists=[])
        yield one
