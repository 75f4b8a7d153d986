"""Who takes part in a thread: joined, left, added, put out, read."""

from litestar import Response, delete, get, put, route
from litestar.params import FromPath

from guildwright.playground import effects, errors, render, render_channel, threads
from guildwright.playground import thread_messages as system
from guildwright.playground.bits import ChannelType, Intent, Permission
from guildwright.playground.errors import DiscordError
from guildwright.playground.records import Channel, Json, ThreadMember
from guildwright.playground.rest.call import BotCall, Call, answer, nothing
from guildwright.playground.rest.thread_lookup import thread_of

_MEMBERS = "/channels/{channel_id:int}/thread-members"


@route(_MEMBERS + "/@me", http_method=["PUT", "POST"], status_code=204)
async def join_thread(call: BotCall, channel_id: FromPath[int]) -> Response[None]:
    """PUT oneself, or POST as Discord's own client and nextcord do."""
    thread = thread_of(call, channel_id)
    with call.play.store.change() as change:
        threads.joined(call.play, change, thread, [call.own_id])
    return nothing()


@put(_MEMBERS + "/{user_id:int}", status_code=204)
async def add_thread_member(call: BotCall, channel_id: FromPath[int], user_id: FromPath[int]) -> Response[None]:
    """PUT somebody: whoever may write there; into a closed private thread its maker and who manages threads."""
    thread = thread_of(call, channel_id, Permission.SEND_MESSAGES)
    if thread.type == ChannelType.PRIVATE_THREAD and not thread.state.invitable and thread.owner_id != call.own_id:
        call.channel(channel_id, Permission.MANAGE_THREADS)
    call.member(thread.guild_id or 0, user_id)
    known = call.memory.thread_members.get(thread.id, {})
    if user_id in known:
        return nothing()
    if len(known) >= threads.MOST_MEMBERS:
        raise DiscordError(400, 30033, f"Maximum number of thread participants reached ({threads.MOST_MEMBERS})")
    with call.play.store.change() as change:
        change.count("thread_members_added", thread.guild_id, thread.id)
        threads.joined(call.play, change, thread, [user_id])
        added = system.event(call.play, thread, system.ADDED, named=(user_id,))
        effects.message_created(call.play, change, added)
    return nothing()


@delete(_MEMBERS + "/@me", status_code=204)
async def leave_thread(call: BotCall, channel_id: FromPath[int]) -> Response[None]:
    """DELETE oneself."""
    thread = thread_of(call, channel_id)
    own = threads.own_membership(call.play, thread)
    if own:
        with call.play.store.change() as change:
            threads.left(call.play, change, thread, own)
    return nothing()


@delete(_MEMBERS + "/{user_id:int}", status_code=204)
async def remove_thread_member(call: BotCall, channel_id: FromPath[int], user_id: FromPath[int]) -> Response[None]:
    """DELETE somebody: who manages threads, or the maker of a private one."""
    thread = thread_of(call, channel_id)
    if not (thread.type == ChannelType.PRIVATE_THREAD and thread.owner_id == call.own_id):
        call.channel(channel_id, Permission.MANAGE_THREADS)
    member = call.memory.thread_members.get(thread.id, {}).get(user_id)
    if member:
        with call.play.store.change() as change:
            change.count("thread_members_removed", thread.guild_id, thread.id)
            threads.left(call.play, change, thread, member)
            gone = system.event(call.play, thread, system.REMOVED, named=(user_id,))
            effects.message_created(call.play, change, gone)
    return nothing()


def _shown_member(call: Call, thread: Channel, member: ThreadMember) -> Json:
    body = render_channel.thread_member(member)
    found = call.memory.member(thread.guild_id or 0, member.user_id)
    if call.query_flag("with_member") and found:
        body["member"] = render.member(call.memory, found)
    return body


@get(_MEMBERS + "/{user_id:int}")
async def get_thread_member(call: BotCall, channel_id: FromPath[int], user_id: FromPath[int]) -> Response[object]:
    """GET one."""
    thread = thread_of(call, channel_id, awake=False)
    member = call.memory.thread_members.get(thread.id, {}).get(user_id)
    if member is None:
        raise errors.unknown_member()
    return answer(_shown_member(call, thread, member))


@get(_MEMBERS + "/@me")
async def get_own_thread_member(call: BotCall, channel_id: FromPath[int]) -> Response[object]:
    """GET oneself."""
    thread = thread_of(call, channel_id, awake=False)
    member = threads.own_membership(call.play, thread)
    if member is None:
        raise errors.unknown_member()
    return answer(_shown_member(call, thread, member))


@get(_MEMBERS)
async def list_thread_members(call: BotCall, channel_id: FromPath[int]) -> Response[object]:
    """GET all; needs the members intent. Only with `with_member` it is paged."""
    thread = thread_of(call, channel_id, awake=False)
    if not call.play.application.privileged_intents & Intent.GUILD_MEMBERS:
        raise errors.missing_access()
    listed = sorted(call.memory.thread_members.get(thread.id, {}).values(), key=lambda member: member.user_id)
    limit, after = call.query_int("limit", 100, 1, 100), call.query_snowflake("after") or 0
    if call.query_flag("with_member"):
        listed = [member for member in listed if member.user_id > after][:limit]
    return answer([_shown_member(call, thread, member) for member in listed])


ROUTES = (
    join_thread,
    add_thread_member,
    leave_thread,
    remove_thread_member,
    get_thread_member,
    get_own_thread_member,
    list_thread_members,
)
