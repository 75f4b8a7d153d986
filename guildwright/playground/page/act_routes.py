"""The addresses of menus and acts."""

from collections.abc import Callable
from typing import Annotated, Any

from litestar import MediaType, Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery, QueryParameter
from litestar.types import ControllerRouterHandler

from guildwright.playground.page import forms
from guildwright.playground.page.acting import Acting
from guildwright.playground.page.desk import Answer, Desk

_As = Annotated[int | None, QueryParameter(name="as")]
_Form = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]


def act_routes(
    desk: Desk, acting: Acting, html: Callable[[Answer], Response[str]], answers: dict[str, Any]
) -> list[ControllerRouterHandler]:
    """`html` and `answers` are the router's: how an answer is sent, and who may ask."""
    reading = {"media_type": MediaType.HTML, "response_headers": answers["response_headers"]}

    @get("/page/menu", **reading)
    async def menu(
        kind: FromQuery[str], target: FromQuery[str], channel: FromQuery[int], user: _As = None
    ) -> Response[str]:
        return html(acting.menu(desk.seat(channel, user), kind, target))

    @get("/page/acts/{name:str}", **reading)
    async def ask(
        name: FromPath[str], channel: FromQuery[int], user: _As = None, target: FromQuery[str] = ""
    ) -> Response[str]:
        return html(acting.ask(desk.seat(channel, user), name, target))

    @post("/page/acts/{name:str}", **answers)
    async def act(name: FromPath[str], data: _Form) -> Response[str]:
        filled = forms.texts(data)
        at = desk.seat_of(filled)
        return html(acting.act(at, name, filled.get("target", ""), filled))

    @post("/page/menu-commands", **answers)
    async def use_menu(data: _Form) -> Response[str]:
        filled = forms.texts(data)
        at = desk.seat_of(filled)
        return html(await desk.use_menu(at, filled))

    return [menu, ask, act, use_menu, *_finding(desk, html, reading)]


def _finding(
    desk: Desk, html: Callable[[Answer], Response[str]], reading: dict[str, Any]
) -> list[ControllerRouterHandler]:
    """What fills pickers while somebody types."""

    @get("/page/members", **reading)
    async def members(channel: FromQuery[int], user: _As = None, called: FromQuery[str] = "") -> Response[str]:
        return html(desk.members(desk.seat(channel, user), called))

    @get("/page/choices", **reading)
    async def choices(
        request: Request[Any, Any, Any], kinds: FromQuery[str], channel: FromQuery[int], user: _As = None
    ) -> Response[str]:
        asked = request.query_params
        typed = next((value for name, value in asked.items() if name == "called" or name.startswith("typed.")), "")
        found = desk.choices(
            desk.seat(channel, user), kinds, asked.get("types", ""), typed, asked.get("prefix", "choice")
        )
        return html(found)

    return [members, choices]
