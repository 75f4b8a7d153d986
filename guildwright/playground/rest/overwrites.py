"""Permission overwrites of a channel: set and taken away one by one, and what a bot may set at all."""

from collections.abc import Iterable

import msgspec
from litestar import Response, delete, put
from litestar.params import FromPath

from guildwright.playground import audit, effects_guild, errors
from guildwright.playground.bits import AuditAction, Permission
from guildwright.playground.bodies import channel as bodies
from guildwright.playground.bodies.fields import Fields
from guildwright.playground.errors import DiscordError, Faults
from guildwright.playground.records import Channel, Json, Overwrite
from guildwright.playground.rest.call import BotCall, Call, nothing

_ONE = "/channels/{channel_id:int}/permissions/{overwrite_id:int}"
_ROLE, _MEMBER = 0, 1
_NOTHING = Overwrite(id=0, type=_ROLE)


def check_overwrites(call: Call, channel: Channel, wished: Iterable[Overwrite]) -> None:
    """Nobody allows or denies what they do not hold; what was so before may stay.

    Administrators may set anything, and so may who was given MANAGE_ROLES there by an overwrite.
    """
    before = {entry.id: entry for entry in channel.overwrites}
    after = {entry.id: entry for entry in wished}
    changed = 0
    for key in before.keys() | after.keys():
        old, new = before.get(key, _NOTHING), after.get(key, _NOTHING)
        changed |= (old.allow ^ new.allow) | (old.deny ^ new.deny)
    if before == after:
        return
    for key in after.keys() - before.keys():
        _check_known(call, channel, after[key])
    held = call.play.permissions.in_guild(channel.guild_id or 0, call.own_id)
    if channel.id in call.memory.channels:
        call.channel(channel.id, Permission.MANAGE_ROLES)
        held |= call.play.permissions.in_channel(channel, call.own_id)
    if not held & Permission.MANAGE_ROLES and changed:
        raise errors.missing_permissions()
    if held & Permission.ADMINISTRATOR or _was_given_roles_here(call, channel):
        return
    if changed & ~int(held & ~Permission.MANAGE_ROLES):
        raise errors.missing_permissions()


def _check_known(call: Call, channel: Channel, wished: Overwrite) -> None:
    """An overwrite is of a role or a member that is there."""
    role, member = call.memory.roles.get(wished.id), call.memory.member(channel.guild_id or 0, wished.id)
    fits = member if wished.type == _MEMBER else role and role.guild_id == channel.guild_id
    if not fits:
        raise errors.unknown(10009, "permission overwrite")


def _was_given_roles_here(call: Call, channel: Channel) -> bool:
    member = call.memory.member(channel.guild_id or 0, call.own_id)
    own = {call.own_id, *(member.roles if member else ())}
    return any(entry.id in own and entry.allow & Permission.MANAGE_ROLES for entry in channel.overwrites)


def _options(call: Call, overwrite: Overwrite) -> Json:
    """Whom it is about, as the audit log says it."""
    options = {"id": str(overwrite.id), "type": str(overwrite.type)}
    role = call.memory.roles.get(overwrite.id)
    return options | ({"role_name": role.name} if role else {})


def _facts(overwrite: Overwrite | None) -> Json:
    if overwrite is None:
        return {}
    return {
        "id": str(overwrite.id),
        "type": str(overwrite.type),
        "allow": str(overwrite.allow),
        "deny": str(overwrite.deny),
    }


def _store(call: Call, channel: Channel, old: Overwrite | None, new: Overwrite | None) -> None:
    concerned = new or old
    if concerned is None:
        return
    others = [entry for entry in channel.overwrites if entry.id != concerned.id]
    overwrites = (*others, new) if new else tuple(others)
    action = AuditAction.CHANNEL_OVERWRITE_UPDATE
    if old is None:
        action = AuditAction.CHANNEL_OVERWRITE_CREATE
    elif new is None:
        action = AuditAction.CHANNEL_OVERWRITE_DELETE
    check_overwrites(call, channel, overwrites)
    edited = msgspec.structs.replace(channel, overwrites=overwrites)
    with call.play.store.change() as change:
        change.count("channels_edited", channel.guild_id, channel.id)
        effects_guild.channel_edited(call.play, change, edited)
        changes, options = audit.differences(_facts(old), _facts(new)), _options(call, concerned)
        call.note(change, channel.guild_id or 0, action, channel.id, changes=changes, options=options)


def _place(call: Call, channel_id: int) -> Channel:
    channel = call.channel(channel_id)
    if channel.guild_id is None:
        raise DiscordError(400, 50003, "Cannot execute action on a DM channel")
    if channel.thread:
        raise DiscordError(400, 50024, "Cannot execute action on this channel type")
    return call.channel(channel_id, Permission.MANAGE_ROLES)


@put(_ONE, status_code=204)
async def put_overwrite(call: BotCall, channel_id: FromPath[int], overwrite_id: FromPath[int]) -> Response[None]:
    """PUT one, of a role or a member that is there."""
    channel = _place(call, channel_id)
    fields = Fields(await call.body(), Faults())
    wished = bodies.overwrite(fields, overwrite_id)
    fields.faults.check()
    _check_known(call, channel, wished)
    old = next((entry for entry in channel.overwrites if entry.id == overwrite_id), None)
    if old != wished:
        _store(call, channel, old, wished)
    return nothing()


@delete(_ONE, status_code=204)
async def delete_overwrite(call: BotCall, channel_id: FromPath[int], overwrite_id: FromPath[int]) -> Response[None]:
    """DELETE one."""
    channel = _place(call, channel_id)
    old = next((entry for entry in channel.overwrites if entry.id == overwrite_id), None)
    if old is None:
        raise errors.unknown(10009, "permission overwrite")
    _store(call, channel, old, None)
    return nothing()


ROUTES = (put_overwrite, delete_overwrite)
