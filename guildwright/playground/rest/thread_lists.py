"""Lists of threads: the active ones of a guild, the archived ones of a channel."""

from collections.abc import Iterable
from datetime import datetime

from litestar import Response, get
from litestar.params import FromPath

from guildwright.playground import errors, render_channel, threads
from guildwright.playground.bits import THREAD_TYPES, ChannelType, Permission
from guildwright.playground.records import Channel, Json
from guildwright.playground.rest.call import BotCall, Call, answer
from guildwright.playground.rest.thread_lookup import parent_of

_CHANNEL = "/channels/{channel_id:int}"


def _answered(call: Call, found: list[Channel], *, more: bool | None = None) -> Response[object]:
    own = [member for thread in found if (member := threads.own_membership(call.play, thread))]
    body: Json = {
        "threads": [render_channel.thread(call.memory, thread) for thread in found],
        "members": [render_channel.thread_member(member) for member in own],
        "has_more": bool(more),
    }
    return answer(body)


@get("/guilds/{guild_id:int}/threads/active")
async def list_active_threads(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """GET a guild's, newest first."""
    call.guild(guild_id)
    return _answered(call, threads.visible(call.play, guild_id)[::-1])


def _archived_in(call: Call, parent: Channel, kinds: Iterable[int]) -> list[Channel]:
    found = call.memory.guild_threads(parent.guild_id or 0)
    wanted = set(kinds)
    return [e for e in found if e.parent_id == parent.id and e.type in wanted and e.thread and e.thread.archived]


def _by_archive_time(call: Call, found: list[Channel]) -> Response[object]:
    limit = call.query_int("limit", 50, 2, 100)
    text = call.query.get("before")
    moments = {entry.id: datetime.fromisoformat(entry.thread.archived_at) for entry in found if entry.thread}
    if text is not None:
        try:
            before = datetime.fromisoformat(text)
        except ValueError:
            message = f"Could not parse {text}. Should be ISO8601."
            raise errors.invalid("before", "DATE_TIME_TYPE_PARSE", message) from None
        found = [entry for entry in found if moments[entry.id].timestamp() < before.timestamp()]
    found = sorted(found, key=lambda entry: moments[entry.id], reverse=True)
    return _answered(call, found[:limit], more=len(found) > limit)


@get(_CHANNEL + "/threads/archived/public")
async def list_public_archived(call: BotCall, channel_id: FromPath[int]) -> Response[object]:
    """GET: last archived first."""
    parent = parent_of(call, channel_id, Permission.READ_MESSAGE_HISTORY)
    kinds = THREAD_TYPES - {ChannelType.PRIVATE_THREAD}
    return _by_archive_time(call, _archived_in(call, parent, kinds))


@get(_CHANNEL + "/threads/archived/private")
async def list_private_archived(call: BotCall, channel_id: FromPath[int]) -> Response[object]:
    """GET: last archived first; needs MANAGE_THREADS."""
    parent = parent_of(call, channel_id, Permission.READ_MESSAGE_HISTORY | Permission.MANAGE_THREADS)
    return _by_archive_time(call, _archived_in(call, parent, {ChannelType.PRIVATE_THREAD}))


@get(_CHANNEL + "/users/@me/threads/archived/private")
async def list_joined_archived(call: BotCall, channel_id: FromPath[int]) -> Response[object]:
    """GET those the bot takes part in: last made first."""
    parent = parent_of(call, channel_id, Permission.READ_MESSAGE_HISTORY)
    limit, before = call.query_int("limit", 50, 2, 100), call.query_snowflake("before")
    found = _archived_in(call, parent, {ChannelType.PRIVATE_THREAD})
    found = [entry for entry in found if threads.own_membership(call.play, entry)]
    found = sorted((e for e in found if before is None or e.id < before), key=lambda entry: entry.id, reverse=True)
    return _answered(call, found[:limit], more=len(found) > limit)


ROUTES = (list_active_threads, list_public_archived, list_private_archived, list_joined_archived)
