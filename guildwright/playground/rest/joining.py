"""Joining somebody to a server with the person's own consent: the scope `guilds.join`."""

import msgspec
from litestar import Response, put
from litestar.params import FromPath

from guildwright.playground import effects_guild, errors, render
from guildwright.playground.bits import Permission
from guildwright.playground.bodies.fields import Fields
from guildwright.playground.errors import DiscordError, Faults
from guildwright.playground.oauth import grants
from guildwright.playground.records import Json, Member
from guildwright.playground.rest.call import BotCall, Call, answer

_NEEDS = {
    "nick": Permission.MANAGE_NICKNAMES,
    "roles": Permission.MANAGE_ROLES,
    "mute": Permission.MUTE_MEMBERS,
    "deaf": Permission.DEAFEN_MEMBERS,
}


@put("/guilds/{guild_id:int}/members/{user_id:int}", status_code=201)
async def join_member(call: BotCall, guild_id: FromPath[int], user_id: FromPath[int]) -> Response[object]:
    """PUT: 201 with the member, or 204 for somebody who is one already."""
    body = await call.body()
    needed = Permission.CREATE_INSTANT_INVITE
    for name, permission in _NEEDS.items():
        needed |= permission if body.get(name) else Permission(0)
    call.allowed(guild_id, needed)
    member = _read(call, guild_id, user_id, body)
    if user_id not in call.memory.users:
        raise errors.unknown_user()
    grant = grants.bearer(call.play, str(body["access_token"]))
    if grant is None or grant.user_id != user_id or "guilds.join" not in grant.scopes:
        raise DiscordError(403, 50025, "Invalid OAuth2 access token")
    if user_id in call.memory.bans.get(guild_id, {}):
        raise DiscordError(403, 40007, "The user is banned from this guild.")
    if call.memory.member(guild_id, user_id):
        return Response(None, status_code=204)
    with call.play.store.change() as change:
        change.count("members_joined", guild_id)
        effects_guild.member_joined(call.play, change, member)
    return answer(render.member(call.memory, member), 201)


def _read(call: Call, guild_id: int, user_id: int, body: Json) -> Member:
    faults = Faults()
    fields = Fields(body, faults)
    fields.text("access_token", 10240, shortest=1, needed=True)
    nick = fields.text("nick", 32)
    role_ids = fields.snowflakes("roles", 250)
    mute, deaf = fields.flag("mute"), fields.flag("deaf")
    faults.check()
    for role in [call.role(guild_id, role_id) for role_id in role_ids]:
        if role.bot_id or not call.play.permissions.outranks_role(guild_id, call.own_id, role):
            raise errors.missing_permissions()
    now = call.play.clock.now().isoformat()
    member = Member(guild_id=guild_id, user_id=user_id, joined_at=now, nick=nick or None, mute=mute, deaf=deaf)
    return msgspec.structs.replace(member, roles=tuple(dict.fromkeys(role_ids)))


ROUTES = (join_member,)
