"""The application itself."""

from litestar import Response, get, patch
from litestar.params import FromPath

from guildwright.playground import errors, render
from guildwright.playground.rest.call import BotCall, answer


@get("/applications/@me")
async def get_my_application(call: BotCall) -> Response[object]:
    """GET /applications/@me."""
    return answer(render.application(call.memory, call.play.application))


@patch("/applications/@me")
async def edit_my_application(call: BotCall) -> Response[object]:
    """PATCH /applications/@me: accepted, nothing of it is kept yet."""
    await call.body()
    return answer(render.application(call.memory, call.play.application))


@get("/oauth2/applications/@me")
async def get_oauth_application(call: BotCall) -> Response[object]:
    """GET /oauth2/applications/@me."""
    return answer(render.application(call.memory, call.play.application))


@get("/applications/{application_id:int}")
async def get_application(call: BotCall, application_id: FromPath[int]) -> Response[object]:
    """GET /applications/{application_id}: one's own only."""
    if application_id != call.own_id:
        raise errors.DiscordError(403, 20012, "You are not authorized to perform this action on this application")
    return answer(render.application(call.memory, call.play.application))


ROUTES = (
    get_my_application,
    edit_my_application,
    get_oauth_application,
    get_application,
)
