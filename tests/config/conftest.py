"""A directory of guild documents, and what follows it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from guildwright.platform.config.directory import DirectoryStore
from guildwright.platform.config.read import ConfigReader
from tests.cluster.control_plane import ControlPlane
from tests.config.homes import ClusterHome, Home, cluster_home, directory_home
from tests.config.support import Publishing
from tests.fakes.redis_server import RedisServer, redis_server
from tests.fakes.watched import Watched


@pytest.fixture
def guilds(tmp_path: Path) -> Path:
    folder = tmp_path / "guilds"
    folder.mkdir()
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def store(guilds: Path, data: Path) -> DirectoryStore:
    return DirectoryStore(guilds, data)


@pytest.fixture
async def watched(store: DirectoryStore) -> AsyncIterator[Watched]:
    async with Watched(store) as follower:
        yield follower


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


@pytest.fixture
async def redis(server: RedisServer) -> AsyncIterator[Redis]:
    async with server.client() as client:
        yield client


@pytest.fixture
async def publishing(server: RedisServer, guilds: Path, data: Path) -> AsyncIterator[Publishing]:
    publishers = Publishing(server, guilds, data)
    yield publishers
    await publishers.stop()


@pytest.fixture
async def reader(server: RedisServer) -> AsyncIterator[ConfigReader]:
    follower = ConfigReader(server.client())
    await follower.start()
    yield follower
    await follower.stop()


@pytest.fixture(params=["directory", pytest.param("kubernetes", marks=pytest.mark.cluster)])
async def home(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Home]:
    """Either place of guild documents: what holds for one must hold for the other."""
    if request.param == "directory":
        async with directory_home(tmp_path) as directory:
            yield directory
        return
    plane: ControlPlane = request.getfixturevalue("plane")
    monkeypatch.setenv("KUBECONFIG", str(plane.kubeconfig))
    async with cluster_home(plane, tmp_path) as cluster:
        yield cluster


@pytest.fixture
async def cluster_alone(
    plane: ControlPlane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[ClusterHome]:
    """A namespace of an API server, for what only a cluster does."""
    monkeypatch.setenv("KUBECONFIG", str(plane.kubeconfig))
    async with cluster_home(plane, tmp_path) as cluster:
        yield cluster
