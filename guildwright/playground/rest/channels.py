"""Channels: read, create, edit, move, delete, and "typing"; see `overwrites` for single permission overwrites."""

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.params import FromPath

from guildwright.playground import audit, effects_guild, effects_presence, errors, render
from guildwright.playground.bits import GUILD_CHANNEL_TYPES, AuditAction, ChannelType, Permission
from guildwright.playground.bodies import channel as bodies
from guildwright.playground.bodies.fields import Fields
from guildwright.playground.errors import DiscordError, Faults
from guildwright.playground.records import Channel, Json
from guildwright.playground.rest import threads
from guildwright.playground.rest.call import BotCall, Call, answer, nothing
from guildwright.playground.rest.overwrites import check_overwrites

_ONE = "/channels/{channel_id:int}"
_MANY = "/guilds/{guild_id:int}/channels"
_MOST_IN_CATEGORY = 50
# What the audit log compares, of what the channel object has.
_LISTED = (
    "name",
    "type",
    "topic",
    "nsfw",
    "rate_limit_per_user",
    "bitrate",
    "user_limit",
    "flags",
    "default_auto_archive_duration",
    "available_tags",
    "permission_overwrites",
)


@get(_ONE)
async def get_channel(call: BotCall, channel_id: FromPath[int]) -> Response[object]:
    """GET one."""
    return answer(render.channel(call.memory, call.channel(channel_id)))


@post(_ONE + "/typing", status_code=204)
async def start_typing(call: BotCall, channel_id: FromPath[int]) -> Response[None]:
    """POST typing."""
    channel = call.channel(channel_id, Permission.SEND_MESSAGES)
    effects_presence.typing(call.play, channel, call.own_id)
    return nothing()


def _facts(call: Call, channel: Channel) -> Json:
    body = render.channel(call.memory, channel)
    return {name: body.get(name) for name in _LISTED}


async def _read(call: Call, channel: Channel, body: Json) -> Channel:
    """The channel with what the body changes, allowed to the bot."""
    fields = Fields(body, Faults())
    edited = bodies.edited(channel, fields, call.play.ids)
    if edited.parent_id and edited.parent_id != channel.parent_id:
        _check_parent(call, channel, edited.parent_id, fields)
    fields.faults.check()
    check_overwrites(call, channel, edited.overwrites)
    return edited


def _check_parent(call: Call, channel: Channel, parent_id: int, fields: Fields) -> None:
    parent = call.memory.channels.get(parent_id)
    if parent is None or parent.type != ChannelType.GUILD_CATEGORY or parent.guild_id != channel.guild_id:
        fields.fault("parent_id", "CHANNEL_PARENT_INVALID", "Category does not exist")
    elif channel.type == ChannelType.GUILD_CATEGORY:
        fields.fault("parent_id", "CHANNEL_PARENT_INVALID_TYPE", "Categories cannot have categories")
    elif len(_within(call, parent_id)) >= _MOST_IN_CATEGORY:
        message = f"Maximum number of channels in category reached ({_MOST_IN_CATEGORY})"
        fields.fault("parent_id", "CHANNEL_PARENT_MAX_CHANNELS", message)


def _within(call: Call, parent_id: int) -> list[Channel]:
    parent = call.memory.channels[parent_id]
    return [entry for entry in call.memory.guild_channels(parent.guild_id or 0) if entry.parent_id == parent_id]


