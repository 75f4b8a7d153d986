"""What a member does with threads: start, join, leave, rename, archive. Discord's limits and rights apply."""

import msgspec

from guildwright.playground import audit, effects, posting, threads
from guildwright.playground import thread_messages as system
from guildwright.playground.bits import AuditAction, ChannelType, MessageFlag, Permission
from guildwright.playground.bodies import message as messages
from guildwright.playground.bodies.thread import NewThread
from guildwright.playground.control import given, models, requests, show
from guildwright.playground.control.errors import ControlError, forbidden, invalid
from guildwright.playground.control.lookup import Lookup, lacking
from guildwright.playground.playground import Playground
from guildwright.playground.records import Channel, User
from guildwright.playground.store import Change

_LONGEST_NAME = 100
_PARENTS = {
    ChannelType.GUILD_TEXT: ChannelType.PUBLIC_THREAD,
    ChannelType.GUILD_ANNOUNCEMENT: ChannelType.ANNOUNCEMENT_THREAD,
    ChannelType.GUILD_FORUM: ChannelType.PUBLIC_THREAD,
}


class ThreadActs:
    """A member among threads."""

    def __init__(self, play: Playground) -> None:
        self._play = play
        self._find = Lookup(play)

    def start(self, channel_id: str, body: requests.StartThread) -> models.ChannelView:
        """A new thread, with the one who starts it in it."""
        user = self._find.person(body.user_id)
        parent = self._find.visible_channel(user, channel_id)
        if parent.type not in _PARENTS:
            raise invalid("channel_id", f"There are no threads in {parent.name}.")
        kind = ChannelType.PRIVATE_THREAD if body.private else _PARENTS[ChannelType(parent.type)]
        if body.private and parent.type != ChannelType.GUILD_TEXT:
            raise invalid("private", f"There are no private threads in {parent.name}.")
        wanted = NewThread(
            name=given.named(body.name, 1, _LONGEST_NAME),
            archive_minutes=None,
            slowmode=None,
            type=int(kind),
            invitable=True,
            tags=(),
        )
        if parent.type == ChannelType.GUILD_FORUM:
            thread = self._post(user, parent, wanted, body)
        elif body.message_id:
            thread = self._from_message(user, parent, wanted, body.message_id)
        else:
            thread = self._alone(user, parent, wanted)
        return show.channel(thread)

    def _post(self, user: User, forum: Channel, wanted: NewThread, body: requests.StartThread) -> Channel:
        self._find.visible_channel(user, str(forum.id), Permission.SEND_MESSAGES)
        thread = threads.make(self._play, forum, wanted, user.id)
        draft = messages.read_new({"content": body.content})
        first = msgspec.structs.replace(posting.compose(self._play, thread, user.id, draft), id=thread.id)
        with self._play.store.change() as change:
            threads.created(self._play, change, thread)
            effects.message_created(self._play, change, first)
            self._note(change, AuditAction.THREAD_CREATE, user, thread)
        return thread

    def _from_message(self, user: User, parent: Channel, wanted: NewThread, message_id: str) -> Channel:
        self._find.visible_channel(user, str(parent.id), Permission.CREATE_PUBLIC_THREADS)
        message = self._find.seen_message(user, message_id)
        if message.channel_id != parent.id or message.private_to:
            raise invalid("message_id", "That message is not in this channel for all to see.")
        if message.thread_id is not None or message.id in self._play.memory.channels:
            raise ControlError(409, "has_thread", "There is a thread from this message already.", "message_id")
        thread = threads.make(self._play, parent, wanted, user.id, message.id)
        marked = msgspec.structs.replace(message, thread_id=thread.id, flags=message.flags | MessageFlag.HAS_THREAD)
        with self._play.store.change() as change:
            threads.created(self._play, change, thread)
            effects.message_edited(self._play, change, marked, by_author=False)
            effects.message_created(self._play, change, system.starter(self._play, thread, message))
            self._note(change, AuditAction.THREAD_CREATE, user, thread)
        return thread

    def _alone(self, user: User, parent: Channel, wanted: NewThread) -> Channel:
        private = wanted.type == ChannelType.PRIVATE_THREAD
        needed = Permission.CREATE_PRIVATE_THREADS if private else Permission.CREATE_PUBLIC_THREADS
        self._find.visible_channel(user, str(parent.id), needed)
        thread = threads.make(self._play, parent, wanted, user.id)
        with self._play.store.change() as change:
            threads.created(self._play, change, thread)
            if not private:
                effects.message_created(self._play, change, system.announcement(self._play, parent, thread))
            self._note(change, AuditAction.THREAD_CREATE, user, thread)
        return thread

    def edit(self, thread_id: str, body: requests.EditThread) -> models.ChannelView:
        """Join, leave, rename, archive, lock."""
        user = self._find.person(body.user_id)
        thread = self._find.visible_channel(user, thread_id)
        if thread.thread is None:
            raise invalid("thread_id", f"{thread.name} is not a thread.")
        with self._play.store.change() as change:
            if body.member is not None:
                self._take_part(change, user, thread, joins=body.member)
            edited = self._edited(user, thread, body)
            if edited != thread:
                threads.edited(self._play, change, edited)
                self._note(change, AuditAction.THREAD_UPDATE, user, edited)
        return show.channel(edited)

    def _take_part(self, change: Change, user: User, thread: Channel, *, joins: bool) -> None:
        member = self._play.memory.thread_members.get(thread.id, {}).get(user.id)
        if joins and member is None:
            threads.joined(self._play, change, thread, [user.id])
        elif member and not joins:
            threads.left(self._play, change, thread, member)

    def _edited(self, user: User, thread: Channel, body: requests.EditThread) -> Channel:
        """Its maker may rename and archive it; whoever may write there may wake it; MANAGE_THREADS may all."""
        state = thread.state
        archived = state.archived if body.archived is None else body.archived
        locked = state.locked if body.locked is None else body.locked
        name = thread.name if body.name is None else given.named(body.name, 1, _LONGEST_NAME)
        if (archived, locked, name) == (state.archived, state.locked, thread.name):
            return thread
        rights = self._find.rights(thread, user)
        wakes = not archived and (locked, name) == (state.locked, thread.name) and not state.locked
        own = thread.owner_id == user.id and locked == state.locked and not state.locked
        wakes = wakes and bool(rights & Permission.SEND_MESSAGES_IN_THREADS)
        if not (rights & Permission.MANAGE_THREADS or own or wakes):
            raise forbidden(lacking(user, Permission.MANAGE_THREADS, "here"), "user_id")
        moment = state.archived_at if archived == state.archived else self._play.clock.now().isoformat()
        changed = msgspec.structs.replace(state, archived=archived, locked=locked, archived_at=moment)
        return msgspec.structs.replace(thread, name=name, thread=changed)

    def _note(self, change: Change, action: AuditAction, user: User, thread: Channel) -> None:
        audit.note(self._play, change, thread.guild_id or 0, action, actor=user.id, target=thread.id)
