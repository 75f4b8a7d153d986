"""Where the gateway is, and how often a session may start."""

import math

from litestar import Response, get

from guildwright.playground.rest.call import BotCall, Call, answer

_GUILDS_PER_SHARD = 1000


def _url(call: Call) -> str:
    return f"ws://{call.request.headers.get('host', '127.0.0.1')}/gateway"


@get("/gateway")
async def get_gateway(call: BotCall) -> Response[object]:
    """GET /gateway."""
    return answer({"url": _url(call)})


@get("/gateway/bot")
async def get_bot_gateway(call: BotCall) -> Response[object]:
    """GET /gateway/bot."""
    shards = call.play.application.shards or max(1, math.ceil(len(call.memory.bot_guilds()) / _GUILDS_PER_SHARD))
    body = {"url": _url(call), "shards": shards, "session_start_limit": call.play.hub.start_limit()}
    return answer(body)


OPEN_ROUTES = (get_gateway,)
ROUTES = (get_bot_gateway,)
