"""Channels: reading one, and "typing"."""

from litestar import Response, get, post

from guildwright.playground import render
from guildwright.playground.bits import Permission
from guildwright.playground.rest.call import Call, answer, nothing


@get("/channels/{channel_id:int}")
async def get_channel(call: Call, channel_id: int) -> Response[object]:
    """GET /channels/{channel_id}."""
    return answer(render.channel(call.memory, call.channel(channel_id)))


@post("/channels/{channel_id:int}/typing", status_code=204)
async def start_typing(call: Call, channel_id: int) -> Response[None]:
    """POST /channels/{channel_id}/typing."""
    channel = call.channel(channel_id, Permission.SEND_MESSAGES)
    place = {"channel_id": str(channel.id), "guild_id": str(channel.guild_id) if channel.guild_id else None}
    call.play.feed.publish("typing", place | {"user_id": str(call.own_id)})
    return nothing()


ROUTES = (get_channel, start_typing)
