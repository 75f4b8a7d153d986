"""What Discord itself writes when something happens with a thread."""

from guildwright.playground.bits import MessageFlag
from guildwright.playground.playground import Playground
from guildwright.playground.records import Channel, Json, Message

ADDED, REMOVED, RENAMED, CREATED, STARTER = 1, 2, 4, 18, 21


def event(play: Playground, thread: Channel, kind: int, *, content: str = "", named: tuple[int, ...] = ()) -> Message:
    """In the thread: somebody came, went, or gave it another name."""
    return Message(
        id=play.ids.next(),
        channel_id=thread.id,
        guild_id=thread.guild_id,
        author_id=play.application.id,
        content=content,
        sent_at=play.clock.now().isoformat(),
        type=kind,
        mentions=named,
    )


def starter(play: Playground, thread: Channel, message: Message) -> Message:
    """The thread's first message, which only points to the one it began with."""
    reference: Json = {"type": 0, "channel_id": str(message.channel_id), "message_id": str(message.id)}
    return Message(
        id=play.ids.next(),
        channel_id=thread.id,
        guild_id=thread.guild_id,
        author_id=message.author_id,
        sent_at=play.clock.now().isoformat(),
        type=STARTER,
        reference=reference | {"guild_id": str(thread.guild_id)},
        webhook_id=message.webhook_id,
        webhook_name=message.webhook_name,
    )


def announcement(play: Playground, parent: Channel, thread: Channel) -> Message:
    """The parent's system message that a thread was made."""
    return Message(
        id=play.ids.next(),
        channel_id=parent.id,
        guild_id=parent.guild_id,
        author_id=thread.owner_id or 0,
        content=thread.name,
        sent_at=play.clock.now().isoformat(),
        type=CREATED,
        reference={"type": 0, "channel_id": str(thread.id), "guild_id": str(thread.guild_id)},
        thread_id=thread.id,
        flags=int(MessageFlag.HAS_THREAD),
    )
