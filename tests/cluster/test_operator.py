"""The operator against a real API server and a real Redis: what is applied is in a reader's memory, whatever dies."""

import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from guildwright.platform.config.read import ConfigReader
from guildwright_crds.guild_config import API_VERSION
from tests.cluster.control_plane import ControlPlane
from tests.fakes.documents import ELM, OAK
from tests.fakes.operator_process import Operators, operators
from tests.fakes.redis_server import RedisServer, redis_server
from tests.fakes.waiting import eventually

pytestmark = [pytest.mark.cluster, pytest.mark.integration]
OAK_ID, ELM_ID = int(OAK), int(ELM)
APPLY = "application/apply-patch+yaml"


class Namespace:
    """A namespace of its own, and what a person does in it."""

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane
        self.name = f"gw-{secrets.token_hex(4)}"
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.name}}
        assert plane.ask("POST", "/api/v1/namespaces", body).status == 201

    @property
    def path(self) -> str:
        return f"/apis/{API_VERSION}/namespaces/{self.name}/guildconfigs"

    def apply(self, guild: str = OAK, *, rerolls: int = 1, spec: dict[str, Any] | None = None) -> dict[str, Any]:
        wanted = spec if spec is not None else {"giveaways": {"rerollLimit": rerolls}}
        body = {"apiVersion": API_VERSION, "kind": "GuildConfig", "metadata": {"name": guild}, "spec": wanted}
        answer = self.plane.ask("PATCH", f"{self.path}/{guild}?fieldManager=test&force=true", body, APPLY)
        assert answer.status in {200, 201}, answer.message
        return answer.body  # type: ignore[no-any-return]

    def get(self, guild: str = OAK) -> dict[str, Any]:
        answer = self.plane.ask("GET", f"{self.path}/{guild}")
        assert answer.status == 200, answer.message
        return answer.body  # type: ignore[no-any-return]

    def status(self, guild: str = OAK) -> dict[str, Any]:
        return self.get(guild).get("status") or {}

    def condition(self, kind: str, guild: str = OAK) -> dict[str, Any]:
        return next((one for one in self.status(guild).get("conditions", ()) if one["type"] == kind), {})

    def ready(self, guild: str = OAK) -> bool:
        obj = self.get(guild)
        said = obj.get("status") or {}
        ready = {one["type"]: one["status"] for one in said.get("conditions", ())}.get("Ready")
        return ready == "True" and said["observedGeneration"] == obj["metadata"]["generation"]

    def delete(self, guild: str = OAK) -> None:
        assert self.plane.ask("DELETE", f"{self.path}/{guild}").status == 200

    def events(self) -> list[tuple[str, str, str]]:
        answer = self.plane.ask("GET", f"/apis/events.k8s.io/v1/namespaces/{self.name}/events")
        found = [(one["regarding"]["name"], one["reason"], one["note"]) for one in answer.body["items"]]
        return sorted(found)


@pytest.fixture
def place(plane: ControlPlane) -> Namespace:
    return Namespace(plane)


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


@pytest.fixture
def crew(tmp_path: Path, place: Namespace, server: RedisServer) -> Iterator[Operators]:
    with operators(tmp_path, place.plane.kubeconfig, place.name, server.url) as all_of_them:
        yield all_of_them


@pytest.fixture
async def reader(server: RedisServer) -> AsyncIterator[ConfigReader]:
    follower = ConfigReader(server.client())
    await follower.start()
    yield follower
    await follower.stop()


def limit(reader: ConfigReader, guild: int = OAK_ID) -> int:
    return reader.get(guild).giveaways.reroll_limit


async def test_what_is_applied_is_in_a_shards_memory_and_the_status_says_so(
    place: Namespace, crew: Operators, reader: ConfigReader
) -> None:
    place.apply(rerolls=4)
    crew.start()
    await reader.wait_ready()
    assert limit(reader) == 4
    await eventually(place.ready)
    applied = place.apply(rerolls=7)
    await eventually(lambda: limit(reader) == 7, 2)
    await eventually(place.ready, 2)
    assert place.status()["publishedGeneration"] == applied["metadata"]["generation"] == 2
    assert {one["type"] for one in place.status()["conditions"]} >= {"Accepted", "Published", "Ready"}
    assert not place.condition("Stalled")
    assert not place.condition("Reconciling")
