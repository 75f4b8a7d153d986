"""The two places where guild documents live, told apart by nothing but how a person puts one there."""

import contextlib
import json
import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from guildwright.platform.config.store import ConfigStore, Stored
from guildwright.platform.config.stores import open_store
from guildwright.platform.settings import Settings
from tests.cluster.control_plane import ControlPlane

HEAD = {"apiVersion": "guildwright.dev/v1alpha1", "kind": "GuildConfig"}


class Home(Protocol):
    """A place of guild documents: `store` as a program sees it, `put` and `remove` as a person changes it."""

    settings: Settings
    store: ConfigStore

    def put(self, guild_id: str, spec: Mapping[str, Any]) -> None: ...

    def remove(self, guild_id: str) -> None: ...


@dataclass
class DirectoryHome:
    """Files. JSON is YAML."""

    settings: Settings
    store: ConfigStore

    def put(self, guild_id: str, spec: Mapping[str, Any]) -> None:
        document = HEAD | {"metadata": {"name": guild_id}, "spec": spec}
        self.file(guild_id).write_text(json.dumps(document))

    def remove(self, guild_id: str) -> None:
        self.file(guild_id).unlink()

    def file(self, guild_id: str) -> Path:
        return self.settings.guilds / f"{guild_id}.yaml"


@dataclass
class ClusterHome:
    """A namespace of its own at a real API server. What a person puts there, server-side apply takes over by force."""

    settings: Settings
    store: ConfigStore
    plane: ControlPlane
    namespace: str = field(default="")

    @property
    def path(self) -> str:
        return f"/apis/guildwright.dev/v1alpha1/namespaces/{self.namespace}/guildconfigs"

    def put(self, guild_id: str, spec: Mapping[str, Any]) -> None:
        self.apply("guildwright-cli", guild_id, spec, force=True)

    def apply(self, manager: str, guild_id: str, spec: Mapping[str, Any], *, force: bool = False) -> None:
        document = HEAD | {"metadata": {"name": guild_id}, "spec": spec}
        query = f"fieldManager={manager}&force={str(force).lower()}"
        answer = self.plane.ask("PATCH", f"{self.path}/{guild_id}?{query}", document, "application/apply-patch+yaml")
        assert answer.status in {200, 201}, answer.message

    def remove(self, guild_id: str) -> None:
        answer = self.plane.ask("DELETE", f"{self.path}/{guild_id}")
        assert answer.status == 200, answer.message

    def get(self, guild_id: str) -> dict[str, Any]:
        answer = self.plane.ask("GET", f"{self.path}/{guild_id}")
        assert answer.status == 200, answer.message
        found: dict[str, Any] = answer.body
        return found

    def owners(self, guild_id: str) -> dict[str, Any]:
        """Manager to what it applied of the spec."""
        entries = self.get(guild_id)["metadata"].get("managedFields", ())
        return {entry["manager"]: entry["fieldsV1"].get("f:spec") for entry in entries}


@contextlib.asynccontextmanager
async def directory_home(folder: Path) -> AsyncIterator[DirectoryHome]:
    """An empty directory."""
    (folder / "guilds").mkdir()
    settings = Settings(store="directory", guilds=folder / "guilds", data=folder / "data", redis_url=None)
    async with open_store(settings) as store:
        yield DirectoryHome(settings, store)


@contextlib.asynccontextmanager
async def cluster_home(
    plane: ControlPlane, folder: Path, manager: str = "guildwright-cli"
) -> AsyncIterator[ClusterHome]:
    """An empty namespace; KUBECONFIG names the API server."""
    namespace = f"t-{uuid.uuid4().hex[:12]}"
    made = plane.ask("POST", "/api/v1/namespaces", {"metadata": {"name": namespace}})
    assert made.status == 201, made.message
    settings = Settings(
        store="kubernetes", namespace=namespace, guilds=folder / "none", data=folder / "data", redis_url=None
    )
    async with open_store(settings, manager) as store:
        yield ClusterHome(settings, store, plane, namespace)


def says(stored: Stored) -> dict[str, Any]:
    """What the document says, without what is empty."""

    def tidy(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: child for name, item in value.items() if (child := tidy(item)) not in ({}, [])}
        return value

    return dict(tidy(stored.spec.model_dump(mode="json", by_alias=True, exclude_unset=True)))
