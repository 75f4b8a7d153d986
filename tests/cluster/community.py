"""A trial in a cluster, seen from both ends: its guild documents by the API server, its bot as members meet it."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import httpx

from guildwright_crds.guild_config import API_VERSION
from tests.cluster.cluster import Cluster
from tests.cluster.control_plane import Answer
from tests.cluster.definitions import definitions
from tests.cluster.releases import Release
from tests.cluster.waiting import wait_for

MANAGER = "guildwright-test"
FIRST_ROLE = 1_200_000_000_000_000_000
SLOWEST_ANSWER = 10.0  # the playground itself gives up on the bot after 3 s


class Community:
    """One release of the chart with all that a trial has."""

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self.cluster = cluster
        self.namespace = namespace
        self._path = f"/apis/{API_VERSION}/namespaces/{namespace}/guildconfigs"

    def install(self, *values: str) -> None:
        """Install or upgrade, as a person does, and wait until every pod is ready."""
        release = Release(self.cluster, self.namespace)
        done = release.up("trial.enabled=true", *values)
        assert done.returncode == 0, done.stderr + release.told()

    @contextlib.contextmanager
    def playground(self) -> Iterator["Community"]:
        """Reach what members use."""
        with (
            self.cluster.reach(self.namespace, "guildwright-playground", 8420) as url,
            httpx.Client(base_url=f"{url}/control", timeout=SLOWEST_ANSWER) as self._http,
        ):
            yield self

    def kubectl(self, *arguments: str) -> str:
        """What kubectl says in the namespace; it must agree."""
        done = self.cluster.kubectl("-n", self.namespace, *arguments)
        assert done.returncode == 0, f"kubectl {' '.join(arguments)}: {done.stderr}"
        return done.stdout

    def leader(self) -> str:
        """The operator's pod that leads."""
        holder = "jsonpath={.spec.holderIdentity}"
        return wait_for(
            "a leader", lambda: self.kubectl("get", "lease", "guildwright-operator", "-o", holder).rpartition("_")[0]
        )

    def guilds(self) -> list[dict[str, Any]]:
        """The guilds of the playground."""
        return list(self._http.get("/state").raise_for_status().json()["guilds"])

    def found(self, name: str) -> dict[str, Any]:
        """Make a guild, with the bot in it."""
        asked = {"name": name, "owner_name": name.casefold()}
        made: dict[str, Any] = self._http.post("/guilds", json=asked).raise_for_status().json()
        return made

    def command(self, guild: dict[str, Any], command: str) -> dict[str, Any]:
        """What the bot answers the guild's owner in its first text channel."""
        channel = next(each["id"] for each in guild["channels"] if each["type"] == 0)
        asked = {"user_id": guild["owner_id"], "channel_id": channel, "command": command, "options": {}}
        response = self._http.post("/commands", json=asked)
        if not response.is_success:
            raise httpx.HTTPStatusError(f"/{command}: {response.text}", request=response.request, response=response)
        answer: dict[str, Any] = response.json()
        return answer

    def knows_commands(self) -> bool:
        """Whether the bot's slash commands are declared: a worker sees to it once it runs."""
        guild = self.guilds()[0]
        asked = {"user_id": guild["owner_id"], "channel_id": guild["channels"][0]["id"]}
        return bool(self._http.get("/commands", params=asked).raise_for_status().json()["commands"])

    def edit(self, guild: dict[str, Any], spec: dict[str, Any]) -> Answer:
        """Server-side apply of a guild's document."""
        document = {"apiVersion": API_VERSION, "kind": "GuildConfig", "metadata": {"name": guild["id"]}, "spec": spec}
        where = f"{self._path}/{guild['id']}?fieldManager={MANAGER}&force=true"
        return self.cluster.ask("PATCH", where, document, "application/apply-patch+yaml")

    def document(self, guild: dict[str, Any]) -> dict[str, Any]:
        """A guild's document, as the API server has it."""
        found: dict[str, Any] = json.loads(self.kubectl("get", "guildconfig", guild["id"], "-o", "json"))
        return found

    def stored(self, guild: dict[str, Any]) -> dict[str, Any] | None:
        """The spec of a guild's document; nothing where there is none."""
        answer = self.cluster.ask("GET", f"{self._path}/{guild['id']}")
        assert answer.status in {200, 404}, answer.message
        return answer.body["spec"] if answer.status == 200 else None

    def obeys(self, guild: dict[str, Any], number: int) -> bool:
        """Whether the bot acts on edit `number`: /setup then names the role of it, which does not exist."""
        return f"role {FIRST_ROLE + number} " in json.dumps(self.command(guild, "setup").get("message"))


def numbered(number: int) -> dict[str, Any]:
    """A spec that can be told from every other by what the bot says."""
    return {"giveaways": {"managerRoles": [str(FIRST_ROLE + number)]}}


def told(spec: dict[str, Any]) -> int:
    """The number of such a spec."""
    return int(spec["giveaways"]["managerRoles"][0]) - FIRST_ROLE


@contextlib.contextmanager
def community(cluster: Cluster) -> Iterator[Community]:
    """One in a namespace of its own, with every pod ready."""
    with definitions(cluster), cluster.namespace() as namespace:
        trial = Community(cluster, namespace)
        trial.install()
        with trial.playground():
            wait_for("slash commands", trial.knows_commands)
            yield trial
