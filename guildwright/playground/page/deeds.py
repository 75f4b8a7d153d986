"""REST calls in words: what the bot did. Routes that only read are not here."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from guildwright.platform.markup.names import Names
from guildwright.playground.records import Json

_PRIVATE = 64
_PARTS = {2: "button", 3: "select", 4: "input", 5: "select", 6: "select", 7: "select", 8: "select"}


@dataclass(frozen=True)
class Deed:
    """What was done, and with what."""

    what: str
    detail: str = ""


type _Tell = Callable[[re.Match[str], object, Names], Deed | None]


def _object(body: object) -> Json:
    return body if isinstance(body, dict) else {}


def parts_of(body: Json) -> str:
    """`1 embed, 2 buttons`: what a message is made of."""
    counts = Counter({"embed": len(body.get("embeds") or [])})
    counts.update(_PARTS.get(part.get("type", 0), "part") for part in _leaves(body.get("components") or []))
    counts["file"] = len(body.get("attachments") or [])
    said = [f"{count} {word}{'' if count == 1 else 's'}" for word, count in counts.items() if count]
    return ", ".join(said)


def _leaves(components: object) -> list[Json]:
    found: list[Json] = []
    for one in components if isinstance(components, list) else []:
        inner = one.get("components") if isinstance(one, dict) else None
        found += _leaves(inner) if inner else [one] if isinstance(one, dict) else []
    return found


def _place(found: re.Match[str], names: Names) -> str:
    return "in #" + (names.channel(found["channel"]) or "a private channel")


def _message(what: str) -> _Tell:
    def tell(found: re.Match[str], body: object, names: Names) -> Deed:
        return Deed(what, ", ".join(filter(None, (_place(found, names), parts_of(_object(body))))))

    return tell


def _in_channel(what: str) -> _Tell:
    def tell(found: re.Match[str], _body: object, names: Names) -> Deed:
        return Deed(what, _place(found, names))

    return tell


_SUGGESTIONS = 8
_CALLBACKS = {
    4: "Reply",
    5: "Reply promised",
    6: "Press acknowledged",
    7: "Message changed in reply",
    9: "Dialog opened",
}


def _callback(_found: re.Match[str], body: object, _names: Names) -> Deed | None:
    data = _object(_object(body).get("data"))
    private = "only that member sees it" if (data.get("flags") or 0) & _PRIVATE else ""
    kind = _object(body).get("type", 0)
    if kind == _SUGGESTIONS:
        return None
    return Deed(_CALLBACKS.get(kind, "Answer"), ", ".join(filter(None, (private, parts_of(data)))))


def _role(what: str) -> _Tell:
    def tell(found: re.Match[str], _body: object, names: Names) -> Deed:
        return Deed(what, f"{names.role(found['role']) or 'a role'}, {names.user(found['user']) or 'somebody'}")

    return tell


def _person(what: str) -> _Tell:
    def tell(found: re.Match[str], _body: object, names: Names) -> Deed:
        return Deed(what, names.user(found["user"]) or "somebody")

    return tell


def _member(found: re.Match[str], body: object, names: Names) -> Deed:
    changed = _object(body)
    what = "Member changed"
    if "communication_disabled_until" in changed:
        what = "Timed out" if changed["communication_disabled_until"] else "Timeout lifted"
    elif "nick" in changed:
        what = "Nickname set"
    return Deed(what, names.user(found["user"]) or "somebody")


def _named(what: str) -> _Tell:
    def tell(_found: re.Match[str], body: object, _names: Names) -> Deed:
        return Deed(what, str(_object(body).get("name") or ""))

    return tell


def _plain(what: str) -> _Tell:
    def tell(_found: re.Match[str], body: object, _names: Names) -> Deed:
        return Deed(what, f"{len(body)} in all" if isinstance(body, list) else parts_of(_object(body)))

    return tell


_CHANNEL = r"/channels/(?P<channel>\d+)"
_MESSAGE = _CHANNEL + r"/messages"
_ONE = _MESSAGE + r"/\d+"
_PINS = _CHANNEL + r"/(?:messages/)?pins/\d+"
_HOOK = r"/webhooks/\d+/(?P<token>[^/]+)"
_GUILD = r"/guilds/\d+"
_MEMBER = _GUILD + r"/members/(?P<user>\d+)"
_MEMBER_ROLE = _MEMBER + r"/roles/(?P<role>\d+)"
_BAN = _GUILD + r"/bans/(?P<user>\d+)"
_SPOKEN: tuple[tuple[str, str, _Tell], ...] = (
    ("POST", _MESSAGE, _message("Message sent")),
    ("PATCH", _ONE, _message("Message edited")),
    ("DELETE", _ONE, _message("Message deleted")),
    ("POST", _MESSAGE + "/bulk-delete", _in_channel("Messages deleted")),
    ("PUT", _PINS, _in_channel("Message pinned")),
    ("DELETE", _PINS, _in_channel("Message unpinned")),
    ("PUT", _ONE + r"/reactions/[^/]+/@me", _in_channel("Reaction added")),
    ("DELETE", _ONE + r"/reactions(?:/[^/]+){0,2}", _in_channel("Reaction removed")),
    ("POST", _CHANNEL + r"(?:/messages/\d+)?/threads", _named("Thread started")),
    ("POST", _CHANNEL + "/typing", _in_channel("Typing shown")),
    ("PATCH", _CHANNEL, _in_channel("Channel changed")),
    ("DELETE", _CHANNEL, _in_channel("Channel deleted")),
    ("POST", r"/interactions/(?P<interaction>\d+)/[^/]+/callback", _callback),
    ("POST", _HOOK, _plain("Reply sent")),
    ("PATCH", _HOOK + r"/messages/[^/]+", _plain("Reply edited")),
    ("DELETE", _HOOK + r"/messages/[^/]+", _plain("Reply deleted")),
    ("PUT", _MEMBER_ROLE, _role("Role given")),
    ("DELETE", _MEMBER_ROLE, _role("Role taken")),
    ("PATCH", _MEMBER, _member),
    ("DELETE", _MEMBER, _person("Kicked")),
    ("PUT", _BAN, _person("Banned")),
    ("DELETE", _BAN, _person("Unbanned")),
    ("POST", _GUILD + "/channels", _named("Channel made")),
    ("POST", _GUILD + "/roles", _named("Role made")),
    ("PUT", r"/applications/\d+(?:/guilds/\d+)?/commands", _plain("Commands declared")),
    ("POST", r"/users/@me/channels", _plain("Private channel opened")),
)
DEEDS = tuple((method, re.compile(pattern), tell) for method, pattern, tell in _SPOKEN)
