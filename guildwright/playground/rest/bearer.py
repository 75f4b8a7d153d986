"""What the bot reads of itself with its token, and a person's token of that person: `/users/@me` and below."""

from litestar import Response, get
from litestar.params import FromPath

from guildwright.playground import errors, render
from guildwright.playground.records import Guild, Json
from guildwright.playground.rest.call import BotCall, Call, answer


@get("/users/@me")
async def get_me(call: BotCall) -> Response[object]:
    """GET /users/@me: with `email`, also that."""
    if call.grant is None:
        return answer(render.own_user(call.play.bot))
    grant = call.granted("identify")
    user = call.memory.users[grant.user_id]
    body: Json = render.user(user) | {"mfa_enabled": False, "locale": user.locale, "premium_type": 0}
    if "email" in grant.scopes:
        body |= {"email": f"{user.username}@people.example", "verified": True}
    return answer(body)


@get("/users/@me/guilds")
async def get_my_guilds(call: BotCall) -> Response[object]:
    """GET /users/@me/guilds: of the bot, or of the person."""
    viewer = call.own_id if call.grant is None else call.granted("guilds").user_id
    limit = call.query_int("limit", 200, 1, 200)
    before, after = call.query_snowflake("before"), call.query_snowflake("after")
    guilds = _guilds_of(call, viewer)
    if before is not None:
        guilds = [guild for guild in guilds if guild.id < before][-limit:]
    if after is not None:
        guilds = [guild for guild in guilds if guild.id > after]
    counts = call.query_flag("with_counts")
    rights = call.play.permissions
    return answer(
        [
            render.partial_guild(call.memory, guild, viewer, rights.in_guild(guild.id, viewer), counts=counts)
            for guild in guilds[:limit]
        ],
    )


def _guilds_of(call: Call, user_id: int) -> list[Guild]:
    guilds = (guild for guild in call.memory.guilds.values() if call.memory.member(guild.id, user_id))
    return sorted(guilds, key=lambda guild: guild.id)


@get("/users/@me/guilds/{guild_id:int}/member")
async def get_my_member(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """GET /users/@me/guilds/{guild_id}/member: a person's own membership."""
    grant = call.granted("guilds.members.read")
    member = call.memory.member(guild_id, grant.user_id)
    if member is None:
        raise errors.unknown_guild()
    return answer(render.member(call.memory, member))


@get("/users/@me/connections")
async def get_my_connections(call: BotCall) -> Response[object]:
    """GET /users/@me/connections: nobody has linked an account."""
    call.granted("connections")
    return answer([])


ROUTES = (get_me, get_my_guilds, get_my_member, get_my_connections)
