"""Announcement channels: others follow them, and what is published there appears in theirs."""

import secrets

import msgspec
from litestar import Response, post
from litestar.params import FromPath

from guildwright.playground import audit, effects, effects_moderation, render_message
from guildwright.playground.bits import AuditAction, ChannelType, MessageFlag, Permission
from guildwright.playground.bodies.fields import Fields
from guildwright.playground.errors import DiscordError, Faults
from guildwright.playground.records import Channel, Json, Message, Webhook
from guildwright.playground.rest.call import BotCall, Call, answer
from guildwright.playground.threads import WRITTEN

_CHANNEL = "/channels/{channel_id:int}"
_FOLLOWER, _FOLLOWED = 2, 12  # a webhook's type, and a message's
_MOST_WEBHOOKS = 15
_TARGETS = {ChannelType.GUILD_TEXT, ChannelType.GUILD_ANNOUNCEMENT}
_SHOWN = int(MessageFlag.IS_COMPONENTS_V2 | MessageFlag.SUPPRESS_EMBEDS)


def _announcing(call: Call, channel_id: int) -> Channel:
    channel = call.channel(channel_id)
    if channel.type != ChannelType.GUILD_ANNOUNCEMENT:
        raise DiscordError(400, 50024, "Cannot execute action on this channel type")
    return channel


@post(_CHANNEL + "/messages/{message_id:int}/crosspost", status_code=200)
async def crosspost(call: BotCall, channel_id: FromPath[int], message_id: FromPath[int]) -> Response[object]:
    """POST: publish a message to every channel that follows."""
    channel = _announcing(call, channel_id)
    message = call.message(channel, message_id)
    own = message.author_id == call.own_id
    call.channel(channel_id, Permission.SEND_MESSAGES | (Permission(0) if own else Permission.MANAGE_MESSAGES))
    if message.type not in WRITTEN:
        raise DiscordError(403, 50021, "Cannot execute action on a system message")
    if message.flags & MessageFlag.CROSSPOSTED:
        raise DiscordError(400, 40033, "This message has already been crossposted.")
    published = msgspec.structs.replace(message, flags=message.flags | MessageFlag.CROSSPOSTED)
    with call.play.store.change() as change:
        change.count("messages_crossposted", channel.guild_id, channel.id)
        effects.message_edited(call.play, change, published, by_author=False)
        for hook in call.memory.webhooks.values():
            target = call.memory.channels.get(hook.channel_id)
            if hook.source_channel_id == channel.id and target:
                effects.message_created(call.play, change, _copy(call, message, channel, hook, target))
    return answer(render_message.message(call.memory, published))


def _copy(call: Call, message: Message, source: Channel, hook: Webhook, target: Channel) -> Message:
    """The message as a follower's channel shows it."""
    return Message(
        id=call.play.ids.next(),
        channel_id=target.id,
        guild_id=target.guild_id,
        author_id=hook.id,
        webhook_id=hook.id,
        webhook_name=hook.name,
        webhook_avatar=hook.avatar,
        content=message.content,
        sent_at=call.play.clock.now().isoformat(),
        flags=(message.flags & _SHOWN) | MessageFlag.IS_CROSSPOST,
        embeds=message.embeds,
        components=message.components,
        attachments=message.attachments,
        snapshots=message.snapshots,
        reference=_pointer(source) | {"message_id": str(message.id)},
    )


def _pointer(source: Channel) -> Json:
    return {"type": 0, "channel_id": str(source.id), "guild_id": str(source.guild_id)}


@post(_CHANNEL + "/followers", status_code=200)
async def follow(call: BotCall, channel_id: FromPath[int]) -> Response[object]:
    """POST: a webhook of type 2 in the channel that is to follow."""
    source = _announcing(call, channel_id)
    fields = Fields(await call.body(), Faults())
    target_id = fields.snowflake("webhook_channel_id", needed=True)
    fields.faults.check()
    target = call.channel(target_id or 0, Permission.MANAGE_WEBHOOKS)
    if target.type not in _TARGETS:
        raise DiscordError(400, 50024, "Cannot execute action on this channel type")
    hooks = [hook for hook in call.memory.webhooks.values() if hook.channel_id == target.id]
    if len(hooks) >= _MOST_WEBHOOKS:
        raise DiscordError(400, 30007, f"Maximum number of webhooks reached ({_MOST_WEBHOOKS})")
    hook = _follower(call, source, target)
    with call.play.store.change() as change:
        change.put(hook)
        change.count("webhooks_created", target.guild_id, target.id)
        effects_moderation.webhooks_changed(call.play, change, hook.guild_id, target.id)
        effects.message_created(call.play, change, _said(call, source, target))
        changes = audit.differences({}, {"type": hook.type, "channel_id": str(target.id), "name": hook.name})
        call.note(change, hook.guild_id, AuditAction.WEBHOOK_CREATE, hook.id, changes=changes)
    return answer({"channel_id": str(source.id), "webhook_id": str(hook.id)})


def _follower(call: Call, source: Channel, target: Channel) -> Webhook:
    guild = call.memory.guilds[source.guild_id or 0]
    return Webhook(
        id=call.play.ids.next(),
        type=_FOLLOWER,
        guild_id=target.guild_id or 0,
        channel_id=target.id,
        user_id=call.own_id,
        name=f"{guild.name} #{source.name}"[:80],
        token=secrets.token_urlsafe(51),
        source_channel_id=source.id,
    )


def _said(call: Call, source: Channel, target: Channel) -> Message:
    return Message(
        id=call.play.ids.next(),
        channel_id=target.id,
        guild_id=target.guild_id,
        author_id=call.own_id,
        content=f"{call.memory.guilds[source.guild_id or 0].name} #{source.name}",
        sent_at=call.play.clock.now().isoformat(),
        type=_FOLLOWED,
        reference=_pointer(source),
    )


ROUTES = (crosspost, follow)
