"""Messages: create, read, edit, delete."""

from datetime import timedelta

from litestar import Response, delete, get, patch, post
from litestar.params import FromPath

from guildwright.playground import effects, errors, posting, render_message, writing
from guildwright.playground.bits import AuditAction, Permission
from guildwright.playground.bodies import message as bodies
from guildwright.playground.bodies.message import Draft
from guildwright.playground.errors import DiscordError
from guildwright.playground.ids import digits, made_when
from guildwright.playground.records import Channel, Json
from guildwright.playground.rest.call import BotCall, Call, answer, nothing
from guildwright.playground.threads import WRITTEN

_PATH = "/channels/{channel_id:int}/messages"
_ONE = _PATH + "/{message_id:int}"
_BULK_AGE = timedelta(days=14)


def _writable(call: Call, channel_id: int, draft: Draft) -> Channel:
    needed = Permission.SEND_MESSAGES
    if draft.embeds:
        needed |= Permission.EMBED_LINKS
    if draft.tts:
        needed |= Permission.SEND_TTS_MESSAGES
    if draft.uploads:
        needed |= Permission.ATTACH_FILES
    channel = call.channel(channel_id, needed)
    if draft.reply_to and not call.play.permissions.in_channel(channel, call.own_id) & Permission.READ_MESSAGE_HISTORY:
        raise DiscordError(403, 160002, "Cannot reply without permission to read message history")
    if draft.forward:
        _check_source(call, draft.forward.channel_id)
    return channel


def _check_source(call: Call, channel_id: int) -> None:
    """Whether the bot may read what it forwards."""
    source = call.memory.channels.get(channel_id)
    needed = Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY
    if source is None or needed & ~call.play.permissions.in_channel(source, call.own_id):
        raise DiscordError(403, 160014, "You do not have permission to forward this message")


@post(_PATH, status_code=200)
async def create_message(call: BotCall, channel_id: FromPath[int]) -> Response[object]:
    """POST: a nonce with `enforce_nonce` returns the message that was already made with it."""
    body = await call.body()
    writing.check(call.play, call.channel(channel_id), call.own_id)
    draft = bodies.read_new(body, await call.files())
    channel = _writable(call, channel_id, draft)
    if channel.recipient_id and not _reachable(call, channel.recipient_id):
        raise DiscordError(403, 50007, "Cannot send messages to this user")
    if draft.nonce is not None and draft.enforce_nonce:
        earlier = posting.earlier_with_nonce(call.play, channel, call.own_id, draft.nonce)
        if earlier:
            return answer(_with_nonce(call, render_message.message(call.memory, earlier), draft))
    message = posting.publish(call.play, posting.compose(call.play, channel, call.own_id, draft))
    return answer(_with_nonce(call, render_message.message(call.memory, message), draft))


def _reachable(call: Call, user_id: int) -> bool:
    """Whether private messages reach the user: it takes some, and shares a guild with the bot."""
    if call.memory.users[user_id].closed:
        return False
    return any(call.memory.member(guild.id, user_id) for guild in call.memory.bot_guilds())


def _with_nonce(call: Call, body: Json, draft: Draft) -> Json:
    del call
    return body if draft.nonce is None else body | {"nonce": draft.nonce}


