"""What a message is besides its text: one that Discord itself writes, or one that continues the one above it."""

from datetime import datetime, timedelta
from typing import Any

# By message type: an icon, and what follows the author's name.
_TOLD = {
    1: ("user-plus", "added somebody to the group."),
    2: ("log-out", "removed somebody from the group."),
    4: ("pencil", "changed the channel's name."),
    5: ("pencil", "changed the channel's icon."),
    6: ("pin", "pinned a message to this channel."),
    7: ("user-plus", "joined the server."),
    8: ("crown", "boosted the server."),
    12: ("megaphone", "added a channel whose posts appear here."),
    18: ("messages-square", "started a thread."),
    21: ("messages-square", "started this thread from a message."),
}
_PLAIN = {0, 20, 23}
_CAN_BE_CONTINUED = {0, 19, 20, 23}
_TOGETHER = timedelta(minutes=7)


def told_by_discord(message: dict[str, Any]) -> bool:
    """Whether Discord wrote it, about its author."""
    return message["type"] in _TOLD


def told(message: dict[str, Any]) -> str:
    """What the author did, to stand after the name."""
    if message["type"] == 18 and message.get("content"):  # noqa: PLR2004 - THREAD_CREATED carries the thread's name
        return f"started a thread: {message['content']}."
    return _TOLD[message["type"]][1]


def told_icon(message: dict[str, Any]) -> str:
    """The icon for it."""
    return _TOLD[message["type"]][0]


def continuing(message: dict[str, Any], previous: dict[str, Any] | None) -> bool:
    """Whether the author of the message above goes on, so that name and picture need not stand there again."""
    if not previous or message["type"] not in _PLAIN or previous["type"] not in _CAN_BE_CONTINUED:
        return False
    if message.get("interaction_metadata") or message.get("message_reference"):
        return False
    return _speaker(message) == _speaker(previous) and _moment(message) - _moment(previous) < _TOGETHER


def _speaker(message: dict[str, Any]) -> tuple[Any, ...]:
    author = message["author"]
    return author["id"], author.get("username"), (message.get("flags") or 0) & 64


def _moment(message: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(message["timestamp"])
