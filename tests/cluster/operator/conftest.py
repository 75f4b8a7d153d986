"""What every test of the operator on an API server begins with."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from guildwright.platform.config.read import ConfigReader
from tests.cluster.control_plane import ControlPlane
from tests.cluster.operator.place import Namespace
from tests.fakes.operator_process import Operators, operators
from tests.fakes.redis_server import RedisServer, redis_server
from tests.fakes.wire import Wire, wire


@pytest.fixture
def place(plane: ControlPlane) -> Namespace:
    return Namespace(plane)


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


@pytest.fixture
async def line(place: Namespace) -> AsyncIterator[Wire]:
    async with wire(place.plane.port) as one:
        yield one


@pytest.fixture
def crew(tmp_path: Path, place: Namespace, server: RedisServer, line: Wire) -> Iterator[Operators]:
    kubeconfig = json.loads(place.plane.kubeconfig.read_text())
    kubeconfig["clusters"][0]["cluster"]["server"] = f"https://127.0.0.1:{line.port}"
    path = tmp_path / "kubeconfig"
    path.write_text(json.dumps(kubeconfig))
    with operators(tmp_path, path, place.name, server.url) as all_of_them:
        yield all_of_them


@pytest.fixture
async def reader(server: RedisServer) -> AsyncIterator[ConfigReader]:
    follower = ConfigReader(server.client())
    await follower.start()
    yield follower
    await follower.stop()
