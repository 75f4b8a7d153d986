"""Whoever follows a cluster's documents misses nothing, whatever becomes of the API server meanwhile."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from guildwright.platform.chance import SystemChance
from guildwright.platform.clock import SystemClock
from guildwright.platform.config import follow
from guildwright.platform.config.cluster import connect
from guildwright.platform.config.kubernetes_store import KubernetesStore
from guildwright.platform.config.store import State
from guildwright_crds.cli import MANIFESTS
from guildwright_crds.schema import CRD_FILE
from tests.cluster.binaries import binaries
from tests.cluster.control_plane import ControlPlane, control_plane, running
from tests.config.homes import ClusterHome, cluster_home
from tests.fakes.documents import ASH, ELM, OAK
from tests.fakes.waiting import eventually
from tests.fakes.watched import Watched

pytestmark = pytest.mark.cluster


async def test_many_documents_come_in_pages(cluster_alone: ClusterHome) -> None:
    ids = [str(int(OAK) + number) for number in range(20)]
    for guild_id in ids:
        cluster_alone.put(guild_id, {})

    async with connect(cluster_alone.settings) as cluster:
        store = KubernetesStore(cluster, "guildwright-cli", pace=follow.Pace(page=7))
        assert [stored.guild_id for stored in await store.list()] == ids


async def test_a_status_or_a_label_is_no_change(cluster_alone: ClusterHome) -> None:
    cluster_alone.put(OAK, {"giveaways": {"rerollLimit": 2}})
    async with Watched(cluster_alone.store) as watched:
        await eventually(lambda: OAK in watched.guilds)
        label = {"metadata": {"labels": {"a": "b"}}}
        path = f"{cluster_alone.path}/{OAK}"
        assert cluster_alone.plane.ask("PATCH", path, label, "application/merge-patch+json").status == 200
        cluster_alone.put(ELM, {})
        await eventually(lambda: ELM in watched.guilds)

    assert [sorted(change.guilds) for change in watched.changes] == [[OAK], [ELM]]


async def test_a_document_that_is_deleted_and_made_anew_is_another(cluster_alone: ClusterHome) -> None:
    cluster_alone.put(OAK, {"giveaways": {"rerollLimit": 2}})
    async with Watched(cluster_alone.store) as watched:
        await eventually(lambda: watched.rerolls(OAK) == 2)
        uid = watched.guilds[OAK].uid
        cluster_alone.remove(OAK)
        cluster_alone.put(OAK, {"giveaways": {"rerollLimit": 2}})
        await eventually(lambda: OAK in watched.guilds and watched.guilds[OAK].uid != uid)

    assert watched.generation(OAK) == 1


async def test_everything_is_listed_again_once_in_a_while_and_told_only_where_it_differs(
    cluster_alone: ClusterHome,
) -> None:
    """A watch that lost an event would be mended."""
    cluster_alone.put(OAK, {"giveaways": {"rerollLimit": 2}})
    async with connect(cluster_alone.settings) as cluster:
        store = KubernetesStore(cluster, "guildwright-cli", pace=follow.Pace(watch_seconds=1, resync_seconds=0.5))
        async with Watched(store) as watched:
            await eventually(lambda: watched.rerolls(OAK) == 2)
            await asyncio.sleep(3)  # some lists
            cluster_alone.put(OAK, {"giveaways": {"rerollLimit": 3}})
            await eventually(lambda: watched.rerolls(OAK) == 3)

    assert [change.complete for change in watched.changes] == [True, False]


class Fragile(ClusterHome):
    """The namespace of a server that can be killed."""

    def kill(self) -> None:
        """The API server dies at once; etcd stays."""
        self.pid, self.command = _server_in(self.plane.folder)
        os.kill(self.pid, signal.SIGKILL)

    async def start(self, until: contextlib.ExitStack) -> None:
        """Start it as it was."""
        self.plane.close()
        until.enter_context(running(self.command, self.plane.folder / "again.log"))
        await eventually(self._ready, 90)

    async def _ready(self) -> bool:
        try:
            return (await asyncio.to_thread(self.plane.ask, "GET", "/readyz")).status == 200
        except OSError:
            return False


def _server_in(folder: Path) -> tuple[int, list[str]]:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().decode().split("\0")[:-1]
            alive = (process / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
        except OSError:
            continue
        if alive and f"--cert-dir={folder / 'certs'}" in command:
            return int(process.name), command
    raise AssertionError("no API server")


@pytest.fixture
def own_plane(tmp_path: Path) -> Iterator[ControlPlane]:
    with control_plane(tmp_path, binaries()) as made:
        applied = made.kubectl("apply", "-f", str(MANIFESTS / CRD_FILE))
        assert applied.returncode == 0, applied.stderr
        wait = made.kubectl("wait", "--for=condition=Established", "--timeout=60s", "-f", str(MANIFESTS / CRD_FILE))
        assert wait.returncode == 0, wait.stderr
        yield made


@pytest.fixture
async def fragile(own_plane: ControlPlane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Fragile]:
    monkeypatch.setenv("KUBECONFIG", str(own_plane.kubeconfig))
    async with cluster_home(own_plane, tmp_path) as made:
        yield Fragile(made.settings, made.store, made.plane, made.namespace)


async def test_while_the_server_is_away_nothing_is_lost_and_then_everything_arrives(fragile: Fragile) -> None:
    for guild_id in (OAK, ELM):
        fragile.put(guild_id, {"giveaways": {"rerollLimit": 2}})
    with contextlib.ExitStack() as until:
        async with Watched(fragile.store) as watched:
            await eventually(lambda: watched.rerolls(OAK) == 2)
            fragile.kill()
            await asyncio.sleep(1)  # it notices, and has nothing to say
            assert {guild: stored.state for guild, stored in watched.guilds.items()} == {
                OAK: State.LIVE,
                ELM: State.LIVE,
            }
            assert len(watched.changes) == 1

            await fragile.start(until)
            fragile.put(OAK, {"giveaways": {"rerollLimit": 3}})
            fragile.put(ASH, {"giveaways": {"rerollLimit": 4}})
            fragile.remove(ELM)
            await eventually(
                lambda: (watched.rerolls(OAK), watched.rerolls(ASH)) == (3, 4) and ELM not in watched.guilds, 30
            )

    assert [change.complete for change in watched.changes] == [True] + [False] * (len(watched.changes) - 1)


async def test_a_place_that_the_server_forgot_is_found_again_by_a_list(cluster_alone: ClusterHome) -> None:
    """410: the differences are told as if nothing had been missed."""
    cluster_alone.put(OAK, {"giveaways": {"rerollLimit": 2}})
    seen: list[Any] = []
    async with connect(cluster_alone.settings) as cluster:
        items, _ = await follow.list_all(cluster, lambda obj: obj["metadata"]["name"])
        assert items == [OAK]
        forgotten = _Forgetful(cluster)
        news = follow.follow(forgotten, lambda obj: obj, SystemClock(), SystemChance())  # type: ignore[arg-type]
        async for new in news:
            seen.append(type(new).__name__)
            if len(seen) == 2:
                break
        await news.aclose()

    assert seen == ["Listed", "Listed"]
    assert forgotten.watches == 1


class _Forgetful:
    """A cluster whose first watch asks from a place that no server has any more."""

    def __init__(self, cluster: Any) -> None:
        self._cluster, self.watches = cluster, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cluster, name)

    def open(self, method: str, path: str, timeout: Any, query: dict[str, Any]) -> Any:
        self.watches += 1
        return self._cluster.open(method, path, timeout, query | {"resourceVersion": "1"})
