"""Threads as others hear of them: made, changed, archived, deleted, joined and left.

Whoever writes in a thread joins it and wakes it from the archive; whom a message names in it joins as well.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

import msgspec

from guildwright.playground import render, render_channel
from guildwright.playground.bits import ChannelType, Intent, Permission
from guildwright.playground.bodies.thread import NewThread
from guildwright.playground.ids import made_when
from guildwright.playground.playground import Playground
from guildwright.playground.records import Channel, Json, Message, Thread, ThreadMember
from guildwright.playground.store import Change

MOST_MEMBERS = 1000
MOST_ACTIVE = 1000
_EITHER = Intent.GUILDS | Intent.GUILD_MEMBERS
# Messages that people and bots write: plain ones, replies, answers to commands of both kinds.
WRITTEN = {0, 19, 20, 23}


def sees(play: Playground, thread: Channel) -> bool:
    """Whether the thread's events reach the bot."""
    return bool(play.permissions.in_channel(thread, play.application.id) & Permission.VIEW_CHANNEL)


def own_membership(play: Playground, thread: Channel) -> ThreadMember | None:
    """The bot's own."""
    return play.memory.thread_members.get(thread.id, {}).get(play.application.id)


def visible(play: Playground, guild_id: int) -> list[Channel]:
    """The guild's active threads that the bot sees, oldest first."""
    threads = play.memory.guild_threads(guild_id)
    return [entry for entry in threads if entry.thread and not entry.thread.archived and sees(play, entry)]


def listed(play: Playground, guild_id: int) -> list[Json]:
    """The same as GUILD_CREATE lists them."""
    memory = play.memory
    return [render_channel.thread(memory, entry, own_membership(play, entry)) for entry in visible(play, guild_id)]


def make(play: Playground, parent: Channel, wanted: NewThread, owner_id: int, message_id: int | None = None) -> Channel:
    """A new thread, not yet stored; one that begins with a message has its id."""
    now = _now(play)
    usual = parent.settings.get("default_auto_archive_duration") or 1440
    slowmode = wanted.slowmode
    if slowmode is None:
        slowmode = parent.settings.get("default_thread_rate_limit_per_user") or 0
    return Channel(
        id=message_id or play.ids.next(),
        type=wanted.type,
        guild_id=parent.guild_id,
        name=wanted.name,
        parent_id=parent.id,
        slowmode=slowmode,
        owner_id=owner_id,
        tags=wanted.tags,
        thread=Thread(
            archived_at=now,
            made_at=now,
            archive_minutes=wanted.archive_minutes or usual,
            invitable=wanted.invitable,
        ),
    )


def _notice(play: Playground, change: Change, thread: Channel, *, deleted: bool = False) -> None:
    place = {"guild_id": str(thread.guild_id), "channel_id": str(thread.id), "deleted": deleted}
    change.announce(lambda: play.feed.publish("channel", place))


def _event(play: Playground, change: Change, name: str, thread: Channel, more: Json | None = None) -> None:
    def announce() -> None:
        now = play.memory.channels.get(thread.id, thread)
        if sees(play, now):
            body = render_channel.thread(play.memory, now, own_membership(play, now))
            play.tell(name, thread.guild_id or 0, body | (more or {}))

    change.announce(announce)
    _notice(play, change, thread)


def created(play: Playground, change: Change, thread: Channel) -> None:
    """A thread appears; its maker is its first member, unless a webhook made it."""
    change.put(thread)
    owners = [thread.owner_id] if thread.owner_id in play.memory.users else []
    members = [ThreadMember(thread_id=thread.id, user_id=owner, joined_at=_now(play)) for owner in owners]
    for member in members:
        change.put(member)
    if thread.owner_id == play.application.id:
        change.count("threads_created", thread.guild_id, thread.parent_id)
    _event(play, change, "THREAD_CREATE", thread, {"newly_created": True})
    if members:
        _members_event(play, change, thread, added=members)


def edited(play: Playground, change: Change, thread: Channel) -> None:
    """A thread changes."""
    change.put(thread)
    _event(play, change, "THREAD_UPDATE", thread)


def deleted(play: Playground, change: Change, thread: Channel) -> None:
    """A thread goes, with all that was written in it."""
    seen = sees(play, thread)
    forget(play, change, thread)
    data: Json = {
        "id": str(thread.id),
        "guild_id": str(thread.guild_id),
        "parent_id": str(thread.parent_id),
        "type": thread.type,
    }
    if seen:
        change.announce(lambda: play.tell("THREAD_DELETE", thread.guild_id or 0, data))
    _notice(play, change, thread, deleted=True)


def forget(play: Playground, change: Change, thread: Channel) -> None:
    """Drop the thread with its messages and members; nobody is told."""
    for message in list(play.memory.messages.get(thread.id, {}).values()):
        change.drop(message)
    for member in list(play.memory.thread_members.get(thread.id, {}).values()):
        change.drop(member)
    change.drop(thread)


def joined(play: Playground, change: Change, thread: Channel, user_ids: Iterable[int]) -> None:
    """Members of the guild take part in a thread; the bot learns of a private one that it is let into."""
    known = play.memory.thread_members.get(thread.id, {})
    added = [
        change.put(ThreadMember(thread_id=thread.id, user_id=user_id, joined_at=_now(play)))
        for user_id in dict.fromkeys(user_ids)
        if user_id not in known
    ]
    own = next((member for member in added if member.user_id == play.application.id), None)
    if own and thread.type == ChannelType.PRIVATE_THREAD:
        _event(play, change, "THREAD_CREATE", thread)
    if own:
        data = render_channel.thread_member(own) | {"guild_id": str(thread.guild_id)}
        change.announce(lambda: play.tell("THREAD_MEMBER_UPDATE", thread.guild_id or 0, data))
    if added:
        _members_event(play, change, thread, added=added)
        _notice(play, change, thread)


