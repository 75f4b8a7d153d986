"""A bot made of plain REST calls and one websocket: it owes nothing to Guildwright, so it can test the page alone.

`/giveaway start|end|list`, `/ask` (a modal), `/think` (answers late), `/silent` (never answers),
`/choose` (selects); `Praise` and `Report` in menus.
"""

import json
import threading
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Self

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

if TYPE_CHECKING:
    from collections.abc import Callable

type Json = dict[str, Any]

_PRIVATE = 64
_REPLY, _DEFER, _UPDATE, _SUGGEST, _MODAL = 4, 5, 7, 8, 9
_SUB, _STRING, _INTEGER, _BOOLEAN, _CHANNEL, _ROLE = 1, 3, 4, 5, 7, 8


def _option(kind: int, name: str, description: str, **more: Any) -> Json:
    return {"type": kind, "name": name, "description": description, **more}


COMMANDS: list[Json] = [
    {
        "name": "giveaway",
        "description": "Giveaways",
        "options": [
            _option(
                _SUB,
                "start",
                "Open a new draw",
                options=[
                    _option(_STRING, "prize", "What the winner gets", required=True, max_length=40),
                    _option(_STRING, "duration", "How long it runs, such as 30s, 5m or 1d", required=True),
                    _option(_INTEGER, "winners", "How many win", min_value=1, max_value=20),
                    _option(_CHANNEL, "channel", "Where it is posted"),
                    _option(_ROLE, "role", "Who may enter"),
                    _option(_BOOLEAN, "ping", "Whether to ping the role"),
                ],
            ),
            _option(
                _SUB,
                "end",
                "Draw the winners now",
                options=[_option(_STRING, "giveaway", "Which one", required=True, autocomplete=True)],
            ),
            _option(_SUB, "list", "What is running"),
        ],
    },
    {"name": "ask", "description": "Open a dialog"},
    {"name": "think", "description": "Answer late"},
    {"name": "silent", "description": "Never answer"},
    {"name": "choose", "description": "Show selects"},
    {"name": "Praise", "type": 2},
    {"name": "Report", "type": 3},
]


