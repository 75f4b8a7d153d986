"""Puts the REST API together: authorisation, refusals in Discord's shape, and every route."""

from typing import TYPE_CHECKING, Any

from litestar import Request, Response, Router
from litestar.di import Provide
from litestar.exceptions import HTTPException

from guildwright.playground import errors
from guildwright.playground.errors import DiscordError
from guildwright.playground.oauth import grants
from guildwright.playground.playground import Playground
from guildwright.playground.rest import (
    announcements,
    applications,
    audit,
    bans,
    bearer,
    channels,
    command_permissions,
    commands,
    emojis,
    entitlements,
    gateway,
    guilds,
    incidents,
    interactions,
    invites,
    joining,
    members,
    messages,
    oauth2,
    overwrites,
    pins,
    prune,
    reactions,
    roles,
    thread_lists,
    thread_members,
    threads,
    users,
    voice,
    webhooks,
)
from guildwright.playground.rest.call import Call

if TYPE_CHECKING:
    from litestar.types import ControllerRouterHandler

PATH = "/api/v10"
_OF_THE_BOT: "list[ControllerRouterHandler]" = [
    *announcements.ROUTES,
    *applications.ROUTES,
    *audit.ROUTES,
    *bans.ROUTES,
    *channels.ROUTES,
    *emojis.ROUTES,
    *entitlements.ROUTES,
    *gateway.ROUTES,
    *guilds.ROUTES,
    *incidents.ROUTES,
    *invites.ROUTES,
    *joining.ROUTES,
    *members.ROUTES,
    *messages.ROUTES,
    *overwrites.ROUTES,
    *pins.ROUTES,
    *prune.ROUTES,
    *reactions.ROUTES,
    *roles.ROUTES,
    *thread_lists.ROUTES,
    *thread_members.ROUTES,
    *threads.ROUTES,
    *users.ROUTES,
    *voice.ROUTES,
    *webhooks.ROUTES,
]
_OF_PEOPLE_TOO: "list[ControllerRouterHandler]" = [
    *bearer.ROUTES,
    *command_permissions.ROUTES,
    *commands.ROUTES,
    *entitlements.BEARER_ROUTES,
    *oauth2.SHARED_ROUTES,
]
_OF_ANYBODY: "list[ControllerRouterHandler]" = [
    *gateway.OPEN_ROUTES,
    *interactions.ROUTES,
    *oauth2.OPEN_ROUTES,
    *invites.OPEN_ROUTES,
    *webhooks.OPEN_ROUTES,
]


def rest_router(play: Playground) -> Router:
    """The API as one Litestar router."""

    async def bot_call(request: Request[Any, Any, Any]) -> Call:
        if request.headers.get("authorization", "") != f"Bot {play.application.token}":
            raise errors.unauthorized()
        return Call(play, request)

    async def shared_call(request: Request[Any, Any, Any]) -> Call:
        """The bot, or a person's bearer token."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind != "Bearer":
            return await bot_call(request)
        call = Call(play, request)
        call.grant = grants.bearer(play, token)
        if call.grant is None:
            raise errors.unauthorized()
        return call

    async def open_call(request: Request[Any, Any, Any]) -> Call:
        return Call(play, request)

    return Router(
        path=PATH,
        include_in_schema=False,
        exception_handlers={DiscordError: _refuse, HTTPException: refuse_http},
        route_handlers=[
            Router(path="/", route_handlers=_OF_THE_BOT, dependencies={"call": Provide(bot_call)}),
            Router(path="/", route_handlers=_OF_PEOPLE_TOO, dependencies={"call": Provide(shared_call)}),
            Router(
                path="/",
                route_handlers=_OF_ANYBODY,
                dependencies={"call": Provide(open_call)},
            ),
        ],
    )


def _refuse(_: Request[Any, Any, Any], refusal: DiscordError) -> Response[object]:
    return Response(refusal.body(), status_code=refusal.status)


def refuse_http(_: Request[Any, Any, Any], fault: HTTPException) -> Response[object]:
    """Litestar's own refusals (unknown route, wrong method) as Discord says them."""
    words = {404: "404: Not Found", 405: "405: Method Not Allowed"}
    return Response(
        {"message": words.get(fault.status_code, fault.detail), "code": 0},
        status_code=fault.status_code,
    )
