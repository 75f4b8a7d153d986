"""Threads: made from a message, without one or as a forum's post; edited and deleted."""

from collections.abc import Iterable

import msgspec
from litestar import Response, post
from litestar.params import FromPath

from guildwright.playground import audit, effects, errors, posting, render_channel, render_message, threads
from guildwright.playground import thread_messages as system
from guildwright.playground.bits import AuditAction, ChannelType, MessageFlag, Permission
from guildwright.playground.bodies import message as messages
from guildwright.playground.bodies import thread as bodies
from guildwright.playground.bodies.fields import Fields
from guildwright.playground.errors import DiscordError, Faults
from guildwright.playground.records import Channel, Json
from guildwright.playground.rest.call import BotCall, Call, answer
from guildwright.playground.rest.thread_lookup import KINDS, parent_of
from guildwright.playground.store import Change

_CHANNEL = "/channels/{channel_id:int}"
_TAG_NEEDED = 1 << 4
_OWNERS = {"name", "archived", "auto_archive_duration", "applied_tags"}
_LISTED = ("name", "type", "rate_limit_per_user", "flags")
_STATES = ("archived", "locked", "auto_archive_duration")  # those that are change keys of the gateway's schema


def _check_room(call: Call, guild_id: int) -> None:
    active = [entry for entry in call.memory.guild_threads(guild_id) if entry.thread and not entry.thread.archived]
    if len(active) >= threads.MOST_ACTIVE:
        raise DiscordError(400, 160006, "Maximum number of active threads reached")


@post(_CHANNEL + "/messages/{message_id:int}/threads", status_code=201)
async def thread_from_message(call: BotCall, channel_id: FromPath[int], message_id: FromPath[int]) -> Response[object]:
    """POST: the thread has the message's id."""
    parent = parent_of(call, channel_id, Permission.CREATE_PUBLIC_THREADS)
    message = call.message(parent, message_id)
    fields = Fields(await call.body(), Faults())
    wanted = bodies.read_new(fields)
    fields.faults.check()
    if message.thread_id is not None or message.id in call.memory.channels:
        raise DiscordError(400, 160004, "A thread has already been created for this message")
    if parent.type == ChannelType.GUILD_FORUM:
        raise DiscordError(400, 50024, "Cannot execute action on this channel type")
    _check_room(call, parent.guild_id or 0)
    (kind,) = KINDS[ChannelType(parent.type)] - {ChannelType.PRIVATE_THREAD}
    thread = threads.make(call.play, parent, msgspec.structs.replace(wanted, type=int(kind)), call.own_id, message.id)
    marked = msgspec.structs.replace(message, thread_id=thread.id, flags=message.flags | MessageFlag.HAS_THREAD)
    with call.play.store.change() as change:
        threads.created(call.play, change, thread)
        effects.message_edited(call.play, change, marked, by_author=False)
        effects.message_created(call.play, change, system.starter(call.play, thread, message))
        _note(call, change, AuditAction.THREAD_CREATE, None, thread)
    return answer(_own(call, thread), 201)


@post(_CHANNEL + "/threads", status_code=201)
async def create_thread(call: BotCall, channel_id: FromPath[int]) -> Response[object]:
    """POST: without a message, or a post of a forum."""
    body = await call.body()
    parent = parent_of(call, channel_id, Permission(0))
    fields = Fields(body, Faults())
    wanted = bodies.read_new(fields)
    fields.faults.check()
    _check_room(call, parent.guild_id or 0)
    if parent.type == ChannelType.GUILD_FORUM:
        return await _create_post(call, parent, wanted, fields)
    if wanted.type not in KINDS[ChannelType(parent.type)]:
        known = ", ".join(str(int(kind)) for kind in sorted(KINDS[ChannelType(parent.type)]))
        raise errors.invalid("type", "BASE_TYPE_CHOICES", f"Value must be one of {{{known}}}.")
    private = wanted.type == ChannelType.PRIVATE_THREAD
    call.channel(channel_id, Permission.CREATE_PRIVATE_THREADS if private else Permission.CREATE_PUBLIC_THREADS)
    thread = threads.make(call.play, parent, wanted, call.own_id)
    with call.play.store.change() as change:
        threads.created(call.play, change, thread)
        if not private:
            effects.message_created(call.play, change, system.announcement(call.play, parent, thread))
        _note(call, change, AuditAction.THREAD_CREATE, None, thread)
    return answer(_own(call, thread), 201)