class PlainBot:
    """Runs in a thread of its own between `with` and its end."""

    def __init__(self, api: str, token: str) -> None:
        self._token = token
        self._http = httpx.Client(base_url=api, headers={"Authorization": f"Bot {token}"})
        self._open = ExitStack()
        self._socket: ClientConnection | None = None
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._over = threading.Event()
        self.ready = threading.Event()
        self.application_id = ""
        self.entries = 0
        self.think_on = threading.Event()

    def __enter__(self) -> Self:
        self.application_id = self._call("GET", "/applications/@me")["id"]
        self._call("PUT", f"/applications/{self.application_id}/commands", COMMANDS)
        url = self._call("GET", "/gateway/bot")["url"]
        self._socket = self._open.enter_context(connect(f"{url}?v=10&encoding=json"))
        self._thread.start()
        assert self.ready.wait(10), "the playground did not say READY"
        return self

    def __exit__(self, *_: object) -> None:
        assert self._socket
        self.think_on.set()
        self._over.set()
        self._open.close()
        self._thread.join(5)
        self._http.close()

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        response = self._http.request(method, path, json=body)
        while response.status_code == 429:
            time.sleep(response.json()["retry_after"])
            response = self._http.request(method, path, json=body)
        assert response.is_success, response.text
        return response.json() if response.content else None

    def say(self, channel_id: str, **message: Any) -> Json:
        """Create a message."""
        created: Json = self._call("POST", f"/channels/{channel_id}/messages", message)
        return created

    def edit(self, message: Json, **changes: Any) -> None:
        """Edit a message."""
        self._call("PATCH", f"/channels/{message['channel_id']}/messages/{message['id']}", changes)

    def delete(self, message: Json) -> None:
        """Delete a message."""
        self._call("DELETE", f"/channels/{message['channel_id']}/messages/{message['id']}")

    def _listen(self) -> None:
        assert self._socket
        identify = {"token": self._token, "intents": 1, "properties": {"os": "", "browser": "", "device": ""}}
        try:
            for frame in self._socket:
                payload = json.loads(frame)
                if payload["op"] == 10:
                    self._socket.send(json.dumps({"op": 2, "d": identify}))
                    threading.Thread(target=self._beat, args=[payload["d"]["heartbeat_interval"]], daemon=True).start()
                if payload["t"] == "READY":
                    self.ready.set()
                if payload["t"] == "INTERACTION_CREATE":
                    self._answer(payload["d"])
        except ConnectionClosed:
            return

    def _beat(self, interval_ms: float) -> None:
        assert self._socket
        while not self._over.wait(interval_ms / 1000):
            try:
                self._socket.send(json.dumps({"op": 1, "d": None}))
            except ConnectionClosed:
                return

    def _answer(self, interaction: Json) -> None:
        data = interaction["data"]
        name = data.get("name") or data["custom_id"]
        if data.get("options") and data["options"][0]["type"] == _SUB:
            name = f"{name} {data['options'][0]['name']}"
        handlers: dict[str, Callable[[Json], None]] = {
            "giveaway start": self._start,
            "giveaway end": self._end,
            "ask": self._ask,
            "more": self._ask,
            "think": self._think,
            "choose": self._choose,
            "enter": self._enter,
            "Praise": self._name_target,
            "Report": self._name_target,
            "silent": lambda _: None,
            "quiet": lambda _: None,
        }
        handlers.get(name, self._echo)(interaction)

    def _callback(self, interaction: Json, kind: int, **data: Any) -> None:
        path = f"/interactions/{interaction['id']}/{interaction['token']}/callback"
        self._call("POST", path, {"type": kind, "data": data})

    def _echo(self, interaction: Json) -> None:
        said = json.dumps(interaction["data"].get("values") or interaction["data"].get("components") or [])
        self._callback(interaction, _REPLY, content=f"Got `{said}`", flags=_PRIVATE)

    def _name_target(self, interaction: Json) -> None:
        data = interaction["data"]
        self._callback(interaction, _REPLY, content=f"{data['name']}: {data['target_id']}", flags=_PRIVATE)

    def _start(self, interaction: Json) -> None:
        options = {option["name"]: option["value"] for option in interaction["data"]["options"][0]["options"]}
        self._callback(interaction, _REPLY, content=f"Started **{options['prize']}**.", flags=_PRIVATE)
        self.entries = 0
        self.say(str(options.get("channel") or interaction["channel_id"]), **self.giveaway(options["prize"]))

    def giveaway(self, prize: str) -> Json:
        """A giveaway's message."""
        fields = [
            {"name": "Winners", "value": "1", "inline": True},
            {"name": "Ends", "value": "<t:1999999999:R>", "inline": True},
            {"name": "Entries", "value": str(self.entries), "inline": True},
        ]
        embed = {"title": f"Giveaway: {prize}", "description": "Press **Enter**.", "color": 0xB8741A, "fields": fields}
        buttons = [
            {"type": 2, "style": 1, "label": f"Enter {self.entries}", "custom_id": "enter", "emoji": {"name": "🎁"}},
            {"type": 2, "style": 2, "label": "More", "custom_id": "more"},
            {"type": 2, "style": 4, "label": "Quiet", "custom_id": "quiet"},
            {"type": 2, "style": 3, "label": "Over", "custom_id": "over", "disabled": True},
            {"type": 2, "style": 5, "label": "Rules", "url": "https://example.org/rules"},
        ]
        return {"embeds": [embed], "components": [{"type": 1, "components": buttons}]}

    def _enter(self, interaction: Json) -> None:
        self.entries += 1
        prize = interaction["message"]["embeds"][0]["title"].removeprefix("Giveaway: ")
        self._callback(interaction, _UPDATE, **self.giveaway(prize))

    def _end(self, interaction: Json) -> None:
        option = interaction["data"]["options"][0]["options"][0]
        if option.get("focused"):
            known = [{"name": "Oak chest", "value": "118"}, {"name": "Iron key", "value": "119"}]
            chosen = [one for one in known if option["value"].lower() in one["name"].lower()]
            self._callback(interaction, _SUGGEST, choices=chosen)
        else:
            self._callback(interaction, _REPLY, content=f"Ended {option['value']}.", flags=_PRIVATE)

    def _ask(self, interaction: Json) -> None:
        inputs: list[Json] = [
            {"type": 4, "custom_id": "prize", "label": "Prize", "style": 1, "value": "A carved oak chest"},
            {"type": 4, "custom_id": "about", "label": "About it", "style": 2, "required": False, "max_length": 10},
        ]
        rows = [{"type": 1, "components": [one]} for one in inputs]
        self._callback(interaction, _MODAL, custom_id="asked", title="Start a giveaway", components=rows)

    def _think(self, interaction: Json) -> None:
        self._callback(interaction, _DEFER)

        def later() -> None:
            self.think_on.wait(10)
            path = f"/webhooks/{self.application_id}/{interaction['token']}/messages/@original"
            self._call("PATCH", path, {"content": "Thought about it."})

        threading.Thread(target=later, daemon=True).start()

    def _choose(self, interaction: Json) -> None:
        colours = [{"label": "Red", "value": "red"}, {"label": "Green", "value": "green", "description": "like moss"}]
        selects: list[Json] = [
            {"type": 3, "custom_id": "colour", "placeholder": "Choose a colour", "options": colours},
            {"type": 6, "custom_id": "roles", "placeholder": "Choose up to 3 roles", "max_values": 3},
        ]
        rows = [{"type": 1, "components": [one]} for one in selects]
        self._callback(interaction, _REPLY, content="Which?", components=rows, flags=_PRIVATE)
