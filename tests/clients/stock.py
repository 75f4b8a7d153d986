"""A playground, a stock client in it, and the members whose acts the client answers."""

import time
from collections.abc import Callable
from typing import Any

from tests.clients.client import Client
from tests.clients.compare import differences, fields_compared
from tests.clients.held import Held
from tests.fakes.playground_process import PlaygroundProcess

type Json = dict[str, Any]

SETTLED_WITHIN = 20.0  # seconds


class Stock:
    """What every section of the scenario works with."""

    def __init__(self, playground: PlaygroundProcess, client: Client) -> None:
        self.playground = playground
        self.client = client
        self.held = Held(playground)
        self.guild = self.held.guild_id
        self.people = self.held.people()
        self.channels: dict[str, str] = playground.facts["channels"]
        self.roles: dict[str, str] = playground.facts["roles"]
        self.bot = playground.facts["application_id"]

    def do(self, step: str, **arguments: object) -> Json:
        """Have the client do something."""
        return self.client.do(step, guild=self.guild, **arguments)

    def control(self, method: str, path: str, **body: object) -> Any:
        """An act of a person, or an arrangement."""
        return self.playground.control(method, path, body or None)

    def say(self, user: str, channel: str, content: str) -> Json:
        """A member writes."""
        path = f"/channels/{self.channels[channel]}/messages"
        message: Json = self.control("POST", path, user_id=self.people[user], content=content)
        return message

    def written(self, channel: str, content: str) -> list[str]:
        """Ids of the channel's messages with that text."""
        messages = self.held.messages(self.channels[channel])
        return [key for key, message in messages.items() if message["content"] == content]

    def hears(self, message: Json) -> None:
        """Wait until the client has the message."""
        deadline = time.monotonic() + SETTLED_WITHIN
        while message["id"] not in self.do("dump")["messages"]:
            assert time.monotonic() < deadline, f"never heard {message['content']!r}: {self.client.complaints()}"
            time.sleep(0.1)

    def wait_until(self, happened: Callable[[], bool]) -> None:
        """Poll until it is so."""
        deadline = time.monotonic() + SETTLED_WITHIN
        while not happened():
            assert time.monotonic() < deadline, f"it never came so far: {self.client.complaints()}"
            time.sleep(0.05)

    def session(self) -> str:
        """The client's one connected session."""
        [session] = [entry for entry in self.control("GET", "/gateway")["sessions"] if entry["connected"]]
        session_id: str = session["session_id"]
        return session_id

    def forgive(self, *patterns: str) -> None:
        """Until the end of the test, complaints with one of these regular expressions are in order."""
        self.client.forgiven = patterns

    def join(self, name: str) -> str:
        """Somebody new joins; the id."""
        user_id: str = self.control("POST", f"/guilds/{self.guild}/members", name=name)["user"]["id"]
        return user_id

    def command(self, user: str, command: str, channel: str = "gatehouse", **more: object) -> Json:
        """A member runs a command; its result, once the bot has answered for good."""
        body = {"user_id": self.people[user], "channel_id": self.channels[channel], "command": command}
        return self.settled(self.control("POST", "/commands", **body, **more))

    def use(self, user: str, message_id: str, custom_id: str, *values: str) -> Json:
        """A member clicks a button, or chooses in a select."""
        body = {"user_id": self.people[user], "message_id": message_id, "custom_id": custom_id}
        return self.settled(self.control("POST", "/components", **body, values=list(values)))

    def settled(self, result: Json) -> Json:
        """The result of an interaction, once the bot no longer thinks."""
        deadline = time.monotonic() + SETTLED_WITHIN
        while result["status"] in {"pending", "deferred"}:
            assert time.monotonic() < deadline, f"never answered: {result}, {self.client.complaints()}"
            time.sleep(0.02)
            result = self.control("GET", f"/interactions/{result['interaction_id']}")
        return result

    def audit_log(self) -> list[list[str | None]]:
        """Action, target and reason of every entry of the audit log, newest first."""
        entries = self.held.ask(f"/guilds/{self.guild}/audit-logs?limit=100")["audit_log_entries"]
        return [[entry["action_type"], str(entry["target_id"]), entry.get("reason")] for entry in entries]

    def differs(self) -> list[str]:
        """Where the client's picture of the guild is not what the playground holds, once both are at rest."""
        deadline = time.monotonic() + 3.0
        while found := self._differs():
            if time.monotonic() > deadline:
                break
            time.sleep(0.1)
        return found

    def _differs(self) -> list[str]:
        said = self.do("dump")
        assert fields_compared(said["guild"]) > 100
        places = {message["channel_id"] for message in said["messages"].values()}
        messages = self.held.messages(*(place for place in places if self._there(place)))
        held = self.held.guild()
        return [
            *differences(said["guild"], held),
            *(f"control: {problem}" for problem in differences(self.held.shown(), held)),
            *differences(said["messages"], {key: messages[key] for key in messages.keys() & said["messages"].keys()}),
        ]

    def _there(self, channel_id: str) -> bool:
        return self.playground.rest("GET", f"/channels/{channel_id}").is_success
