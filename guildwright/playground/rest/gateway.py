"""Where the gateway is, and how often a session may start."""

from litestar import Response, get

from guildwright.playground.rest.call import BotCall, Call, answer


def _url(call: Call) -> str:
    return f"ws://{call.request.headers.get('host', '127.0.0.1')}/gateway"


@get("/gateway")
async def get_gateway(call: BotCall) -> Response[object]:
    """GET /gateway."""
    return answer({"url": _url(call)})


@get("/gateway/bot")
async def get_bot_gateway(call: BotCall) -> Response[object]:
    """GET /gateway/bot."""
    body = {"url": _url(call), "shards": 1, "session_start_limit": call.play.hub.start_limit()}
    return answer(body)


OPEN_ROUTES = (get_gateway,)
ROUTES = (get_bot_gateway,)
