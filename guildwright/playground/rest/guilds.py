"""Guilds as the bot reads them."""

from litestar import Response, get
from litestar.params import FromPath

from guildwright.playground import render
from guildwright.playground.rest.call import BotCall, answer


@get("/guilds/{guild_id:int}")
async def get_guild(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """GET one."""
    body = render.guild(call.memory, call.guild(guild_id))
    if call.query_flag("with_counts"):
        body |= {"approximate_member_count": len(call.memory.members[guild_id]), "approximate_presence_count": 1}
    return answer(body)


@get(["/guilds/{guild_id:int}/emojis", "/guilds/{guild_id:int}/stickers"])
async def get_nothing(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """GET what the playground's guilds have none of."""
    call.guild(guild_id)
    return answer([])


ROUTES = (get_guild, get_nothing)
