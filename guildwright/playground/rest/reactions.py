"""Reactions: set, take away, read."""

import re
from urllib.parse import unquote

import msgspec
from litestar import Response, delete, get, put
from litestar.params import FromPath

from guildwright.playground import effects, render
from guildwright.playground.bits import Permission
from guildwright.playground.errors import DiscordError
from guildwright.playground.records import Channel, Json, Message, Reaction
from guildwright.playground.rest.call import BotCall, Call, answer, nothing

_ALL = "/channels/{channel_id:int}/messages/{message_id:int}/reactions"
_ONE = _ALL + "/{emoji:str}"
_CUSTOM = re.compile(r"([A-Za-z0-9_]{2,32}):(\d{1,19})")
_MOST_KINDS = 20


def _emoji(text: str) -> tuple[str, int | None]:
    """`name:id` of a custom emoji, or the character itself."""
    plain = unquote(text)
    custom = _CUSTOM.fullmatch(plain)
    if custom:
        return custom[1], int(custom[2])
    if plain.isascii() or len(plain) > 16:  # noqa: PLR2004 - the longest joined emoji
        raise DiscordError(400, 10014, "Unknown Emoji")
    return plain, None


def _place(call: Call, channel_id: int, message_id: int, needed: Permission) -> tuple[Channel, Message]:
    channel = call.channel(channel_id, needed)
    return channel, call.message(channel, message_id)


def _changed(message: Message, name: str, emoji_id: int | None, users: tuple[int, ...]) -> Message:
    others = [entry for entry in message.reactions if (entry.name, entry.id) != (name, emoji_id)]
    own = [Reaction(name=name, id=emoji_id, users=users)] if users else []
    return msgspec.structs.replace(message, reactions=(*others, *own))


def _users(message: Message, name: str, emoji_id: int | None) -> tuple[int, ...]:
    return next((entry.users for entry in message.reactions if (entry.name, entry.id) == (name, emoji_id)), ())


def _write(call: Call, message: Message, user_id: int, emoji: tuple[str, int | None], *, add: bool) -> None:
    name, emoji_id = emoji
    before = _users(message, name, emoji_id)
    if (user_id in before) == add:
        return
    users = (*before, user_id) if add else tuple(user for user in before if user != user_id)
    event: Json = {
        "user_id": str(user_id),
        "channel_id": str(message.channel_id),
        "message_id": str(message.id),
        "emoji": {"id": str(emoji_id) if emoji_id else None, "name": name},
        "burst": False,
        "type": 0,
    }
    member = call.memory.member(message.guild_id or 0, user_id)
    if message.guild_id:
        event["guild_id"] = str(message.guild_id)
    if add and member:
        event |= {"member": render.member(call.memory, member), "message_author_id": str(message.author_id)}
    with call.play.store.change() as change:
        change.count("reactions_added" if add else "reactions_removed", message.guild_id, message.channel_id)
        name = "MESSAGE_REACTION_ADD" if add else "MESSAGE_REACTION_REMOVE"
        effects.message_reacted(call.play, change, _changed(message, *emoji, users), name, event)


@put(_ONE + "/@me", status_code=204)
async def add_reaction(
    call: BotCall, channel_id: FromPath[int], message_id: FromPath[int], emoji: FromPath[str]
) -> Response[None]:
    """PUT one's own reaction."""
    _, message = _place(call, channel_id, message_id, Permission.READ_MESSAGE_HISTORY)
    found = _emoji(emoji)
    if not _users(message, *found):
        if found[1] is not None and found[1] not in call.memory.emojis:
            raise DiscordError(400, 10014, "Unknown Emoji")
        call.channel(channel_id, Permission.ADD_REACTIONS)
        if len(message.reactions) >= _MOST_KINDS:
            raise DiscordError(403, 30010, f"Maximum number of reactions reached ({_MOST_KINDS})")
    _write(call, message, call.own_id, found, add=True)
    return nothing()


@delete(_ONE + "/@me", status_code=204)
async def remove_own_reaction(
    call: BotCall, channel_id: FromPath[int], message_id: FromPath[int], emoji: FromPath[str]
) -> Response[None]:
    """DELETE one's own reaction."""
    _, message = _place(call, channel_id, message_id, Permission.READ_MESSAGE_HISTORY)
    _write(call, message, call.own_id, _emoji(emoji), add=False)
    return nothing()


@delete(_ONE + "/{user_id:int}", status_code=204)
async def remove_reaction(
    call: BotCall, channel_id: FromPath[int], message_id: FromPath[int], emoji: FromPath[str], user_id: FromPath[int]
) -> Response[None]:
    """DELETE somebody's reaction."""
    _, message = _place(call, channel_id, message_id, Permission.MANAGE_MESSAGES)
    _write(call, message, user_id, _emoji(emoji), add=False)
    return nothing()


@get(_ONE)
async def list_reactions(
    call: BotCall, channel_id: FromPath[int], message_id: FromPath[int], emoji: FromPath[str]
) -> Response[object]:
    """GET who reacted."""
    _, message = _place(call, channel_id, message_id, Permission.READ_MESSAGE_HISTORY)
    limit = call.query_int("limit", 25, 1, 100)
    after = call.query_snowflake("after") or 0
    users = sorted(user for user in _users(message, *_emoji(emoji)) if user > after)
    return answer([render.user(call.memory.users[user]) for user in users[:limit]])


@delete(_ALL, status_code=204)
async def remove_all_reactions(call: BotCall, channel_id: FromPath[int], message_id: FromPath[int]) -> Response[None]:
    """DELETE all of them."""
    _, message = _place(call, channel_id, message_id, Permission.MANAGE_MESSAGES)
    event: Json = {"channel_id": str(channel_id), "message_id": str(message_id)}
    if message.guild_id:
        event["guild_id"] = str(message.guild_id)
    bare = msgspec.structs.replace(message, reactions=())
    with call.play.store.change() as change:
        effects.message_reacted(call.play, change, bare, "MESSAGE_REACTION_REMOVE_ALL", event)
    return nothing()


ROUTES = (add_reaction, remove_own_reaction, remove_reaction, list_reactions, remove_all_reactions)
