"""What webhooks write: the routes are those of interactions, which pass on what is not theirs."""

import hashlib

import msgspec
from litestar import Response

from guildwright.playground import effects, errors, posting, render_message, threads
from guildwright.playground.bits import ChannelType
from guildwright.playground.bodies import message as bodies
from guildwright.playground.bodies.components import interactive
from guildwright.playground.bodies.fields import Fields
from guildwright.playground.bodies.message import Draft
from guildwright.playground.bodies.thread import NewThread, tags
from guildwright.playground.errors import DiscordError, Faults
from guildwright.playground.records import Channel, Json, Message, Webhook
from guildwright.playground.rest.call import Call, answer, nothing
from guildwright.playground.rest.webhooks import by_token, webhook_name


def _channel(call: Call, webhook: Webhook) -> Channel:
    """Where the webhook writes: its channel, or the thread there that the query names."""
    channel = call.memory.channels.get(webhook.channel_id)
    thread_id = call.query_snowflake("thread_id")
    if channel is None:
        raise errors.unknown_channel()
    if thread_id is None:
        return channel
    thread = call.memory.channels.get(thread_id)
    if thread is None or thread.thread is None or thread.parent_id != channel.id:
        raise errors.unknown_channel()
    return thread


def _draft(call: Call, webhook: Webhook, draft: Draft) -> Draft:
    """Only the application's own webhooks have components that do something; replies are not for webhooks."""
    components = draft.components
    if webhook.application_id is None and components:
        if not call.query_flag("with_components"):
            components = None
        elif any(interactive(components)):
            message = "Interactive components can only be sent by application-owned webhooks"
            raise errors.invalid("components", "COMPONENT_TYPE_INVALID", message)
    return msgspec.structs.replace(draft, components=components, reply_to=None, nonce=None)


def _look(webhook: Webhook, body: Json) -> tuple[str, str | None]:
    """Name and picture of one message: the body may name others than the webhook's own."""
    fields = Fields(body, Faults())
    name = webhook_name(fields, "username")
    picture = fields.link("avatar_url")
    fields.faults.check()
    if picture is None:
        return name or webhook.name, webhook.avatar
    return name or webhook.name, hashlib.md5(picture.encode(), usedforsecurity=False).hexdigest()


def _check_forum(call: Call, channel: Channel, body: Json) -> None:
    """A forum has posts, and only a forum has."""
    named = body.get("thread_name")
    if named and call.query.get("thread_id"):
        raise DiscordError(
            400, 220002, "Webhooks posted to forum channels cannot have both a thread_name and thread_id"
        )
    if channel.type != ChannelType.GUILD_FORUM and named:
        raise DiscordError(400, 220003, "Webhooks can only create threads in forum channels")
    if channel.type == ChannelType.GUILD_FORUM and not named:
        raise DiscordError(400, 220001, "Webhooks posted to forum channels must have a thread_name or thread_id")


def _post(call: Call, webhook: Webhook, forum: Channel, body: Json) -> Channel:
    """The forum's post that the body asks for, not yet stored."""
    fields = Fields(body, Faults())
    wanted = NewThread(
        name=fields.text("thread_name", 100, shortest=1) or "",
        archive_minutes=None,
        slowmode=None,
        type=int(ChannelType.PUBLIC_THREAD),
        invitable=True,
        tags=tags(fields),
    )
    fields.faults.check()
    return threads.make(call.play, forum, wanted, webhook.id)


async def execute(call: Call, webhook_id: int, token: str) -> Response[object]:
    """POST: 204, or with `wait=true` the message."""
    webhook = by_token(call, webhook_id, token)
    body = await call.body()
    channel = _channel(call, webhook)
    _check_forum(call, channel, body)
    name, avatar = _look(webhook, body)
    post = _post(call, webhook, channel, body) if channel.type == ChannelType.GUILD_FORUM else None
    draft = _draft(call, webhook, bodies.read_new(body, await call.files()))
    message = msgspec.structs.replace(
        posting.compose(call.play, post or channel, webhook.id, draft),
        webhook_id=webhook.id,
        webhook_name=name,
        webhook_avatar=avatar,
        tts=draft.tts,
    )
    with call.play.store.change() as change:
        if post:
            message = msgspec.structs.replace(message, id=post.id)
            threads.created(call.play, change, post)
        effects.message_created(call.play, change, message)
        change.count("webhook_messages_created", channel.guild_id, channel.id)
    if call.query_flag("wait"):
        return answer(render_message.message(call.memory, message))
    return Response(None, status_code=204)


def _written(call: Call, webhook_id: int, token: str, message_id: int) -> Message:
    webhook = by_token(call, webhook_id, token)
    message = call.memory.messages.get(_channel(call, webhook).id, {}).get(message_id)
    if message is None or message.webhook_id != webhook.id:
        raise errors.unknown_message()
    return message


def fetch(call: Call, webhook_id: int, token: str, message_id: int) -> Response[object]:
    """GET a message of the webhook's own."""
    return answer(render_message.message(call.memory, _written(call, webhook_id, token, message_id)))


async def edit(call: Call, webhook_id: int, token: str, message_id: int) -> Response[object]:
    """PATCH a message of the webhook's own."""
    message = _written(call, webhook_id, token, message_id)
    draft = bodies.read(await call.body(), await call.files(), present_flags=message.flags)
    webhook = call.memory.webhooks[webhook_id]
    revised = posting.revise(call.play, message, _draft(call, webhook, draft))
    with call.play.store.change() as change:
        effects.message_edited(call.play, change, revised)
        change.count("webhook_messages_edited", message.guild_id, message.channel_id)
    return answer(render_message.message(call.memory, revised))


def remove(call: Call, webhook_id: int, token: str, message_id: int) -> Response[None]:
    """DELETE a message of the webhook's own."""
    message = _written(call, webhook_id, token, message_id)
    with call.play.store.change() as change:
        effects.message_deleted(call.play, change, message, by_bot=False)
        change.count("webhook_messages_deleted", message.guild_id, message.channel_id)
    return nothing()
