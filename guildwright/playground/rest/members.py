"""Members: read, search, edit, kick, and their roles."""

from datetime import datetime, timedelta

import msgspec
from litestar import Response, delete, get, patch, put
from litestar.params import FromPath

from guildwright.playground import audit, effects_guild, errors, render
from guildwright.playground.bits import AuditAction, Intent, Permission
from guildwright.playground.bodies.fields import Fields
from guildwright.playground.errors import DiscordError, Faults
from guildwright.playground.records import Json, Member, Role
from guildwright.playground.rest import voice
from guildwright.playground.rest.call import BotCall, Call, answer, nothing
from guildwright.playground.store import Change

_LIST = "/guilds/{guild_id:int}/members"
_ONE = _LIST + "/{user_id:int}"
_BYPASSES_VERIFICATION = 1 << 2
_LONGEST_TIMEOUT = timedelta(days=28)


@get(_LIST)
async def list_members(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """GET: needs the members intent, as Discord's does."""
    call.guild(guild_id)
    if not call.play.application.privileged_intents & Intent.GUILD_MEMBERS:
        raise errors.missing_access()
    limit = call.query_int("limit", 1, 1, 1000)
    after = call.query_snowflake("after") or 0
    listed = sorted(call.memory.members[guild_id].values(), key=lambda member: member.user_id)
    found = [member for member in listed if member.user_id > after][:limit]
    return answer([render.member(call.memory, member) for member in found])


@get(_LIST + "/search")
async def search_members(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """GET: whose name or nickname starts with the query."""
    call.guild(guild_id)
    query = call.query.get("query", "").casefold()
    if not query:
        raise errors.required("query")
    limit = call.query_int("limit", 1, 1, 1000)

    def matches(member: Member) -> bool:
        user = call.memory.users[member.user_id]
        names = (user.username, user.global_name or "", member.nick or "")
        return any(name.casefold().startswith(query) for name in names)

    found = [member for member in call.memory.members[guild_id].values() if matches(member)]
    return answer([render.member(call.memory, member) for member in found[:limit]])


@get(_ONE)
async def get_member(call: BotCall, guild_id: FromPath[int], user_id: FromPath[int]) -> Response[object]:
    """GET one."""
    call.guild(guild_id)
    return answer(render.member(call.memory, call.member(guild_id, user_id)))


@patch(_LIST + "/@me")
async def edit_own_member(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """PATCH @me: one's own nickname."""
    body = await call.body()
    fields = Fields(body, Faults())
    fields.unsupported("avatar", "banner", "bio")
    fields.faults.check()
    if "nick" in body:
        call.allowed(guild_id, Permission.CHANGE_NICKNAME)
        return answer(render.member(call.memory, _with_own_nick(call, guild_id, body)))
    call.guild(guild_id)
    return answer(render.member(call.memory, call.member(guild_id, call.own_id)))


def _with_own_nick(call: Call, guild_id: int, body: Json) -> Member:
    faults = Faults()
    nick = Fields(body, faults).text("nick", 32)
    faults.check()
    member = call.member(guild_id, call.own_id)
    edited = msgspec.structs.replace(member, nick=nick or None)
    if edited != member:
        with call.play.store.change() as change:
            _replace(call, change, member, edited)
    return edited


@patch(_LIST + "/@me/nick")
async def edit_own_nick(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """PATCH @me/nick: the old way to the same."""
    call.allowed(guild_id, Permission.CHANGE_NICKNAME)
    member = _with_own_nick(call, guild_id, await call.body())
    return answer({"nick": member.nick or ""})


@patch(_ONE)
async def edit_member(call: BotCall, guild_id: FromPath[int], user_id: FromPath[int]) -> Response[object]:
    """PATCH: nickname, roles, timeout, voice; each needs its own permission, and all but voice the higher role."""
    call.guild(guild_id)
    member = call.member(guild_id, user_id)
    fields = Fields(await call.body(), Faults())
    edited = member
    with call.play.store.change() as change:
        if "nick" in fields.body:
            edited = _renamed(call, edited, fields)
        if "roles" in fields.body:
            edited = _with_roles(call, change, edited, fields)
        if "communication_disabled_until" in fields.body:
            edited = _timed_out(call, edited, fields)
        edited = voice.silenced(call, change, _flagged(call, edited, fields), fields)
        if "channel_id" in fields.body:
            voice.move(call, change, member, fields)
        fields.faults.check()
        if edited != member:
            change.count("members_edited", guild_id)
            _replace(call, change, member, edited)
    return answer(render.member(call.memory, edited))


def _replace(call: Call, change: Change, member: Member, edited: Member) -> None:
    """Keep the edited member; its roles have an entry of their own in the audit log."""
    effects_guild.member_edited(call.play, change, edited)
    changes = audit.differences(_listed(member), _listed(edited))
    if changes:
        call.note(change, member.guild_id, AuditAction.MEMBER_UPDATE, member.user_id, changes=changes)
    roles = audit.role_changes(call.memory, member.roles, edited.roles)
    if roles:
        call.note(change, member.guild_id, AuditAction.MEMBER_ROLE_UPDATE, member.user_id, changes=roles)


def _listed(member: Member) -> Json:
    """The fields whose changes the audit log lists."""
    return {
        "nick": member.nick,
        "communication_disabled_until": member.timeout_until,
        "mute": member.mute,
        "deaf": member.deaf,
    }


def _above(call: Call, member: Member, needed: Permission) -> None:
    call.allowed(member.guild_id, needed)
    if not call.play.permissions.outranks_member(member.guild_id, call.own_id, member.user_id):
        raise errors.missing_permissions()


def _renamed(call: Call, member: Member, fields: Fields) -> Member:
    _above(call, member, Permission.MANAGE_NICKNAMES)
    return msgspec.structs.replace(member, nick=fields.text("nick", 32) or None)


def _flagged(call: Call, member: Member, fields: Fields) -> Member:
    """Of a member's flags one can be set from outside: that they need not pass verification."""
    flags = fields.number("flags", 0, (1 << 31) - 1)
    if flags is None:
        return member
    _above(call, member, Permission.MANAGE_GUILD)
    return msgspec.structs.replace(
        member, flags=(member.flags & ~_BYPASSES_VERIFICATION) | (flags & _BYPASSES_VERIFICATION)
    )


def _with_roles(call: Call, change: Change, member: Member, fields: Fields) -> Member:
    wanted = tuple(dict.fromkeys(fields.snowflakes("roles", 250)))
    added = [call.role(member.guild_id, role) for role in wanted if role not in member.roles]
    removed = [call.role(member.guild_id, role) for role in member.roles if role not in wanted]
    for role in (*added, *removed):
        _check_assignable(call, role)
    for name, roles in (("roles_added", added), ("roles_removed", removed)):
        if roles:
            change.count(name, member.guild_id, times=len(roles))
    return msgspec.structs.replace(member, roles=wanted)


def _timed_out(call: Call, member: Member, fields: Fields) -> Member:
    _above(call, member, Permission.MODERATE_MEMBERS)
    text = fields.text("communication_disabled_until", 64)
    if text is None:
        return msgspec.structs.replace(member, timeout_until=None)
    if call.play.permissions.in_guild(member.guild_id, member.user_id) & Permission.ADMINISTRATOR:
        raise errors.missing_permissions()
    try:
        until = datetime.fromisoformat(text)
        too_long = until - call.play.clock.now() > _LONGEST_TIMEOUT
    except (ValueError, TypeError):
        fields.fault(
            "communication_disabled_until", "DATE_TIME_TYPE_PARSE", f"Could not parse {text}. Should be ISO8601."
        )
        return member
    if too_long:
        message = "The timeout is more than 28 days away."
        fields.fault("communication_disabled_until", "GUILD_COMMUNICATION_DISABLED_UNTIL", message)
    return msgspec.structs.replace(member, timeout_until=until.isoformat())


@delete(_ONE, status_code=204)
async def kick_member(call: BotCall, guild_id: FromPath[int], user_id: FromPath[int]) -> Response[None]:
    """DELETE: kick."""
    call.guild(guild_id)
    member = call.member(guild_id, user_id)
    _above(call, member, Permission.KICK_MEMBERS)
    with call.play.store.change() as change:
        change.count("members_kicked", guild_id)
        effects_guild.member_left(call.play, change, member)
        call.note(change, guild_id, AuditAction.MEMBER_KICK, user_id)
    return nothing()


def _check_assignable(call: Call, role: Role) -> None:
    call.allowed(role.guild_id, Permission.MANAGE_ROLES)
    if role.id == role.guild_id:
        raise DiscordError(400, 50028, "Invalid role")
    if role.bot_id or not call.play.permissions.outranks_role(role.guild_id, call.own_id, role):
        raise errors.missing_permissions()


@put(_ONE + "/roles/{role_id:int}", status_code=204)
async def add_role(
    call: BotCall, guild_id: FromPath[int], user_id: FromPath[int], role_id: FromPath[int]
) -> Response[None]:
    """PUT a role; twice is the same as once, and counted once."""
    call.guild(guild_id)
    member, role = call.member(guild_id, user_id), call.role(guild_id, role_id)
    _check_assignable(call, role)
    if role.id not in member.roles:
        edited = msgspec.structs.replace(member, roles=(*member.roles, role.id))
        with call.play.store.change() as change:
            change.count("roles_added", guild_id)
            _replace(call, change, member, edited)
    return nothing()


@delete(_ONE + "/roles/{role_id:int}", status_code=204)
async def remove_role(
    call: BotCall, guild_id: FromPath[int], user_id: FromPath[int], role_id: FromPath[int]
) -> Response[None]:
    """DELETE a role."""
    call.guild(guild_id)
    member, role = call.member(guild_id, user_id), call.role(guild_id, role_id)
    _check_assignable(call, role)
    if role.id in member.roles:
        edited = msgspec.structs.replace(member, roles=tuple(held for held in member.roles if held != role.id))
        with call.play.store.change() as change:
            change.count("roles_removed", guild_id)
            _replace(call, change, member, edited)
    return nothing()


ROUTES = (
    list_members,
    search_members,
    get_member,
    edit_own_member,
    edit_own_nick,
    edit_member,
    kick_member,
    add_role,
    remove_role,
)
