"""Roles: read, create, edit, order, delete; nobody touches a role at or above their own."""

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.params import FromPath

from guildwright.playground import audit, effects_guild, errors, render
from guildwright.playground.bits import EVERYONE_DEFAULT, AuditAction, Permission
from guildwright.playground.bodies import image
from guildwright.playground.bodies.fields import Fields
from guildwright.playground.errors import DiscordError, Faults
from guildwright.playground.ids import digits
from guildwright.playground.records import Json, Role
from guildwright.playground.rest.call import BotCall, Call, answer, nothing

_LIST = "/guilds/{guild_id:int}/roles"
_ONE = _LIST + "/{role_id:int}"
_MOST_ROLES = 250
_LARGEST_BITS = (1 << 53) - 1
_LARGEST_ICON = 256 * 1024
_WHITE = 0xFFFFFF


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


def _listed(role: Role) -> Json:
    """The fields whose changes the audit log lists."""
    return {
        "name": role.name,
        "permissions": str(role.permissions),
        "color": role.color,
        "hoist": role.hoist,
        "mentionable": role.mentionable,
        "unicode_emoji": role.unicode_emoji,
    }


def _color(fields: Fields) -> int | None:
    """The one colour that a guild without boosts may give: `colors` says it today, `color` is the old way."""
    colors = fields.object("colors")
    if colors is None:
        return fields.number("color", 0, _WHITE)
    for name in ("secondary_color", "tertiary_color"):
        if colors.number(name, 0, _WHITE) is not None:
            raise DiscordError(403, 50101, "This server needs more boosts to perform this action")
    return colors.number("primary_color", 0, _WHITE, needed=True)


def _read(call: Call, role: Role, fields: Fields) -> Role:
    """The role with what the body changes; nobody grants what they do not hold."""
    name = fields.text("name", 100)
    color = _color(fields)
    symbol = fields.text("unicode_emoji", 32)
    picture = image.read(fields, "icon", largest=_LARGEST_ICON)
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
        unicode_emoji=symbol if "unicode_emoji" in fields.body else role.unicode_emoji,
    )
    fields.faults.check()
    if (symbol or picture) and "ROLE_ICONS" not in call.memory.guilds[role.guild_id].features:
        raise DiscordError(403, 50101, "This server needs more boosts to perform this action")
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
        changes = audit.differences({}, _listed(role))
        call.note(change, guild_id, AuditAction.ROLE_CREATE, role.id, changes=changes)
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
    role = _below(call, guild_id, role_id)
    edited = _read(call, role, Fields(await call.body(), Faults()))
    if edited != role:
        with call.play.store.change() as change:
            change.count("roles_edited", guild_id)
            effects_guild.role_edited(call.play, change, edited)
            changes = audit.differences(_listed(role), _listed(edited))
            call.note(change, guild_id, AuditAction.ROLE_UPDATE, role_id, changes=changes)
    return answer(render.role(edited))


@patch(_LIST)
async def order_roles(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """PATCH the positions; clients may list every role, also those that stay where they are."""
    call.allowed(guild_id, Permission.MANAGE_ROLES)
    listed = await call.json()
    if not isinstance(listed, list):
        raise errors.invalid("", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    faults = Faults()
    wanted: dict[int, int] = {}
    for fields in Fields({"list": listed}, faults).objects("list", _MOST_ROLES):
        role_id = fields.snowflake("id", needed=True)
        position = fields.number("position", 0, _MOST_ROLES)
        if role_id and position is not None:
            wanted[call.role(guild_id, role_id).id] = position
    faults.check()
    before = call.memory.guild_roles(guild_id)
    after = _ordered(before, wanted)
    _check_order(call, before, after)
    with call.play.store.change() as change:
        for position, role in enumerate(after):
            if role.position != position:
                moved = msgspec.structs.replace(role, position=position)
                change.count("roles_edited", guild_id)
                effects_guild.role_edited(call.play, change, moved)
                if role.id in wanted:
                    changes = audit.differences({"position": role.position}, {"position": position})
                    call.note(change, guild_id, AuditAction.ROLE_UPDATE, role.id, changes=changes)
    return answer([render.role(role) for role in call.memory.guild_roles(guild_id)])


def _ordered(roles: list[Role], wanted: dict[int, int]) -> list[Role]:
    """The roles in their new order; where two want one place, the one that moves there has it."""

    def place(role: Role) -> tuple[int, int]:
        target = wanted.get(role.id, role.position)
        return (target, (target > role.position) - (target < role.position))

    return sorted(roles, key=place)


def _check_order(call: Call, before: list[Role], after: list[Role]) -> None:
    """@everyone stays at the bottom, and all from the bot's own highest role upwards stay where they are."""
    guild = call.memory.guilds[before[0].guild_id]
    if after[0].id != guild.id:
        raise DiscordError(400, 50028, "Invalid role")
    own = before.index(call.play.permissions.highest_role(guild.id, call.own_id))
    if guild.owner_id != call.own_id and before[own:] != after[own:]:
        raise errors.missing_permissions()


@delete(_ONE, status_code=204)
async def delete_role(call: BotCall, guild_id: FromPath[int], role_id: FromPath[int]) -> Response[None]:
    """DELETE: also from everybody who holds it, and from the channels' overwrites."""
    role = _below(call, guild_id, role_id)
    if role.id == guild_id or role.bot_id:
        raise DiscordError(400, 50028, "Invalid role")
    with call.play.store.change() as change:
        change.count("roles_deleted", guild_id)
        effects_guild.role_deleted(call.play, change, role)
        changes = audit.differences(_listed(role), {})
        call.note(change, guild_id, AuditAction.ROLE_DELETE, role_id, changes=changes)
    return nothing()


ROUTES = (list_roles, count_members, get_role, create_role, edit_role, order_roles, delete_role)
