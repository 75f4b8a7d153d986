"""Gateway events in words: what the bot was told."""

from collections.abc import Callable
from typing import Any

from guildwright.platform.markup.names import Names
from guildwright.playground.page.deeds import parts_of
from guildwright.playground.records import Json

_SHORT = 60

type _Say = Callable[[Json, Names], str]


def heard(event: str, data: Json, names: Names) -> tuple[str, str]:
    """What it was told of, and with what."""
    what, say = _EVENTS.get(event, ("Told of " + event.replace("_", " ").lower(), _nothing))
    return what, say(data, names)


def _nothing(_data: Json, _names: Names) -> str:
    return ""


def _author(data: Json, names: Names) -> str:
    author = data.get("author") or {}
    return names.user(str(author.get("id"))) or str(author.get("username") or "somebody")


def _message(data: Json, names: Names) -> str:
    content = str(data.get("content") or "")
    if not content:
        # It is all embeds, or withheld for want of the intent MESSAGE_CONTENT.
        return f"by {_author(data, names)}: {parts_of(data) or 'nothing in it'}"
    return f"by {_author(data, names)}: {content[:_SHORT]}{'…' if len(content) > _SHORT else ''}"


def _reaction(data: Json, names: Names) -> str:
    emoji: Any = data.get("emoji") or {}
    return " ".join(
        filter(None, (str(emoji.get("name") or ""), "by", names.user(str(data.get("user_id"))) or "somebody"))
    )


def _interaction(data: Json, names: Names) -> str:
    user = (data.get("member") or data).get("user", {})
    channel = names.channel(str(data.get("channel_id")))
    return f"from {names.user(str(user.get('id'))) or 'somebody'}" + (f" in #{channel}" if channel else "")


_EVENTS: dict[str, tuple[str, _Say]] = {
    "INTERACTION_CREATE": ("Interaction received", _interaction),
    "MESSAGE_CREATE": ("Told of the message", _message),
    "MESSAGE_UPDATE": ("Told of the edit", _message),
    "MESSAGE_DELETE": ("Told that it was deleted", _nothing),
    "MESSAGE_DELETE_BULK": ("Told that it was deleted with others", _nothing),
    "MESSAGE_REACTION_ADD": ("Told of a reaction", _reaction),
    "MESSAGE_REACTION_REMOVE": ("Told that a reaction was taken back", _reaction),
    "MESSAGE_REACTION_REMOVE_ALL": ("Told that all reactions were removed", _nothing),
    "MESSAGE_REACTION_REMOVE_EMOJI": ("Told that an emoji was removed", _reaction),
}
