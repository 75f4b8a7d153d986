"""Webhooks: list, make, edit, delete; by id with the bot's permission, or by token without any."""

import secrets

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.params import FromPath

from guildwright.playground import audit, errors, render_guild
from guildwright.playground import effects_moderation as effects
from guildwright.playground.bits import AuditAction, ChannelType, Permission
from guildwright.playground.bodies import image
from guildwright.playground.bodies.fields import Fields
from guildwright.playground.errors import DiscordError, Faults
from guildwright.playground.records import Channel, Json, Webhook
from guildwright.playground.rest.call import BotCall, Call, answer, nothing

_IN_CHANNEL = "/channels/{channel_id:int}/webhooks"
_ONE = "/webhooks/{webhook_id:int}"
# The name of the first parameter is that of the interactions' webhooks, which share these paths.
_BY_TOKEN = "/webhooks/{application_id:int}/{token:str}"  # noqa: S105 - a path
_MOST_PER_CHANNEL, _MOST_PER_GUILD = 15, 1000
_FORBIDDEN_NAMES = ("clyde", "discord")
_HOOKABLE = {
    ChannelType.GUILD_TEXT,
    ChannelType.GUILD_ANNOUNCEMENT,
    ChannelType.GUILD_VOICE,
    ChannelType.GUILD_FORUM,
}


def webhook_name(fields: Fields, name: str = "name") -> str | None:
    """A name that a webhook may have; None when absent."""
    given = fields.text(name, 80)
    if given is None:
        return None
    for word in _FORBIDDEN_NAMES:
        if word in given.casefold():
            fields.fault(name, "USERNAME_INVALID_CONTAINS", f'Username cannot contain "{word}"')
    if not given.strip():
        fields.fault(name, "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 80 in length.")
    return given.strip()


def by_token(call: Call, webhook_id: int, token: str) -> Webhook:
    """The webhook, for whoever knows its token."""
    webhook = call.memory.webhooks.get(webhook_id)
    if webhook is None:
        raise errors.unknown_webhook()
    if not webhook.token or not secrets.compare_digest(webhook.token.encode(), token.encode()):
        raise DiscordError(401, 50027, "Invalid Webhook Token")
    return webhook


def _owned(call: Call, webhook_id: int, *, reading: bool = False) -> Webhook:
    """The webhook, for the bot; what the application made itself it may always read."""
    webhook = call.memory.webhooks.get(webhook_id)
    if webhook is None:
        raise errors.unknown_webhook()
    if not (reading and webhook.application_id == call.own_id):
        call.channel(webhook.channel_id, Permission.MANAGE_WEBHOOKS)
    return webhook


def _hookable(call: Call, channel_id: int) -> Channel:
    channel = call.channel(channel_id)
    if channel.guild_id is None:
        raise DiscordError(400, 50003, "Cannot execute action on a DM channel")
    if channel.type not in _HOOKABLE:
        raise DiscordError(400, 50024, "Cannot execute action on this channel type")
    return call.channel(channel_id, Permission.MANAGE_WEBHOOKS)


def _check_room(call: Call, channel: Channel) -> None:
    hooks = [hook for hook in call.memory.webhooks.values() if hook.guild_id == channel.guild_id]
    if sum(hook.channel_id == channel.id for hook in hooks) >= _MOST_PER_CHANNEL:
        raise DiscordError(400, 30007, f"Maximum number of webhooks reached ({_MOST_PER_CHANNEL})")
    if len(hooks) >= _MOST_PER_GUILD:
        raise DiscordError(400, 30058, f"Maximum number of webhooks per guild reached ({_MOST_PER_GUILD})")


def _listed(webhook: Webhook) -> Json:
    """The fields whose changes the audit log lists."""
    return {
        "name": webhook.name,
        "type": webhook.type,
        "channel_id": str(webhook.channel_id),
        "avatar_hash": webhook.avatar,
        "application_id": str(webhook.application_id) if webhook.application_id else None,
    }


@get(_IN_CHANNEL)
async def list_channel_webhooks(call: BotCall, channel_id: FromPath[int]) -> Response[object]:
    """GET a channel's."""
    channel = _hookable(call, channel_id)
    hooks = [hook for hook in call.memory.webhooks.values() if hook.channel_id == channel.id]
    return answer([render_guild.webhook(call.memory, hook, call.base_url) for hook in hooks])


