"""The addresses of the rail of servers."""

from collections.abc import Callable
from typing import Annotated, Any

from litestar import MediaType, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromQuery, QueryParameter
from litestar.types import ControllerRouterHandler

from guildwright.playground.page import forms
from guildwright.playground.page.desk import Answer, Desk
from guildwright.playground.page.rail import Rail
from guildwright.playground.playground import Playground

_As = Annotated[int | None, QueryParameter(name="as")]
_Form = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]


def rail_routes(
    play: Playground, desk: Desk, html: Callable[[Answer], Response[str]], answers: dict[str, Any]
) -> list[ControllerRouterHandler]:
    """`html` and `answers` are the router's: how an answer is sent, and who may ask."""
    rail = Rail(play, desk)
    reading = {"media_type": MediaType.HTML, "response_headers": answers["response_headers"]}

    @get("/page/guilds/new", **reading)
    async def ask(channel: FromQuery[int], user: _As = None) -> Response[str]:
        return html(rail.ask(desk.seat(channel, user), {}, {}))

    @post("/page/guilds", **answers)
    async def make(data: _Form) -> Response[str]:
        filled = forms.texts(data)
        at = desk.seat_of(filled)
        return html(await rail.make(at, filled))

    @get("/page/guilds", **reading)
    async def every(channel: FromQuery[int], user: _As = None) -> Response[str]:
        return html(rail.find(desk.seat(channel, user), "", "all_guilds.html"))

    @get("/page/guilds/found", **reading)
    async def found(channel: FromQuery[int], user: _As = None, called: FromQuery[str] = "") -> Response[str]:
        return html(rail.find(desk.seat(channel, user), called, "found_guilds.html"))

    return [ask, make, every, found]