@get(_MANY)
async def list_channels(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """GET all of a guild."""
    call.guild(guild_id)
    return answer([render.channel(call.memory, channel) for channel in call.memory.guild_channels(guild_id)])


@post(_MANY, status_code=201)
async def create_channel(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """POST: at the end of the list; in a category with its overwrites, unless it brings its own."""
    call.allowed(guild_id, Permission.MANAGE_CHANNELS)
    known = call.memory.guild_channels(guild_id)
    if len(known) >= bodies.MOST_CHANNELS:
        raise DiscordError(400, 30013, f"Maximum number of guild channels reached ({bodies.MOST_CHANNELS})")
    fields = Fields(await call.body(), Faults())
    if not fields.body.get("name"):
        fields.missing("name")
    kind = fields.choice("type", set(GUILD_CHANNEL_TYPES)) or int(ChannelType.GUILD_TEXT)
    fields.faults.check()
    blank = Channel(id=call.play.ids.next(), type=kind, guild_id=guild_id, position=len(known))
    channel = await _read(call, blank, dict(fields.body))
    parent = call.memory.channels.get(channel.parent_id or 0)
    if parent and fields.body.get("permission_overwrites") is None:
        channel = msgspec.structs.replace(channel, overwrites=parent.overwrites)
    with call.play.store.change() as change:
        change.count("channels_created", guild_id)
        effects_guild.channel_created(call.play, change, channel)
        changes = audit.differences({}, _facts(call, channel))
        call.note(change, guild_id, AuditAction.CHANNEL_CREATE, channel.id, changes=changes)
    return answer(render.channel(call.memory, channel), 201)


@patch(_ONE)
async def edit_channel(call: BotCall, channel_id: FromPath[int]) -> Response[object]:
    """PATCH one, a thread too."""
    channel = call.channel(channel_id)
    if channel.thread:
        return answer(threads.edit(call, channel, await call.body()))
    if channel.guild_id is None:
        raise DiscordError(400, 50003, "Cannot execute action on a DM channel")
    call.channel(channel_id, Permission.MANAGE_CHANNELS)
    edited = await _read(call, channel, await call.body())
    with call.play.store.change() as change:
        change.count("channels_edited", channel.guild_id, channel.id)
        effects_guild.channel_edited(call.play, change, edited)
        changes = audit.differences(_facts(call, channel), _facts(call, edited))
        if changes:
            call.note(change, channel.guild_id, AuditAction.CHANNEL_UPDATE, channel.id, changes=changes)
    return answer(render.channel(call.memory, edited))


@patch(_MANY, status_code=204)
async def move_channels(call: BotCall, guild_id: FromPath[int]) -> Response[None]:
    """PATCH positions and categories of many; `lock_permissions` takes over the category's overwrites."""
    call.allowed(guild_id, Permission.MANAGE_CHANNELS)
    listed = await call.json()
    if not isinstance(listed, list):
        raise errors.invalid("", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    fields = Fields({"channels": listed}, Faults())
    moved = [_moved(call, guild_id, entry) for entry in fields.objects("channels", bodies.MOST_CHANNELS)]
    fields.faults.check()
    with call.play.store.change() as change:
        for channel in moved:
            if channel and channel != call.memory.channels[channel.id]:
                change.count("channels_edited", guild_id, channel.id)
                effects_guild.channel_edited(call.play, change, channel)
    return nothing()


def _moved(call: Call, guild_id: int, fields: Fields) -> Channel | None:
    number = fields.snowflake("id", needed=True)
    position = fields.number("position", 0, (1 << 31) - 1)
    channel = call.memory.channels_of.get(guild_id, {}).get(number or 0)
    if channel is None:
        fields.fault("id", "CHANNEL_UNKNOWN", "Unknown Channel")
        return None
    moved = channel if position is None else msgspec.structs.replace(channel, position=position)
    if "parent_id" in fields.body:
        parent_id = fields.snowflake("parent_id")
        if parent_id and parent_id != channel.parent_id:
            _check_parent(call, channel, parent_id, fields)
        moved = msgspec.structs.replace(moved, parent_id=parent_id)
    parent = call.memory.channels.get(moved.parent_id or 0)
    if parent and fields.flag("lock_permissions"):
        check_overwrites(call, channel, parent.overwrites)
        moved = msgspec.structs.replace(moved, overwrites=parent.overwrites)
    return moved


@delete(_ONE, status_code=200)
async def delete_channel(call: BotCall, channel_id: FromPath[int]) -> Response[object]:
    """DELETE one; a private channel is only closed, and stays."""
    channel = call.channel(channel_id)
    if channel.thread:
        return answer(threads.remove(call, channel))
    call.channel(channel_id, Permission.MANAGE_CHANNELS)
    body = render.channel(call.memory, channel)
    if channel.guild_id is None:
        return answer(body)
    _check_needed(call, channel)
    with call.play.store.change() as change:
        change.count("channels_deleted", channel.guild_id)
        effects_guild.channel_deleted(call.play, change, channel)
        changes = audit.differences(_facts(call, channel), {})
        call.note(change, channel.guild_id, AuditAction.CHANNEL_DELETE, channel.id, changes=changes)
    return answer(body)


def _check_needed(call: Call, channel: Channel) -> None:
    """A community cannot do without its rules and its updates."""
    guild = call.memory.guilds[channel.guild_id or 0]
    needed = {guild.settings.get("rules_channel_id"), guild.settings.get("public_updates_channel_id")}
    if "COMMUNITY" in guild.features and str(channel.id) in needed:
        raise DiscordError(400, 50074, "Cannot delete a channel required for Community guilds")


ROUTES = (
    get_channel,
    start_typing,
    list_channels,
    create_channel,
    edit_channel,
    move_channels,
    delete_channel,
)