async def _create_post(call: Call, forum: Channel, wanted: bodies.NewThread, fields: Fields) -> Response[object]:
    """A forum's post: a thread and its first message, which has the thread's id."""
    nested = fields.object("message")
    if nested is None:
        raise errors.required("message")
    draft = messages.read_new(dict(nested.body), await call.files())
    needed = Permission.SEND_MESSAGES | (Permission.ATTACH_FILES if draft.uploads else Permission(0))
    call.channel(forum.id, needed | (Permission.EMBED_LINKS if draft.embeds else Permission(0)))
    _check_tags(call, forum, wanted.tags)
    wanted = msgspec.structs.replace(wanted, type=int(ChannelType.PUBLIC_THREAD))
    thread = threads.make(call.play, forum, wanted, call.own_id)
    first = msgspec.structs.replace(posting.compose(call.play, thread, call.own_id, draft), id=thread.id)
    with call.play.store.change() as change:
        threads.created(call.play, change, thread)
        effects.message_created(call.play, change, first)
        _note(call, change, AuditAction.THREAD_CREATE, None, thread)
    return answer(_own(call, thread) | {"message": render_message.message(call.memory, first)}, 201)


def _check_tags(call: Call, forum: Channel, wanted: Iterable[int]) -> None:
    known = {int(tag["id"]): tag for tag in forum.settings.get("available_tags", ())}
    chosen = list(wanted)
    unknown = [tag for tag in chosen if tag not in known]
    if unknown:
        raise DiscordError(400, 10087, "Unknown Tag")
    if not chosen and forum.flags & _TAG_NEEDED:
        raise DiscordError(400, 40067, "A tag is required to create a forum post in this channel")
    if any(known[tag].get("moderated") for tag in chosen):
        call.channel(forum.id, Permission.MANAGE_THREADS)


def _own(call: Call, thread: Channel) -> Json:
    now = call.memory.channels[thread.id]
    return render_channel.thread(call.memory, now, threads.own_membership(call.play, now))


def _facts(call: Call, thread: Channel) -> Json:
    """What the audit log compares."""
    body = render_channel.thread(call.memory, thread)
    listed = {name: body[name] for name in _LISTED}
    listed |= {name: body["thread_metadata"].get(name) for name in _STATES}
    return listed | {"applied_tags": body.get("applied_tags")}


def _note(call: Call, change: Change, action: AuditAction, before: Channel | None, after: Channel | None) -> None:
    found = audit.differences(_facts(call, before) if before else {}, _facts(call, after) if after else {})
    thread = after or before
    if thread:
        call.note(change, thread.guild_id or 0, action, thread.id, changes=found)


def edit(call: Call, thread: Channel, body: Json) -> Json:
    """PATCH: its maker may do some of it; whoever may write there may wake it; the rest needs MANAGE_THREADS."""
    fields = Fields(body, Faults())
    edited = bodies.edited(thread, fields, call.play.clock.now().isoformat())
    fields.faults.check()
    _check_edit(call, thread, edited, set(body))
    with call.play.store.change() as change:
        change.count("channels_edited", thread.guild_id, thread.id)
        threads.edited(call.play, change, edited)
        if edited.name != thread.name:
            renamed = system.event(call.play, thread, system.RENAMED, content=edited.name)
            effects.message_created(call.play, change, renamed)
        _note(call, change, AuditAction.THREAD_UPDATE, thread, edited)
    return _own(call, edited)


def _check_edit(call: Call, thread: Channel, edited: Channel, names: set[str]) -> None:
    state, wished = thread.state, edited.state
    held = call.play.permissions.in_channel(thread, call.own_id)
    manages = bool(held & Permission.MANAGE_THREADS)
    if state.archived and wished.archived and names - {"archived"}:
        raise errors.thread_archived()
    wakes = names == {"archived"} and not wished.archived and not state.locked
    if not manages and not (wakes and held & Permission.SEND_MESSAGES):
        own = thread.owner_id == call.own_id
        allowed = _OWNERS | ({"invitable"} if thread.type == ChannelType.PRIVATE_THREAD else set())
        if not own or names - allowed or state.locked:
            raise errors.missing_permissions()
    parent = call.memory.channels.get(thread.parent_id or 0)
    if parent and edited.tags != thread.tags:
        _check_tags(call, parent, edited.tags)


def remove(call: Call, thread: Channel) -> Json:
    """DELETE: needs MANAGE_THREADS."""
    call.channel(thread.id, Permission.MANAGE_THREADS)
    body = _own(call, thread)
    with call.play.store.change() as change:
        change.count("channels_deleted", thread.guild_id)
        threads.deleted(call.play, change, thread)
        _note(call, change, AuditAction.THREAD_DELETE, thread, None)
    return body


ROUTES = (thread_from_message, create_thread)
