"""Pinned messages: what a pin does, whoever sets it, and what others hear of it."""

import msgspec

from guildwright.playground import audit, effects
from guildwright.playground.bits import AuditAction, Intent
from guildwright.playground.errors import DiscordError
from guildwright.playground.gateway.session import Dispatch
from guildwright.playground.playground import Playground
from guildwright.playground.records import Channel, Json, Message
from guildwright.playground.store import Change
from guildwright.playground.threads import WRITTEN

MOST_PINS = 250
_PINNED = 6  # the message type of "pinned a message to this channel"


def pinned(play: Playground, channel: Channel) -> list[Message]:
    """The channel's pins, last pinned first."""
    found = [message for message in play.memory.public_messages(channel.id) if message.pinned]
    return sorted(found, key=lambda message: message.pinned_at or "", reverse=True)


def pin(play: Playground, channel: Channel, message: Message, actor: int, reason: str | None = None) -> None:
    """Pin it, and say so in the channel; nothing happens if it is pinned.

    Raises:
        DiscordError: a system message (50021), or too many pins (30003).
    """
    if message.pinned:
        return
    if message.type not in WRITTEN:
        raise DiscordError(403, 50021, "Cannot execute action on a system message")
    if len(pinned(play, channel)) >= MOST_PINS:
        raise DiscordError(400, 30003, f"Maximum number of pins reached for the channel ({MOST_PINS})")
    now = play.clock.now().isoformat()
    with play.store.change() as change:
        if actor == play.application.id:
            change.count("messages_pinned", channel.guild_id, channel.id)
        changed = msgspec.structs.replace(message, pinned=True, pinned_at=now)
        effects.message_edited(play, change, changed, by_author=False)
        _pins_changed(play, change, channel, now)
        effects.message_created(play, change, _said(play, channel, message, actor))
        _note(play, change, AuditAction.MESSAGE_PIN, message, actor, reason)


def unpin(play: Playground, channel: Channel, message: Message, actor: int, reason: str | None = None) -> None:
    """Pin it no more; nothing happens if it is not pinned."""
    if not message.pinned:
        return
    with play.store.change() as change:
        if actor == play.application.id:
            change.count("messages_unpinned", channel.guild_id, channel.id)
        changed = msgspec.structs.replace(message, pinned=False, pinned_at=None)
        effects.message_edited(play, change, changed, by_author=False)
        left = [entry for entry in pinned(play, channel) if entry.id != message.id]
        _pins_changed(play, change, channel, left[0].pinned_at if left else None)
        _note(play, change, AuditAction.MESSAGE_UNPIN, message, actor, reason)


def _pins_changed(play: Playground, change: Change, channel: Channel, moment: str | None) -> None:
    change.put(msgspec.structs.replace(channel, pinned_at=moment))
    data: Json = {"channel_id": str(channel.id), "last_pin_timestamp": moment}
    intents = Intent.DIRECT_MESSAGES
    if channel.guild_id:
        data["guild_id"] = str(channel.guild_id)
        intents = Intent.GUILDS

    def announce() -> None:
        if effects.bot_sees(play, channel):
            told = Dispatch(name="CHANNEL_PINS_UPDATE", data=lambda _: data, intents=intents, guild_id=channel.guild_id)
            play.hub.dispatch(told)

    change.announce(announce)


def _said(play: Playground, channel: Channel, message: Message, actor: int) -> Message:
    reference: Json = {"type": 0, "channel_id": str(channel.id), "message_id": str(message.id)}
    return Message(
        id=play.ids.next(),
        channel_id=channel.id,
        guild_id=channel.guild_id,
        author_id=actor,
        sent_at=play.clock.now().isoformat(),
        type=_PINNED,
        reference=reference | ({"guild_id": str(channel.guild_id)} if channel.guild_id else {}),
    )


def _note(  # noqa: PLR0913, PLR0917 - an entry has these parts
    play: Playground, change: Change, action: AuditAction, message: Message, actor: int, reason: str | None
) -> None:
    if message.guild_id:
        options = {"channel_id": str(message.channel_id), "message_id": str(message.id)}
        target = message.author_id
        audit.note(play, change, message.guild_id, action, actor=actor, target=target, reason=reason, options=options)
