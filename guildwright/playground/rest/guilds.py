"""Guilds as the bot reads them."""

from litestar import Response, get

from guildwright.playground import render
from guildwright.playground.rest.call import Call, answer


@get("/guilds/{guild_id:int}")
async def get_guild(call: Call, guild_id: int) -> Response[object]:
    """GET /guilds/{guild_id}."""
    body = render.guild(call.memory, call.guild(guild_id))
    if call.query_flag("with_counts"):
        body |= {"approximate_member_count": len(call.memory.members[guild_id]), "approximate_presence_count": 1}
    return answer(body)


@get("/guilds/{guild_id:int}/channels")
async def get_guild_channels(call: Call, guild_id: int) -> Response[object]:
    """GET /guilds/{guild_id}/channels."""
    call.guild(guild_id)
    return answer([render.channel(call.memory, channel) for channel in call.memory.guild_channels(guild_id)])


@get("/guilds/{guild_id:int}/members/{user_id:int}")
async def get_guild_member(call: Call, guild_id: int, user_id: int) -> Response[object]:
    """GET /guilds/{guild_id}/members/{user_id}."""
    call.guild(guild_id)
    return answer(render.member(call.memory, call.member(guild_id, user_id)))


ROUTES = (get_guild, get_guild_channels, get_guild_member)
