"""A write to a cluster on which others write at the same moment: a server played by hand, since no real one waits."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

import pytest
from kubernetes.aio.client import ApiClient, Configuration

from guildwright.guilds import ask, get
from guildwright.platform.config.cluster import APPLY, JSON, MERGE, Cluster
from guildwright.platform.config.kubernetes_store import KubernetesStore
from guildwright.platform.config.refusals import Cause, ClusterRefused
from guildwright.platform.config.specs import merged
from guildwright.platform.config.store import StaleWrite
from tests.fakes.documents import OAK

OURS = {
    "manager": "guildwright-cli",
    "operation": "Apply",
    "fieldsV1": {"f:spec": {"f:general": {"f:locale": {}}}},
}


def refused(status: HTTPStatus, reason: str, *causes: Cause) -> ClusterRefused:
    return ClusterRefused(reason, status, reason, reason, causes)


class ByHand(Cluster):
    """An API server of one document. `before_write` happens before each write that is no dry run, in order."""

    state: dict[str, Any]

    async def ask(
        self, method: str, path: str, query: Any = None, body: Any = None, content: str = JSON
    ) -> dict[str, Any]:
        if path == self.guild_configs:
            raise refused(HTTPStatus.FORBIDDEN, "Forbidden")  # to list them is not our right
        if method == "GET":
            if self.state["obj"] is None:
                raise refused(HTTPStatus.NOT_FOUND, "NotFound")
            return self.state["obj"] | {}
        if content == APPLY and self.state["obj"] and "general" not in body["spec"]:
            cause = Cause("FieldValueInvalid", "spec.general", 'Invalid value: "null": must be of type object')
            raise refused(HTTPStatus.UNPROCESSABLE_ENTITY, "Invalid", cause)
        dry = "dryRun" in query
        if not dry or self.state["early"]:
            happens = self.state["before"].pop(0) if self.state["before"] else None
            if happens:
                happens()
        obj = self.state["obj"]
        wants = body["metadata"].get("resourceVersion")
        if wants and (obj is None or wants != obj["metadata"]["resourceVersion"]):
            raise refused(HTTPStatus.CONFLICT, "Conflict")
        new = made(merged(obj["spec"] if obj else {}, body["spec"]), obj["metadata"]["generation"] + 1 if obj else 1)
        if not dry:
            self.state["obj"] = new
            self.state["writes"].append(content)
        return new

    def status_written(self) -> None:
        """As the operator does."""
        metadata = self.state["obj"]["metadata"]
        self.state["obj"] = self.state["obj"] | {"metadata": metadata | {"resourceVersion": "status"}}

    def edited(self) -> None:
        """By somebody else."""
        self.state["obj"] = made({"commands": {"mention": False}}, 9)


def made(spec: dict[str, Any], generation: int) -> dict[str, Any]:
    metadata = {"name": OAK, "uid": "u", "generation": generation, "resourceVersion": f"r{generation}"}
    return {"metadata": metadata | {"managedFields": [OURS]}, "spec": spec}


@pytest.fixture
async def server() -> AsyncIterator[ByHand]:
    async with ApiClient(Configuration()) as api:
        one = ByHand(api, "guilds")
        one.__dict__["state"] = {"obj": None, "before": [], "writes": [], "early": False}
        yield one


async def test_a_status_between_the_two_steps_of_a_removal_leaves_none_undone(server: ByHand) -> None:
    server.state["obj"] = made({"general": {"locale": "de"}}, 1)
    server.state["before"] = [None, server.status_written, server.status_written]
    store = KubernetesStore(server, "guildwright-cli")
    await store.write(OAK, {"general": None, "commands": {"mention": True}}, "u/1")
    assert server.state["obj"]["spec"] == {"commands": {"mention": True}}
    assert server.state["writes"] == [APPLY, MERGE]


async def test_an_edit_between_the_two_steps_of_a_removal_is_not_overwritten(server: ByHand) -> None:
    server.state["obj"] = made({"general": {"locale": "de"}}, 1)
    server.state["before"] = [None, server.edited]
    store = KubernetesStore(server, "guildwright-cli")
    with pytest.raises(StaleWrite):
        await store.write(OAK, {"general": None, "commands": {"mention": True}}, "u/1")
    assert server.state["obj"]["spec"] == {"commands": {"mention": False}}


async def test_what_somebody_made_between_the_look_and_the_write_is_not_merged_into(server: ByHand) -> None:
    server.state |= {"early": True, "before": [server.edited]}
    store = KubernetesStore(server, "guildwright-cli")
    with pytest.raises(StaleWrite):
        await store.write(OAK, {"general": {"locale": "de"}}, "")
    assert server.state["writes"] == []
    assert server.state["obj"]["spec"] == {"commands": {"mention": False}}


async def test_one_that_is_new_is_made(server: ByHand) -> None:
    store = KubernetesStore(server, "guildwright-cli")
    after = await store.write(OAK, {"general": {"locale": "de"}}, "")
    assert after.version == "u/1"
    assert server.state["writes"] == [APPLY]


async def test_to_be_told_that_a_guild_has_no_document_takes_no_right_to_list_them(
    server: ByHand, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await get.get(KubernetesStore(server, "cli"), OAK, compiled=False, as_json=False) == ask.REFUSED
    assert f"guild {OAK} has no document and runs on defaults" in capsys.readouterr().err
