"""Reactions: set, take away (one's own, somebody's, all of an emoji, all), read."""

from urllib.parse import unquote

import msgspec
from litestar import Response, delete, get, put
from litestar.params import FromPath

from guildwright.playground import effects, errors, reacting, render
from guildwright.playground.bits import Permission
from guildwright.playground.errors import DiscordError
from guildwright.playground.reacting import Emoji
from guildwright.playground.records import Json, Message
from guildwright.playground.rest.call import BotCall, Call, answer, nothing

_ALL = "/channels/{channel_id:int}/messages/{message_id:int}/reactions"
_ONE = _ALL + "/{emoji:str}"
_MOST_KINDS = 20
_READ = Permission.READ_MESSAGE_HISTORY


def _emoji(call: Call, message: Message, text: str) -> Emoji:
    found = reacting.read(call.memory, message, unquote(text))
    hidden = b"%2f" in call.request.scope["raw_path"].lower()  # a slash that the routes do not tell from their own
    if found is None or hidden:
        raise _unknown()
    return found


def _unknown() -> DiscordError:
    return DiscordError(400, 10014, "Unknown Emoji")


def _message(call: Call, channel_id: int, message_id: int, needed: Permission) -> Message:
    channel = call.channel(channel_id, needed)
    if channel.thread and channel.thread.archived and call.request.method != "GET":
        raise errors.thread_archived()
    return call.message(channel, message_id)


def _check_new(call: Call, message: Message, emoji: Emoji) -> None:
    """Whether the bot may be the first to react so."""
    call.channel(message.channel_id, Permission.ADD_REACTIONS)
    if len(message.reactions) >= _MOST_KINDS:
        raise DiscordError(403, 30010, f"Maximum number of reactions reached ({_MOST_KINDS})")
    if emoji[1] is None:
        return
    known = call.memory.emojis.get(emoji[1])
    if known is None or (known.guild_id and call.memory.member(known.guild_id, call.own_id) is None):
        raise _unknown()
    if known.guild_id not in {None, message.guild_id}:
        call.channel(message.channel_id, Permission.USE_EXTERNAL_EMOJIS)


@put(_ONE + "/@me", status_code=204)
async def add_reaction(
    call: BotCall, channel_id: FromPath[int], message_id: FromPath[int], emoji: FromPath[str]
) -> Response[None]:
    """PUT one's own reaction."""
    message = _message(call, channel_id, message_id, _READ)
    found = _emoji(call, message, emoji)
    if not reacting.users(message, found):
        _check_new(call, message, found)
    reacting.react(call.play, message, call.own_id, found, add=True)
    return nothing()


@delete(_ONE + "/@me", status_code=204)
async def remove_own_reaction(
    call: BotCall, channel_id: FromPath[int], message_id: FromPath[int], emoji: FromPath[str]
) -> Response[None]:
    """DELETE one's own reaction."""
    message = _message(call, channel_id, message_id, _READ)
    reacting.react(call.play, message, call.own_id, _emoji(call, message, emoji), add=False)
    return nothing()


@delete(_ONE + "/{user_id:int}", status_code=204)
async def remove_reaction(
    call: BotCall, channel_id: FromPath[int], message_id: FromPath[int], emoji: FromPath[str], user_id: FromPath[int]
) -> Response[None]:
    """DELETE somebody's reaction."""
    needed = _READ if user_id == call.own_id else Permission.MANAGE_MESSAGES
    message = _message(call, channel_id, message_id, needed)
    found = _emoji(call, message, emoji)
    if user_id not in call.memory.users:
        raise errors.unknown_user()
    reacting.react(call.play, message, user_id, found, add=False, actor=call.own_id)
    return nothing()


@get(_ONE)
async def list_reactions(
    call: BotCall, channel_id: FromPath[int], message_id: FromPath[int], emoji: FromPath[str]
) -> Response[object]:
    """GET who reacted; nobody here reacts with bursts."""
    message = _message(call, channel_id, message_id, _READ)
    found = _emoji(call, message, emoji)
    limit = call.query_int("limit", 25, 1, 100)
    after = call.query_snowflake("after") or 0
    burst = call.query_int("type", 0, 0, 1)
    users = sorted(user for user in reacting.users(message, found) if user > after and not burst)
    return answer([render.user(call.memory.users[user]) for user in users[:limit]])


@delete(_ONE, status_code=204)
async def remove_emoji(
    call: BotCall, channel_id: FromPath[int], message_id: FromPath[int], emoji: FromPath[str]
) -> Response[None]:
    """DELETE all of one emoji."""
    message = _message(call, channel_id, message_id, Permission.MANAGE_MESSAGES)
    found = _emoji(call, message, emoji)
    holders = reacting.users(message, found)
    if not holders:
        raise _unknown()
    bare = reacting.changed(message, found, ())
    event = reacting.where(message) | {"emoji": reacting.shown(call.play, found)}
    _clear(call, bare, "MESSAGE_REACTION_REMOVE_EMOJI", event, len(holders))
    return nothing()


@delete(_ALL, status_code=204)
async def remove_all_reactions(call: BotCall, channel_id: FromPath[int], message_id: FromPath[int]) -> Response[None]:
    """DELETE all of them."""
    message = _message(call, channel_id, message_id, Permission.MANAGE_MESSAGES)
    bare = msgspec.structs.replace(message, reactions=())
    count = sum(len(entry.users) for entry in message.reactions)
    _clear(call, bare, "MESSAGE_REACTION_REMOVE_ALL", reacting.where(message), count)
    return nothing()


def _clear(call: Call, bare: Message, name: str, event: Json, count: int) -> None:
    with call.play.store.change() as change:
        if count:
            change.count("reactions_removed", bare.guild_id, bare.channel_id, count)
        effects.message_reacted(call.play, change, bare, name, event)


ROUTES = (add_reaction, remove_own_reaction, remove_reaction, list_reactions, remove_emoji, remove_all_reactions)