def left(play: Playground, change: Change, thread: Channel, member: ThreadMember) -> None:
    """Somebody takes part no more."""
    change.drop(member)
    _members_event(play, change, thread, removed=[member.user_id], seen=sees(play, thread))
    _notice(play, change, thread)


def _members_event(  # noqa: PLR0913 - the event has these parts
    play: Playground,
    change: Change,
    thread: Channel,
    *,
    added: Collection[ThreadMember] = (),
    removed: Collection[int] = (),
    seen: bool = False,
) -> None:
    """THREAD_MEMBERS_UPDATE: without the members intent a bot hears of itself only."""
    own = play.application.id
    concerned = {*(member.user_id for member in added), *removed}

    def announce() -> None:
        if not (seen or sees(play, thread)):
            return
        memory, guild_id = play.memory, thread.guild_id or 0
        data: Json = {
            "id": str(thread.id),
            "guild_id": str(guild_id),
            "member_count": min(len(memory.thread_members.get(thread.id, {})), 50),
        }
        if added:
            data["added_members"] = [_with_member(play, guild_id, entry) | {"presence": None} for entry in added]
        if removed:
            data["removed_member_ids"] = [str(user_id) for user_id in removed]
        intents = _EITHER if own in concerned else Intent.GUILD_MEMBERS
        play.tell("THREAD_MEMBERS_UPDATE", guild_id, data, intents)

    change.announce(announce)


def _with_member(play: Playground, guild_id: int, entry: ThreadMember) -> Json:
    member = play.memory.member(guild_id, entry.user_id)
    body = render_channel.thread_member(entry)
    return body | {"member": render.member(play.memory, member)} if member else body


def watch_access(play: Playground, change: Change, guild_id: int | None) -> None:
    """THREAD_LIST_SYNC for the channels that the bot sees after the change and did not see before."""
    if not guild_id or not play.memory.threads_of.get(guild_id):
        return
    before = _seen_parents(play, guild_id)

    def announce() -> None:
        gained = _seen_parents(play, guild_id) - before
        if gained:
            play.tell("THREAD_LIST_SYNC", guild_id, _active_in(play, guild_id, gained))

    change.announce(announce)


def _seen_parents(play: Playground, guild_id: int) -> set[int]:
    parents = {thread.parent_id for thread in play.memory.guild_threads(guild_id)}
    channels = [channel for channel in play.memory.guild_channels(guild_id) if channel.id in parents]
    return {channel.id for channel in channels if sees(play, channel)}


def _active_in(play: Playground, guild_id: int, channel_ids: set[int]) -> Json:
    seen = [entry for entry in visible(play, guild_id) if entry.parent_id in channel_ids]
    own = [member for entry in seen if (member := own_membership(play, entry))]
    return {
        "guild_id": str(guild_id),
        "channel_ids": [str(channel_id) for channel_id in sorted(channel_ids)],
        "threads": [render_channel.thread(play.memory, entry) for entry in seen],
        "members": [render_channel.thread_member(entry) for entry in own],
    }


def written_in(play: Playground, change: Change, message: Message) -> None:
    """A message was written: if in a thread, that counts it, wakes up, and takes in who writes and who is named."""
    thread = play.memory.channels.get(message.channel_id)
    if thread is None or thread.thread is None or message.type not in WRITTEN or message.private_to:
        return
    state = msgspec.structs.replace(thread.thread, sent=thread.thread.sent + 1)
    if state.archived:
        state = msgspec.structs.replace(state, archived=False, archived_at=_now(play))
    written = msgspec.structs.replace(thread, thread=state)
    (edited if thread.thread.archived else _put)(play, change, written)
    people = [message.author_id, *message.mentions] if message.webhook_id is None else message.mentions
    guild_id = thread.guild_id or 0
    joined(play, change, thread, [entry for entry in people if _may_join(play, thread, guild_id, entry)])


def _put(play: Playground, change: Change, thread: Channel) -> None:
    del play
    change.put(thread)


def _may_join(play: Playground, thread: Channel, guild_id: int, user_id: int) -> bool:
    if play.memory.member(guild_id, user_id) is None:
        return False
    parent = play.memory.channels.get(thread.parent_id or 0, thread)
    return bool(play.permissions.in_channel(parent, user_id) & Permission.VIEW_CHANNEL)


def archive_due(play: Playground) -> None:
    """Archive the threads in which nothing has happened for as long as they were given."""
    now = play.clock.now()
    due = [
        thread
        for threads in play.memory.threads_of.values()
        for thread in threads.values()
        if thread.thread and not thread.thread.archived and _quiet_since(play, thread) <= now
    ]
    if due:
        with play.store.change() as change:
            for thread in due:
                state = msgspec.structs.replace(thread.state, archived=True, archived_at=now.isoformat())
                edited(play, change, msgspec.structs.replace(thread, thread=state))


def _quiet_since(play: Playground, thread: Channel) -> datetime:
    """When it is to be archived."""
    last = play.memory.messages.get(thread.id, {}).get(play.memory.last_message_id(thread.id) or 0)
    moment = datetime.fromisoformat(thread.state.archived_at)
    if last:
        moment = max(moment, made_when(last.id, last.sent_at))
    return moment + timedelta(minutes=thread.state.archive_minutes)


def _now(play: Playground) -> str:
    return play.clock.now().isoformat()