@get("/guilds/{guild_id:int}/webhooks")
async def list_guild_webhooks(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """GET a guild's."""
    call.allowed(guild_id, Permission.MANAGE_WEBHOOKS)
    hooks = [hook for hook in call.memory.webhooks.values() if hook.guild_id == guild_id]
    return answer([render_guild.webhook(call.memory, hook, call.base_url) for hook in hooks])


@post(_IN_CHANNEL, status_code=200)
async def create_webhook(call: BotCall, channel_id: FromPath[int]) -> Response[object]:
    """POST: fifteen in a channel at most."""
    channel = _hookable(call, channel_id)
    fields = Fields(await call.body(), Faults())
    if fields.body.get("name") is None:
        fields.missing("name")
    name, picture = webhook_name(fields), image.read(fields, "avatar")
    fields.faults.check()
    _check_room(call, channel)
    webhook = Webhook(
        id=call.play.ids.next(),
        guild_id=channel.guild_id or 0,
        channel_id=channel.id,
        user_id=call.own_id,
        application_id=call.own_id,
        name=name or "",
        avatar=picture.hash if picture else None,
        token=secrets.token_urlsafe(51),
    )
    with call.play.store.change() as change:
        change.put(webhook)
        change.count("webhooks_created", webhook.guild_id, channel.id)
        effects.webhooks_changed(call.play, change, webhook.guild_id, channel.id)
        changes = audit.differences({}, _listed(webhook))
        call.note(change, webhook.guild_id, AuditAction.WEBHOOK_CREATE, webhook.id, changes=changes)
    return answer(render_guild.webhook(call.memory, webhook, call.base_url))


@get(_ONE)
async def get_webhook(call: BotCall, webhook_id: FromPath[int]) -> Response[object]:
    """GET one."""
    webhook = _owned(call, webhook_id, reading=True)
    return answer(render_guild.webhook(call.memory, webhook, call.base_url))


async def _edited(call: Call, webhook: Webhook, *, movable: bool) -> Webhook:
    fields = Fields(await call.body(), Faults())
    name, picture = webhook_name(fields), image.read(fields, "avatar")
    channel_id = fields.snowflake("channel_id") if movable else None
    fields.faults.check()
    if channel_id and _hookable(call, channel_id).guild_id != webhook.guild_id:
        raise errors.unknown_channel()
    edited = msgspec.structs.replace(
        webhook,
        name=name or webhook.name,
        avatar=(picture.hash if picture else None) if "avatar" in fields.body else webhook.avatar,
        channel_id=channel_id or webhook.channel_id,
    )
    if edited != webhook:
        with call.play.store.change() as change:
            change.put(edited)
            change.count("webhooks_edited", webhook.guild_id, webhook.channel_id)
            places = dict.fromkeys((webhook.channel_id, edited.channel_id))
            effects.webhooks_changed(call.play, change, webhook.guild_id, *places)
            changes = audit.differences(_listed(webhook), _listed(edited))
            call.note(change, webhook.guild_id, AuditAction.WEBHOOK_UPDATE, webhook.id, changes=changes)
    return edited


def _delete(call: Call, webhook: Webhook) -> Response[None]:
    with call.play.store.change() as change:
        change.drop(webhook)
        change.count("webhooks_deleted", webhook.guild_id, webhook.channel_id)
        effects.webhooks_changed(call.play, change, webhook.guild_id, webhook.channel_id)
        changes = audit.differences(_listed(webhook), {})
        call.note(change, webhook.guild_id, AuditAction.WEBHOOK_DELETE, webhook.id, changes=changes)
    return nothing()


@patch(_ONE)
async def edit_webhook(call: BotCall, webhook_id: FromPath[int]) -> Response[object]:
    """PATCH one; only here it can move to another channel."""
    webhook = await _edited(call, _owned(call, webhook_id), movable=True)
    return answer(render_guild.webhook(call.memory, webhook, call.base_url))


@delete(_ONE, status_code=204)
async def delete_webhook(call: BotCall, webhook_id: FromPath[int]) -> Response[None]:
    """DELETE one."""
    return _delete(call, _owned(call, webhook_id))


@get(_BY_TOKEN)
async def get_by_token(call: BotCall, application_id: FromPath[int], token: FromPath[str]) -> Response[object]:
    """GET one by its token."""
    webhook = by_token(call, application_id, token)
    return answer(render_guild.webhook(call.memory, webhook, call.base_url, by_token=True))


@patch(_BY_TOKEN)
async def edit_by_token(call: BotCall, application_id: FromPath[int], token: FromPath[str]) -> Response[object]:
    """PATCH one by its token."""
    webhook = await _edited(call, by_token(call, application_id, token), movable=False)
    return answer(render_guild.webhook(call.memory, webhook, call.base_url, by_token=True))


@delete(_BY_TOKEN, status_code=204)
async def delete_by_token(call: BotCall, application_id: FromPath[int], token: FromPath[str]) -> Response[None]:
    """DELETE one by its token."""
    return _delete(call, by_token(call, application_id, token))


ROUTES = (
    list_channel_webhooks,
    list_guild_webhooks,
    create_webhook,
    get_webhook,
    edit_webhook,
    delete_webhook,
)
OPEN_ROUTES = (get_by_token, edit_by_token, delete_by_token)
