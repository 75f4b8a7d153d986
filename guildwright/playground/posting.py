"""Turning a checked draft into a message: the same rules for REST, webhooks, interaction replies and members."""

from datetime import datetime, timedelta

import msgspec

from guildwright.playground import attaching, component_things, effects, errors
from guildwright.playground.bits import MessageFlag, Permission
from guildwright.playground.bodies.message import LEGACY_FIELDS, Draft
from guildwright.playground.errors import Faults
from guildwright.playground.ids import made_when
from guildwright.playground.media import Shown
from guildwright.playground.playground import Playground
from guildwright.playground.records import Channel, Json, Message, Nonce
from guildwright.playground.store import Change
from guildwright.playground.threads import WRITTEN

NONCE_WINDOW = timedelta(minutes=5)
_REPLY, _PLAIN = 19, 0
# What an edit cannot take away.
_KEPT = (
    MessageFlag.EPHEMERAL
    | MessageFlag.CROSSPOSTED
    | MessageFlag.IS_CROSSPOST
    | MessageFlag.HAS_THREAD
    | MessageFlag.HAS_SNAPSHOT
    | MessageFlag.IS_COMPONENTS_V2
)


class Pings(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a message pings."""

    users: tuple[int, ...] = ()
    roles: tuple[int, ...] = ()
    everyone: bool = False


def pings(play: Playground, channel: Channel, author_id: int, draft: Draft) -> Pings:
    """Whom the draft pings, as far as the author may."""
    memory = play.memory
    text = draft.text
    users = [user for user in draft.allowed.pinged_users(text) if user in memory.users]
    replied = memory.messages.get(channel.id, {}).get(draft.reply_to or 0)
    if replied and draft.allowed.replied_user and replied.author_id not in users:
        users.append(replied.author_id)
    if channel.guild_id is None or "@" not in text:
        return Pings(users=tuple(users))
    rights = play.permissions.in_channel(channel, author_id)
    may_ping_all = author_id in memory.webhooks or bool(rights & Permission.MENTION_EVERYONE)
    named = [memory.roles[role] for role in draft.allowed.pinged_roles(text) if role in memory.roles]
    roles = [role.id for role in named if role.guild_id == channel.guild_id and (role.mentionable or may_ping_all)]
    return Pings(users=tuple(users), roles=tuple(roles), everyone=may_ping_all and draft.allowed.pings_everyone(text))


def compose(play: Playground, channel: Channel, author_id: int, draft: Draft) -> Message:
    """A new message, not yet stored."""
    component_things.check(play.memory, draft.components or ())
    found = pings(play, channel, author_id, draft)
    replied = draft.reply_to if draft.reply_to in play.memory.messages.get(channel.id, {}) else None
    if draft.reply_to and not replied and draft.reply_must_exist:
        raise errors.invalid("message_reference", "MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "Unknown message")
    if replied and play.memory.messages[channel.id][replied].type not in WRITTEN:
        code = "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE"
        raise errors.invalid("message_reference", code, "Cannot reply to a system message")
    attachments = attaching.attach(play, channel.id, draft.attachments or (), draft.uploads)
    forwarded = _forwarded(play, draft)
    message = Message(
        id=play.ids.next(),
        channel_id=channel.id,
        guild_id=channel.guild_id,
        author_id=author_id,
        content=draft.content or "",
        sent_at=play.clock.now().isoformat(),
        type=_REPLY if replied else _PLAIN,
        flags=(draft.flags or 0) | (MessageFlag.HAS_SNAPSHOT if forwarded else 0),
        embeds=draft.embeds or (),
        components=draft.components or (),
        attachments=attachments,
        mentions=found.users,
        mention_roles=found.roles,
        mention_everyone=found.everyone,
        reply_to=replied,
        reference=_reference(play, draft),
        snapshots=forwarded,
        tts=draft.tts,
        nonce=draft.nonce,
    )
    return _with_media(message)


def _forwarded(play: Playground, draft: Draft) -> tuple[Json, ...]:
    """What a forwarded message says at this moment, without who said it: ids and paths for users and URLs."""
    place = draft.forward
    if place is None:
        return ()
    source = play.memory.messages.get(place.channel_id, {}).get(place.message_id)
    if source is None or source.private_to is not None:
        raise errors.invalid("message_reference", "MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "Unknown message")
    if source.type not in WRITTEN:
        raise errors.DiscordError(400, 50021, "Cannot execute action on a system message")
    if source.snapshots:
        return source.snapshots
    said: Json = {
        "type": source.type,
        "content": source.content,
        "mentions": [str(user_id) for user_id in source.mentions],
        "mention_roles": [str(role_id) for role_id in source.mention_roles],
        "attachments": list(source.attachments),
        "embeds": list(source.embeds),
        "timestamp": made_when(source.id, source.sent_at).isoformat(),
        "edited_timestamp": source.edited_at,
        "flags": source.flags,
        "components": list(source.components),
    }
    return ({"message": said},)


def _reference(play: Playground, draft: Draft) -> Json | None:
    place = draft.forward
    if place is None:
        return None
    channel = play.memory.channels[place.channel_id]
    reference: Json = {"type": 1, "channel_id": str(place.channel_id), "message_id": str(place.message_id)}
    return reference | ({"guild_id": str(channel.guild_id)} if channel.guild_id else {})


def _with_media(message: Message) -> Message:
    """The message, its own files where its embeds and components name them."""
    shown, faults = Shown(message.attachments), Faults()
    components = shown.in_components(message.components, faults)
    faults.check()
    return msgspec.structs.replace(message, embeds=shown.in_embeds(message.embeds), components=components)


def revise(play: Playground, message: Message, draft: Draft) -> Message:
    """An edited message, not yet stored. What the draft does not mention stays."""
    component_things.check(play.memory, draft.components or ())
    channel = play.memory.channels[message.channel_id]
    flags = message.flags & ~MessageFlag.LOADING
    if draft.flags is not None:
        flags = (flags & _KEPT) | (draft.flags & ~MessageFlag.EPHEMERAL)
    present, wanted = message.attachments, draft.attachments
    if wanted is not None:
        present = attaching.attach(play, channel.id, wanted, draft.uploads, present)
    revised = msgspec.structs.replace(
        message,
        attachments=present,
        content=message.content if draft.content is None else draft.content,
        embeds=message.embeds if draft.embeds is None else draft.embeds,
        components=message.components if draft.components is None else draft.components,
        flags=int(flags),
        edited_at=play.clock.now().isoformat() if draft.says_something else message.edited_at,
    )
    if flags & MessageFlag.IS_COMPONENTS_V2 and (revised.content or revised.embeds):
        name = "content" if revised.content else "embeds"
        raise errors.invalid(name, "MESSAGE_CANNOT_USE_LEGACY_FIELDS", LEGACY_FIELDS)
    revised = _with_media(revised)
    if not (revised.content or revised.embeds or revised.components or revised.attachments or revised.snapshots):
        raise errors.empty_message()
    if draft.content is not None or draft.components is not None:
        found = pings(play, channel, message.author_id, draft)
        revised = msgspec.structs.replace(
            revised,
            mentions=found.users,
            mention_roles=found.roles,
            mention_everyone=found.everyone,
        )
    return revised


def earlier_with_nonce(play: Playground, channel: Channel, author_id: int, nonce: str | int) -> Message | None:
    """The message that this author sent here with this nonce within the window."""
    known = play.memory.nonces.get(f"{channel.id}:{author_id}:{nonce}")
    if known is None or play.clock.now() - datetime.fromisoformat(known.at) > NONCE_WINDOW:
        return None
    return play.memory.messages.get(channel.id, {}).get(known.message_id)


def remember_nonce(play: Playground, change: Change, message: Message) -> None:
    """Keep the nonce, and forget those whose window is over."""
    now = play.clock.now()
    for nonce in list(play.memory.nonces.values()):
        if now - datetime.fromisoformat(nonce.at) <= NONCE_WINDOW:
            break
        change.drop(nonce)
    change.put(
        Nonce(
            channel_id=message.channel_id,
            author_id=message.author_id,
            nonce=str(message.nonce),
            message_id=message.id,
            at=message.sent_at,
        ),
    )


def publish(play: Playground, message: Message) -> Message:
    """Store a new message and tell everybody."""
    with play.store.change() as change:
        if message.nonce is not None:
            remember_nonce(play, change, message)
        effects.message_created(play, change, message)
    return message
