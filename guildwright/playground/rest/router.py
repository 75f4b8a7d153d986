"""Puts the REST API together: authorisation, refusals in Discord's shape, and every route."""

from typing import TYPE_CHECKING, Any

from litestar import Request, Response, Router
from litestar.di import Provide
from litestar.exceptions import HTTPException

from guildwright.playground import errors
from guildwright.playground.errors import DiscordError
from guildwright.playground.oauth import grants
from guildwright.playground.once import OnceRouter
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
    soundboard,
    thread_lists,
    thread_members,
    threads,
    users,
    voice,
    webhooks,
)
from guildwright.playground.rest.call import Call

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

PATH = "/api/v10"
_OF_THE_BOT: "list[HTTPRouteHandler]" = [
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
    *soundboard.ROUTES,
    *thread_lists.ROUTES,
    *thread_members.ROUTES,
    *threads.ROUTES,
    *users.ROUTES,
    *voice.ROUTES,
    *webhooks.ROUTES,
]
_OF_PEOPLE_TOO: "list[HTTPRouteHandler]" = [
    *bearer.ROUTES,
    *command_permissions.ROUTES,
    *commands.ROUTES,
    *entitlements.BEARER_ROUTES,
    *oauth2.SHARED_ROUTES,
]
_OF_ANYBODY: "list[HTTPRouteHandler]" = [
    *gateway.OPEN_ROUTES,
    *interactions.ROUTES,
    *oauth2.OPEN_ROUTES,
    *invites.OPEN_ROUTES,
    *webhooks.OPEN_ROUTES,
]
# By their functions, which Litestar does not copy.
_SHARED = {route.fn for route in _OF_PEOPLE_TOO}
_OPEN = {route.fn for route in _OF_ANYBODY}


def rest_router(play: Playground) -> Router:
    """The API as one Litestar router."""

    async def call(request: Request[Any, Any, Any]) -> Call:
        handler = request.route_handler.fn
        if handler in _OPEN:
            return Call(play, request)
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if (kind, token) == ("Bot", play.application.token):
            found = Call(play, request)
            _ = found.reason  # refused before anything is done
            return found
        if kind == "Bearer" and handler in _SHARED:
            found = Call(play, request)
            found.grant = grants.bearer(play, token)
            if found.grant:
                return found
        raise errors.unauthorized()

    return OnceRouter(
        path=PATH,
        include_in_schema=False,
        exception_handlers={DiscordError: _refuse, HTTPException: refuse_http},
        # One router for all callers: what is nested in another is copied deeply, again and again.
        route_handlers=[*_OF_THE_BOT, *_OF_PEOPLE_TOO, *_OF_ANYBODY],
        dependencies={"call": Provide(call)},
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
