"""One recorded exchange as a few words."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from guildwright.platform.markup.names import Names
from guildwright.playground.recorder import Exchange
from guildwright.playground.records import Json

_REFUSED = 400
_PRIVATE = 64
_COMMAND, _COMPONENT, _AUTOCOMPLETE, _MODAL = 2, 3, 4, 5
_SUBCOMMANDS = (1, 2)
_IDENTIFY, _RESUME = 2, 6


@dataclass(frozen=True)
class Told:
    """What was done, with what, and whether Discord refused it; `answers` is the id of the interaction it answers."""

    what: str
    detail: str = ""
    failed: bool = False
    answers: str | None = None


@dataclass(frozen=True)
class Cause:
    """An interaction that the bot was told of, such as `Ana: /giveaway start`."""

    id: str
    title: str


def cause(exchange: Exchange, names: Names) -> Cause | None:
    """The interaction that this exchange is, if it is one."""
    payload: Any = exchange.payload or {}
    if exchange.kind != "gateway_received" or payload.get("t") != "INTERACTION_CREATE":
        return None
    data = payload["d"]
    if data.get("type") == _AUTOCOMPLETE:
        return None  # one for each letter that a member types would bury the rest
    user = (data.get("member") or data).get("user", {})
    return Cause(str(data.get("id")), f"{names.user(str(user.get('id'))) or 'Somebody'}: {_interaction(data)}")


def _interaction(data: Json) -> str:
    inner = data.get("data") or {}
    if data.get("type") == _MODAL:
        return "dialog sent"
    if data.get("type") == _COMPONENT:
        return _label(data, inner.get("custom_id")) or "press"
    words = ["/" + str(inner.get("name"))]
    options = inner.get("options") or []
    while options and options[0].get("type") in _SUBCOMMANDS:
        words.append(str(options[0]["name"]))
        options = options[0].get("options") or []
    return " ".join(words)


def _label(data: Json, custom_id: str | None) -> str | None:
    rows = (data.get("message") or {}).get("components") or []
    for part in (part for row in rows for part in row.get("components") or []):
        if part.get("custom_id") == custom_id:
            return str(part.get("label") or part.get("placeholder") or "") or None
    return None


def step(exchange: Exchange, names: Names) -> Told | None:
    """What the bot did in this exchange; None for what only reads."""
    if exchange.kind != "rest":
        payload: Any = exchange.payload or {}
        what = {_IDENTIFY: "Logged in", _RESUME: "Took its session up again"}.get(payload.get("op"))
        return Told(what) if what and exchange.kind == "gateway_sent" else None
    path = (exchange.path or "").removeprefix("/api/v10")
    for method, pattern, tell in _TELLINGS:
        found = pattern.fullmatch(path) if method == exchange.method else None
        if found:
            told = tell(found, exchange.request, names)
            return replace(told, detail=_refusal(exchange), failed=True) if told and _refused(exchange) else told
    return None


def _refused(exchange: Exchange) -> bool:
    return (exchange.status or 0) >= _REFUSED


def _refusal(exchange: Exchange) -> str:
    response: Any = exchange.response
    message = response.get("message") if isinstance(response, dict) else None
    return f"Discord said no: {message or exchange.status}"


_PARTS = {2: "button", 3: "select", 4: "input", 5: "select", 6: "select", 7: "select", 8: "select"}


def _parts(body: Json) -> str:
    """`1 embed, 2 buttons`: what a message is made of."""
    counts = Counter({"embed": len(body.get("embeds") or [])})
    for row in body.get("components") or []:
        counts.update(_PARTS.get(part.get("type"), "part") for part in row.get("components") or [])
    said = [f"{count} {word}{'' if count == 1 else 's'}" for word, count in counts.items() if count]
    return ", ".join(said)


type _Tell = Callable[[re.Match[str], object, Names], Told | None]


def _object(body: object) -> Json:
    return body if isinstance(body, dict) else {}


def _message(what: str) -> _Tell:
    def tell(found: re.Match[str], body: object, names: Names) -> Told:
        place = "in #" + (names.channel(found["channel"]) or "a private channel")
        return Told(what, ", ".join(filter(None, (place, _parts(_object(body))))))

    return tell


_SUGGESTIONS = 8
_CALLBACKS = {
    4: "Reply",
    5: "Reply promised",
    6: "Press acknowledged",
    7: "Message changed in reply",
    9: "Dialog opened",
}


def _callback(found: re.Match[str], body: object, _names: Names) -> Told | None:
    data = _object(_object(body).get("data"))
    private = "only that member sees it" if (data.get("flags") or 0) & _PRIVATE else ""
    kind = _object(body).get("type", 0)
    if kind == _SUGGESTIONS:
        return None
    what = _CALLBACKS.get(kind, "Answer")
    return Told(what, ", ".join(filter(None, (private, _parts(data)))), answers=found["interaction"])


def _role(what: str) -> _Tell:
    def tell(found: re.Match[str], _body: object, names: Names) -> Told:
        return Told(what, f"{names.role(found['role']) or 'a role'}, {names.user(found['user']) or 'somebody'}")

    return tell


def _plain(what: str) -> _Tell:
    def tell(_found: re.Match[str], body: object, _names: Names) -> Told:
        return Told(what, f"{len(body)} in all" if isinstance(body, list) else _parts(_object(body)))

    return tell


_MESSAGE = r"/channels/(?P<channel>\d+)/messages"
_HOOK = r"/webhooks/\d+/[^/]+"
_MEMBER_ROLE = r"/guilds/\d+/members/(?P<user>\d+)/roles/(?P<role>\d+)"
_TELLINGS: tuple[tuple[str, re.Pattern[str], _Tell], ...] = (
    ("POST", re.compile(_MESSAGE), _message("Message sent")),
    ("PATCH", re.compile(_MESSAGE + r"/\d+"), _message("Message edited")),
    ("DELETE", re.compile(_MESSAGE + r"/\d+"), _message("Message deleted")),
    ("POST", re.compile(r"/interactions/(?P<interaction>\d+)/[^/]+/callback"), _callback),
    ("POST", re.compile(_HOOK), _plain("Reply sent")),
    ("PATCH", re.compile(_HOOK + r"/messages/[^/]+"), _plain("Reply edited")),
    ("DELETE", re.compile(_HOOK + r"/messages/[^/]+"), _plain("Reply deleted")),
    ("PUT", re.compile(_MEMBER_ROLE), _role("Role given")),
    ("DELETE", re.compile(_MEMBER_ROLE), _role("Role taken")),
    ("PUT", re.compile(r"/applications/\d+(?:/guilds/\d+)?/commands"), _plain("Commands declared")),
    ("POST", re.compile(r"/users/@me/channels"), _plain("Private channel opened")),
)
