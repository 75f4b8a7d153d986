"""Reactions: what setting and taking one away does to a message, whoever does it, and what others hear of it."""

import re

import msgspec

from guildwright.playground import effects, render, symbols
from guildwright.playground.memory import Memory
from guildwright.playground.playground import Playground
from guildwright.playground.records import Json, Message, Reaction

# A custom emoji's name and id; a character has none.
type Emoji = tuple[str, int | None]


_CUSTOM = re.compile(r"(?:a:)?([A-Za-z0-9_]{1,32}):(\d{1,19})")


def read(memory: Memory, message: Message, text: str) -> Emoji | None:
    """The emoji that a text means, under its real name: `name:id` of a custom one, or the character itself."""
    custom = _CUSTOM.fullmatch(text)
    if custom is None:
        symbol = symbols.written(text)
        return (symbol, None) if symbol else None
    number = int(custom[2])
    known = memory.emojis.get(number) or next((entry for entry in message.reactions if entry.id == number), None)
    return known.name if known else custom[1], number


def _key(name: str, number: int | None) -> int | str:
    """What makes two reactions one: a custom emoji's id, or the character however it is written."""
    return number or symbols.written(name) or name


def users(message: Message, emoji: Emoji) -> tuple[int, ...]:
    """Who reacted so, in order."""
    return next((entry.users for entry in message.reactions if _key(entry.name, entry.id) == _key(*emoji)), ())


def changed(message: Message, emoji: Emoji, holders: tuple[int, ...]) -> Message:
    """Reactions keep their places; a new one comes last, one that nobody holds any more goes."""
    places = {_key(entry.name, entry.id): entry for entry in message.reactions}
    places[_key(*emoji)] = Reaction(name=emoji[0], id=emoji[1], users=holders)
    return msgspec.structs.replace(message, reactions=tuple(entry for entry in places.values() if entry.users))


def where(message: Message) -> Json:
    """Channel, message and guild, as every reaction's event has them."""
    place: Json = {"channel_id": str(message.channel_id), "message_id": str(message.id)}
    return place | ({"guild_id": str(message.guild_id)} if message.guild_id else {})


def shown(play: Playground, emoji: Emoji) -> Json:
    """A partial emoji object."""
    name, number = emoji
    known = play.memory.emojis.get(number or 0)
    body: Json = {"id": str(number) if number else None, "name": name}
    return body | ({"animated": True} if known and known.animated else {})


def react(  # noqa: PLR0913 - a reaction has these parts
    play: Playground, message: Message, user_id: int, emoji: Emoji, *, add: bool, actor: int | None = None
) -> Message:
    """Set a reaction or take it away, one's own if there is no other `actor`; what is so already stays so."""
    before = users(message, emoji)
    if (user_id in before) == add:
        return message
    holders = (*before, user_id) if add else tuple(held for held in before if held != user_id)
    event = where(message) | {"user_id": str(user_id), "emoji": shown(play, emoji), "burst": False, "type": 0}
    if add:
        if message.webhook_id is None:
            event["message_author_id"] = str(message.author_id)
        member = play.memory.member(message.guild_id or 0, user_id)
        event |= {"member": render.member(play.memory, member)} if member else {}
    result = changed(message, emoji, holders)
    with play.store.change() as change:
        if (actor or user_id) == play.application.id:
            change.count("reactions_added" if add else "reactions_removed", message.guild_id, message.channel_id)
        name = "MESSAGE_REACTION_ADD" if add else "MESSAGE_REACTION_REMOVE"
        effects.message_reacted(play, change, result, name, event)
    return result
