"""Channels: read, create, edit, delete, their overwrites, and "typing"."""

import msgspec
from litestar import Response, delete, get, patch, post, put
from litestar.params import FromPath

from guildwright.playground import effects_guild, effects_presence, errors, render
from guildwright.playground.bits import GUILD_CHANNEL_TYPES, ChannelType, Permission
from guildwright.playground.bodies.fields import Fields
from guildwright.playground.errors import DiscordError, Faults
from guildwright.playground.ids import digits
from guildwright.playground.records import Channel, Overwrite
from guildwright.playground.rest import threads
from guildwright.playground.rest.call import BotCall, Call, answer, nothing

_ONE = "/channels/{channel_id:int}"
_LARGEST_BITS = (1 << 53) - 1
_MOST_CHANNELS = 500


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


def _read(call: Call, channel: Channel, fields: Fields) -> Channel:
    """The channel with what the body changes."""
    name = fields.text("name", 100, shortest=1)
    parent = fields.snowflake("parent_id")
    if parent and not _is_category(call, channel, parent):
        fields.fault("parent_id", "CHANNEL_PARENT_INVALID", "Category does not exist")
    slowmode = fields.number("rate_limit_per_user", 0, 21600)
    position = fields.number("position", 0, _MOST_CHANNELS)
    edited = msgspec.structs.replace(
        channel,
        name=name or channel.name,
        topic=fields.text("topic", 1024) if "topic" in fields.body else channel.topic,
        nsfw=fields.flag("nsfw", default=channel.nsfw),
        slowmode=channel.slowmode if slowmode is None else slowmode,
        position=channel.position if position is None else position,
        parent_id=parent if "parent_id" in fields.body else channel.parent_id,
    )
    if fields.body.get("permission_overwrites") is not None:
        overwrites = [_overwrite(entry) for entry in fields.objects("permission_overwrites", 500)]
        edited = msgspec.structs.replace(edited, overwrites=tuple(overwrites))
    fields.faults.check()
    return edited


def _is_category(call: Call, channel: Channel, parent_id: int) -> bool:
    parent = call.memory.channels.get(parent_id)
    return parent is not None and parent.type == ChannelType.GUILD_CATEGORY and parent.guild_id == channel.guild_id


def _overwrite(fields: Fields, overwrite_id: int | None = None) -> Overwrite:
    found = overwrite_id if overwrite_id is not None else fields.snowflake("id", needed=True)
    kind = fields.choice("type", {0, 1}, needed=overwrite_id is not None)
    return Overwrite(id=found or 0, type=kind or 0, allow=_bits(fields, "allow"), deny=_bits(fields, "deny"))


def _bits(fields: Fields, name: str) -> int:
    value = fields.body.get(name)
    if value is None:
        return 0
    bits = digits(value)
    if bits is None or bits > _LARGEST_BITS:
        fields.fault(name, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
        return 0
    return bits


@get("/guilds/{guild_id:int}/channels")
async def list_channels(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """GET all of a guild."""
    call.guild(guild_id)
    return answer([render.channel(call.memory, channel) for channel in call.memory.guild_channels(guild_id)])


@post("/guilds/{guild_id:int}/channels", status_code=201)
async def create_channel(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """POST: at the end of the list."""
    call.allowed(guild_id, Permission.MANAGE_CHANNELS)
    known = call.memory.guild_channels(guild_id)
    if len(known) >= _MOST_CHANNELS:
        raise DiscordError(400, 30013, f"Maximum number of guild channels reached ({_MOST_CHANNELS})")
    fields = Fields(await call.body(), Faults())
    if not fields.body.get("name"):
        fields.missing("name")
    kind = fields.choice("type", set(GUILD_CHANNEL_TYPES)) or int(ChannelType.GUILD_TEXT)
    blank = Channel(id=call.play.ids.next(), type=kind, guild_id=guild_id, position=len(known))
    channel = _read(call, blank, fields)
    with call.play.store.change() as change:
        change.count("channels_created", guild_id)
        effects_guild.channel_created(call.play, change, channel)
    return answer(render.channel(call.memory, channel), 201)


@patch(_ONE)
async def edit_channel(call: BotCall, channel_id: FromPath[int]) -> Response[object]:
    """PATCH one."""
    channel = call.channel(channel_id)
    if channel.thread:
        return answer(threads.edit(call, channel, await call.body()))
    call.channel(channel_id, Permission.MANAGE_CHANNELS)
    edited = _read(call, channel, Fields(await call.body(), Faults()))
    if edited.overwrites != channel.overwrites:
        call.channel(channel_id, Permission.MANAGE_ROLES)
    with call.play.store.change() as change:
        change.count("channels_edited", channel.guild_id, channel.id)
        effects_guild.channel_edited(call.play, change, edited)
    return answer(render.channel(call.memory, edited))


@delete(_ONE, status_code=200)
async def delete_channel(call: BotCall, channel_id: FromPath[int]) -> Response[object]:
    """DELETE one; a private channel is only closed, and stays."""
    channel = call.channel(channel_id)
    if channel.thread:
        return answer(threads.remove(call, channel))
    call.channel(channel_id, Permission.MANAGE_CHANNELS)
    body = render.channel(call.memory, channel)
    if channel.guild_id is not None:
        with call.play.store.change() as change:
            change.count("channels_deleted", channel.guild_id)
            effects_guild.channel_deleted(call.play, change, channel)
    return answer(body)


def _set_overwrites(call: Call, channel: Channel, overwrites: list[Overwrite]) -> None:
    edited = msgspec.structs.replace(channel, overwrites=tuple(overwrites))
    with call.play.store.change() as change:
        change.count("channels_edited", channel.guild_id, channel.id)
        effects_guild.channel_edited(call.play, change, edited)


@put(_ONE + "/permissions/{overwrite_id:int}", status_code=204)
async def put_overwrite(call: BotCall, channel_id: FromPath[int], overwrite_id: FromPath[int]) -> Response[None]:
    """PUT an overwrite; nobody allows or denies what they do not hold."""
    channel = call.channel(channel_id, Permission.MANAGE_ROLES)
    fields = Fields(await call.body(), Faults())
    overwrite = _overwrite(fields, overwrite_id)
    fields.faults.check()
    held = int(call.play.permissions.in_channel(channel, call.own_id))
    if (overwrite.allow | overwrite.deny) & ~held:
        raise errors.missing_permissions()
    others = [entry for entry in channel.overwrites if entry.id != overwrite_id]
    _set_overwrites(call, channel, [*others, overwrite])
    return nothing()


@delete(_ONE + "/permissions/{overwrite_id:int}", status_code=204)
async def delete_overwrite(call: BotCall, channel_id: FromPath[int], overwrite_id: FromPath[int]) -> Response[None]:
    """DELETE an overwrite."""
    channel = call.channel(channel_id, Permission.MANAGE_ROLES)
    kept = [entry for entry in channel.overwrites if entry.id != overwrite_id]
    if len(kept) == len(channel.overwrites):
        raise errors.unknown(10009, "permission overwrite")
    _set_overwrites(call, channel, kept)
    return nothing()


ROUTES = (
    get_channel,
    start_typing,
    list_channels,
    create_channel,
    edit_channel,
    delete_channel,
    put_overwrite,
    delete_overwrite,
)
