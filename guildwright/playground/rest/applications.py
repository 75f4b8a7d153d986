"""The application itself."""

import msgspec
from litestar import Response, get, patch
from litestar.params import FromPath

from guildwright.playground import errors, render
from guildwright.playground.bodies.fields import Fields
from guildwright.playground.errors import Faults
from guildwright.playground.rest.call import BotCall, answer

_LONGEST = 400
_NOT_KEPT = (
    "cover_image",
    "custom_install_url",
    "event_webhooks_types",
    "event_webhooks_url",
    "icon",
    "install_params",
    "role_connections_verification_url",
    "tags",
)


@get("/applications/@me")
async def get_my_application(call: BotCall) -> Response[object]:
    """GET /applications/@me."""
    return answer(render.application(call.memory, call.play.application))


@patch("/applications/@me")
async def edit_my_application(call: BotCall) -> Response[object]:
    """PATCH /applications/@me: the description is kept; interactions go to the gateway, never to an endpoint."""
    faults = Faults()
    fields = Fields(await call.body(), faults)
    given = fields.body.get("description")
    place, name = (fields.object("description"), "default") if isinstance(given, dict) else (fields, "description")
    text = place.text(name, _LONGEST) if place else None
    if fields.body.get("interactions_endpoint_url"):
        message = "The playground sends interactions through the gateway only."
        fields.fault("interactions_endpoint_url", "PLAYGROUND_UNSUPPORTED", message)
    fields.unsupported(*_NOT_KEPT)
    faults.check()
    application = call.play.application
    if "description" in fields.body:
        application = msgspec.structs.replace(application, description=text or "")
        with call.play.store.change() as change:
            change.put(application)
    return answer(render.application(call.memory, application))


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