@get(_PATH)
async def list_messages(call: BotCall, channel_id: FromPath[int]) -> Response[object]:
    """GET: newest first, with `before`, `after` or `around`."""
    channel = call.channel(channel_id)
    limit = call.query_int("limit", 50, 1, 100)
    before, after, around = (call.query_snowflake(name) for name in ("before", "after", "around"))
    rights = call.play.permissions.in_channel(channel, call.own_id)
    if not rights & Permission.READ_MESSAGE_HISTORY:
        return answer([])
    messages = list(call.memory.public_messages(channel.id))
    if around is not None:
        older = [message for message in messages if message.id < around][-(limit // 2) :]
        newer = [message for message in messages if message.id >= around][: limit - len(older)]
        messages = older + newer
    elif after is not None:
        messages = [message for message in messages if message.id > after][:limit]
    elif before is not None:
        messages = [message for message in messages if message.id < before]
    return answer([render_message.message(call.memory, message) for message in reversed(messages[-limit:])])


@get(_ONE)
async def get_message(call: BotCall, channel_id: FromPath[int], message_id: FromPath[int]) -> Response[object]:
    """GET one."""
    channel = call.channel(channel_id, Permission.READ_MESSAGE_HISTORY)
    return answer(render_message.message(call.memory, call.message(channel, message_id)))


@patch(_ONE)
async def edit_message(call: BotCall, channel_id: FromPath[int], message_id: FromPath[int]) -> Response[object]:
    """PATCH: one's own; of others' messages the embeds can be suppressed, with MANAGE_MESSAGES."""
    body = await call.body()
    channel = call.channel(channel_id)
    message = call.message(channel, message_id)
    if channel.thread and channel.thread.archived:
        raise errors.thread_archived()
    if message.author_id != call.own_id:
        if set(body) - {"flags"}:
            raise DiscordError(403, 50005, "Cannot edit a message authored by another user")
        call.channel(channel_id, Permission.MANAGE_MESSAGES)
    elif message.type not in WRITTEN:
        raise DiscordError(403, 50021, "Cannot execute action on a system message")
    revised = posting.revise(call.play, message, bodies.read(body, await call.files(), present_flags=message.flags))
    with call.play.store.change() as change:
        effects.message_edited(call.play, change, revised)
    return answer(render_message.message(call.memory, revised))


@delete(_ONE, status_code=204)
async def delete_message(call: BotCall, channel_id: FromPath[int], message_id: FromPath[int]) -> Response[None]:
    """DELETE: one's own, or anybody's with MANAGE_MESSAGES."""
    channel = call.channel(channel_id)
    message = call.message(channel, message_id)
    if message.author_id != call.own_id:
        if channel.guild_id is None:
            raise DiscordError(403, 50003, "Cannot execute action on a DM channel")
        call.channel(channel_id, Permission.MANAGE_MESSAGES)
    with call.play.store.change() as change:
        effects.message_deleted(call.play, change, message, by_bot=True)
        if message.author_id != call.own_id and channel.guild_id:
            options = {"channel_id": str(channel.id), "count": "1"}
            call.note(change, channel.guild_id, AuditAction.MESSAGE_DELETE, message.author_id, options=options)
    return nothing()


@post(_PATH + "/bulk-delete", status_code=204)
async def bulk_delete(call: BotCall, channel_id: FromPath[int]) -> Response[None]:
    """POST bulk-delete: 2 to 100 messages, none older than two weeks."""
    channel = call.channel(channel_id, Permission.MANAGE_MESSAGES)
    if channel.guild_id is None:
        raise DiscordError(403, 50003, "Cannot execute action on a DM channel")
    ids = (await call.body()).get("messages")
    if not isinstance(ids, list) or not 2 <= len(ids) <= 100:  # noqa: PLR2004 - Discord's bounds
        raise DiscordError(400, 50016, "Provided too few or too many messages to delete. Must provide 2-100.")
    numbers = [number for entry in ids if (number := digits(entry)) is not None]
    if len(numbers) < len(ids):
        raise errors.invalid("messages", "NUMBER_TYPE_COERCE", "A value is not snowflake.")
    if len(set(numbers)) < len(numbers):
        raise errors.invalid("messages", "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")
    known = call.memory.messages.get(channel.id, {})
    chosen = [known[number] for number in numbers if number in known]
    noted = {message.id: message.sent_at for message in chosen}
    if any(call.play.clock.now() - made_when(number, noted.get(number)) > _BULK_AGE for number in numbers):
        raise DiscordError(400, 50034, "You can only bulk delete messages that are under 14 days old.")
    with call.play.store.change() as change:
        effects.messages_deleted(call.play, change, channel, chosen)
        if chosen:
            options = {"count": str(len(chosen))}
            call.note(change, channel.guild_id, AuditAction.MESSAGE_BULK_DELETE, channel.id, options=options)
    return nothing()


ROUTES = (create_message, list_messages, get_message, edit_message, delete_message, bulk_delete)
