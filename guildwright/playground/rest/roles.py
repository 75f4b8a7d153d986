"""Roles: read, create, edit, order, delete; nobody touches a role at or above their own."""

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.params import FromPath

from guildwright.playground import effects_guild, errors, render
from guildwright.playground.bits import EVERYONE_DEFAULT, Permission
from guildwright.playground.bodies.fields import Fields
from guildwright.playground.errors import DiscordError, Faults
from guildwright.playground.ids import digits
from guildwright.playground.records import Role
from guildwright.playground.rest.call import BotCall, Call, answer, nothing

_LIST = "/guilds/{guild_id:int}/roles"
_ONE = _LIST + "/{role_id:int}"
_MOST_ROLES = 250
_LARGEST_BITS = (1 << 53) - 1


@get(_LIST)
async def list_roles(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """GET all."""
    call.guild(guild_id)
    return answer([render.role(role) for role in call.memory.guild_roles(guild_id)])


@get(_LIST + "/member-counts")
async def count_members(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """GET how many members hold each role."""
    call.guild(guild_id)
    members = call.memory.members[guild_id].values()
    roles = [role for role in call.memory.guild_roles(guild_id) if role.id != guild_id]
    return answer({str(role.id): sum(role.id in member.roles for member in members) for role in roles})


@get(_ONE)
async def get_role(call: BotCall, guild_id: FromPath[int], role_id: FromPath[int]) -> Response[object]:
    """GET one."""
    call.guild(guild_id)
    return answer(render.role(call.role(guild_id, role_id)))


def _read(call: Call, role: Role, fields: Fields) -> Role:
    """The role with what the body changes; nobody grants what they do not hold."""
    name = fields.text("name", 100)
    color = fields.number("color", 0, 0xFFFFFF)
    given = fields.body.get("permissions")
    bits = digits(given)
    if given is not None and (bits is None or bits > _LARGEST_BITS):
        fields.fault("permissions", "NUMBER_TYPE_COERCE", f'Value "{given}" is not int.')
    edited = msgspec.structs.replace(
        role,
        name=name or role.name,
        color=role.color if color is None else color,
        hoist=fields.flag("hoist", default=role.hoist),
        mentionable=fields.flag("mentionable", default=role.mentionable),
        permissions=role.permissions if bits is None else bits,
    )
    fields.faults.check()
    own = call.play.permissions.in_guild(role.guild_id, call.own_id)
    if edited.permissions & ~role.permissions & ~int(own):
        raise errors.missing_permissions()
    return edited


@post(_LIST, status_code=200)
async def create_role(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """POST: above @everyone, below all others."""
    call.allowed(guild_id, Permission.MANAGE_ROLES)
    known = call.memory.guild_roles(guild_id)
    if len(known) >= _MOST_ROLES:
        raise DiscordError(400, 30005, f"Maximum number of guild roles reached ({_MOST_ROLES})")
    own = call.play.permissions.in_guild(guild_id, call.own_id)
    start = int(EVERYONE_DEFAULT & own)
    blank = Role(id=call.play.ids.next(), guild_id=guild_id, name="new role", permissions=start, position=1)
    role = _read(call, blank, Fields(await call.body(), Faults()))
    with call.play.store.change() as change:
        change.count("roles_created", guild_id)
        for other in known:
            if other.position >= 1:
                raised = msgspec.structs.replace(other, position=other.position + 1)
                effects_guild.role_edited(call.play, change, raised)
        effects_guild.role_created(call.play, change, role)
    return answer(render.role(role))


def _below(call: Call, guild_id: int, role_id: int) -> Role:
    call.allowed(guild_id, Permission.MANAGE_ROLES)
    role = call.role(guild_id, role_id)
    if not call.play.permissions.outranks_role(guild_id, call.own_id, role):
        raise errors.missing_permissions()
    return role


@patch(_ONE)
async def edit_role(call: BotCall, guild_id: FromPath[int], role_id: FromPath[int]) -> Response[object]:
    """PATCH one."""
    edited = _read(call, _below(call, guild_id, role_id), Fields(await call.body(), Faults()))
    with call.play.store.change() as change:
        change.count("roles_edited", guild_id)
        effects_guild.role_edited(call.play, change, edited)
    return answer(render.role(edited))


@patch(_LIST)
async def order_roles(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """PATCH the positions."""
    call.allowed(guild_id, Permission.MANAGE_ROLES)
    listed = await call.json()
    if not isinstance(listed, list):
        raise errors.invalid("", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    faults = Faults()
    top = call.play.permissions.highest_role(guild_id, call.own_id).position
    moved = []
    for fields in Fields({"list": listed}, faults).objects("list", _MOST_ROLES):
        role = _below(call, guild_id, fields.snowflake("id", needed=True) or 0)
        position = fields.number("position", 1, max(1, top - 1))
        moved.append(msgspec.structs.replace(role, position=role.position if position is None else position))
    faults.check()
    with call.play.store.change() as change:
        for role in moved:
            effects_guild.role_edited(call.play, change, role)
    return answer([render.role(role) for role in call.memory.guild_roles(guild_id)])


@delete(_ONE, status_code=204)
async def delete_role(call: BotCall, guild_id: FromPath[int], role_id: FromPath[int]) -> Response[None]:
    """DELETE: also from everybody who holds it."""
    role = _below(call, guild_id, role_id)
    if role.id == guild_id or role.bot_id:
        raise DiscordError(400, 50028, "Invalid role")
    with call.play.store.change() as change:
        change.count("roles_deleted", guild_id)
        for member in call.memory.members[guild_id].values():
            if role.id in member.roles:
                kept = tuple(held for held in member.roles if held != role.id)
                change.put(msgspec.structs.replace(member, roles=kept))
        effects_guild.role_deleted(call.play, change, role)
    return nothing()


ROUTES = (list_roles, count_members, get_role, create_role, edit_role, order_roles, delete_role)
