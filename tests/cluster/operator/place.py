"""A namespace of the shared control plane, what a person does in it, and what its operator says."""

import secrets
from collections.abc import Callable
from typing import Any

from guildwright.platform.config.read import ConfigReader
from guildwright_crds.guild_config import API_VERSION
from tests.cluster.control_plane import ControlPlane
from tests.fakes import waiting
from tests.fakes.documents import ELM, OAK
from tests.fakes.operator_process import Operator, Operators

APPLY = "application/apply-patch+yaml"
OAK_ID, ELM_ID = int(OAK), int(ELM)
CROWDED_SECONDS = 30.0


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

    def holder(self) -> str:
        """Whose the Lease is; nobody's is ""."""
        answer = self.plane.ask(
            "GET", f"/apis/coordination.k8s.io/v1/namespaces/{self.name}/leases/guildwright-operator"
        )
        assert answer.status == 200, answer.message
        return str(answer.body["spec"].get("holderIdentity", ""))

    def events(self, guild: str) -> list[tuple[str, str]]:
        """Reason and note of each."""
        answer = self.plane.ask("GET", f"/apis/events.k8s.io/v1/namespaces/{self.name}/events")
        return sorted((one["reason"], one["note"]) for one in answer.body["items"] if one["regarding"]["name"] == guild)


async def eventually(happened: Callable[[], object], seconds: float = CROWDED_SECONDS) -> float:
    """Wait for what only has to happen, however late on a crowded machine.

    An operator that begins to lead makes a dozen requests; one for the Lease that takes too long is made again.
    """
    return await waiting.eventually(happened, seconds)


def limit(reader: ConfigReader, guild: int = OAK_ID) -> int:
    """The one knob that these tests turn."""
    return reader.get(guild).giveaways.reroll_limit


def leaders(crew: Operators) -> list[Operator]:
    """Those of the living that lead."""
    return [one for one in crew.running if one.process.poll() is None and one.leads]
