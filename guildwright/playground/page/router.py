"""The page's addresses: the page itself, its live stream, and what its forms and buttons send."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from litestar import MediaType, Request, Response, Router, delete, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import ServerSentEvent, ServerSentEventMessage
from litestar.static_files import create_static_files_router
from litestar.types import ControllerRouterHandler

from guildwright.platform.markup.messages import STATIC as MARKUP_STATIC
from guildwright.playground.once import OnceRouter
from guildwright.playground.page import forms
from guildwright.playground.page.act_routes import act_routes
from guildwright.playground.page.acting import Acting
from guildwright.playground.page.desk import Answer, Desk
from guildwright.playground.page.draw import FOLDER
from guildwright.playground.page.headers import HEADERS, from_this_page
from guildwright.playground.page.live import FLOOD, GONE, STORY
from guildwright.playground.page.rail_routes import rail_routes
from guildwright.playground.page.seat import Vacant
from guildwright.playground.page.side import side_routes
from guildwright.playground.page.tour_routes import tour_routes
from guildwright.playground.playground import Playground

_AGAIN_MS = 1000
_NOBODY = "This playground has no server with a member in it. Make one through the control API, see /control/."

_As = Annotated[int | None, QueryParameter(name="as")]
_Request = Request[Any, Any, Any]


def page_router(play: Playground) -> Router:
    """Everything below `/` that is neither Discord's nor the control API's."""
    desk = Desk(play)
    acting = Acting(play, desk)
    return OnceRouter(
        path="/",
        route_handlers=[
            *_reading(desk),
            *side_routes(play, desk),
            *tour_routes(play, desk),
            *rail_routes(play, desk, _html, _ANSWERS),
            *_doing(desk),
            *act_routes(desk, acting, _html, _ANSWERS),
            *_assets(),
        ],
        include_in_schema=False,
    )


def _reading(desk: Desk) -> list[ControllerRouterHandler]:
    @get("/", media_type=MediaType.HTML, response_headers=HEADERS)
    async def page(guild: FromQuery[int | None] = None, channel: FromQuery[int | None] = None, user: _As = None) -> str:
        try:
            return desk.page(desk.seat(channel, user, guild))
        except Vacant:
            return _NOBODY

    @get("/page/live", response_headers=HEADERS)
    async def live(
        request: Request[Any, Any, Any], channel: FromQuery[int], user: _As = None, shown: FromQuery[str | None] = None
    ) -> ServerSentEvent:
        # A browser that comes back does not know what it missed, so it is told everything.
        known = None if "last-event-id" in request.headers else shown
        return ServerSentEvent(_events(desk.updates(channel, user, known)))

    @get("/page/command", media_type=MediaType.HTML, response_headers=HEADERS)
    async def command(name: FromQuery[str], channel: FromQuery[int], user: _As = None) -> Response[str]:
        return _html(desk.command_form(desk.seat(channel, user), name))

    return [page, live, command]


async def _events(updates: AsyncIterator[str]) -> AsyncIterator[ServerSentEventMessage]:
    number = 0
    async for html in updates:
        number += 1
        if html in {FLOOD, GONE, STORY}:
            yield ServerSentEventMessage(data=html, event=html)
        elif html:
            yield ServerSentEventMessage(data=html, event="update", id=str(number), retry=_AGAIN_MS)
        else:
            yield ServerSentEventMessage(comment="still here", id=str(number), retry=_AGAIN_MS)


def _doing(desk: Desk) -> list[ControllerRouterHandler]:
    @post("/page/messages", **_ANSWERS)
    async def speak(request: _Request) -> Response[str]:
        sent = await _posted(request)
        return _html(desk.speak(desk.seat_of(sent.texts), sent.texts, sent.files))

    @post("/page/commands", **_ANSWERS)
    async def run_command(request: _Request) -> Response[str]:
        sent = await _posted(request)
        return _html(await desk.run_command(desk.seat_of(sent.texts), sent.texts, sent.files))

    @post("/page/autocomplete", **_ANSWERS)
    async def suggest(request: _Request) -> Response[str]:
        sent = await _posted(request)
        return _html(await desk.suggest(desk.seat_of(sent.texts), sent.texts))

    @post("/page/components", **_ANSWERS)
    async def press(request: _Request) -> Response[str]:
        sent = await _posted(request)
        chosen = [value for value in sent.texts.get("values", "").split(forms.SEVERAL) if value]
        return _html(await desk.press(desk.seat_of(sent.texts), sent.texts, chosen))

    @post("/page/modals", **_ANSWERS)
    async def submit(request: _Request) -> Response[str]:
        sent = await _posted(request)
        return _html(await desk.submit(desk.seat_of(sent.texts), sent.texts, sent.files))

    @delete("/page/private/{message_id:str}", **_ANSWERS)
    async def dismiss(message_id: FromPath[str], channel: FromQuery[int], user: _As = None) -> Response[str]:
        return _html(desk.dismiss(desk.seat(channel, user), message_id))

    return [speak, run_command, suggest, press, submit, dismiss]


_ANSWERS: dict[str, Any] = {
    "media_type": MediaType.HTML,
    "status_code": 200,
    "guards": [from_this_page],
    "response_headers": HEADERS,
}


async def _posted(request: _Request) -> forms.Posted:
    """A form, with files or without."""
    return await forms.posted(list((await request.form()).multi_items()))


def _html(answer: Answer) -> Response[str]:
    headers = {"HX-Trigger": answer.event} if answer.event else {}
    if answer.goto:
        headers["HX-Location"] = answer.goto
    return Response(str(answer.html), status_code=answer.status, media_type=MediaType.HTML, headers=headers)


def _assets() -> list[Router]:
    return [
        create_static_files_router("/assets/markup", [MARKUP_STATIC], name="markup", after_request=_checked_again),
        create_static_files_router("/assets", [FOLDER / "static"], name="page", after_request=_checked_again),
    ]


def _checked_again(response: Response[Any]) -> Response[Any]:
    """An asset may be kept, but is asked for again: a new version is never half old."""
    for name, value in {**HEADERS, "Cache-Control": "no-cache"}.items():
        response.headers[name] = value
    return response
