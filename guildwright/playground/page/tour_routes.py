"""The guided tour's addresses: how far it is, and the one thing that it does itself."""

from dataclasses import replace
from typing import Annotated, Any

from litestar import MediaType, Request, get, post
from litestar.params import FromQuery, QueryParameter
from litestar.types import ControllerRouterHandler

from guildwright.playground.page import killing
from guildwright.playground.page.desk import Desk
from guildwright.playground.page.headers import HEADERS, from_this_page
from guildwright.playground.page.story import LARGEST
from guildwright.playground.page.tour import Progress, moment, tour
from guildwright.playground.playground import Playground

_As = Annotated[int | None, QueryParameter(name="as")]


def tour_routes(play: Playground, desk: Desk) -> list[ControllerRouterHandler]:
    """What tour.js asks for."""

    def drawn(channel: int, user: int | None, progress: Progress) -> str:
        at = desk.seat(channel, user)
        return desk.draw.html("tour.html", desk.look(at), tour=tour(play, at.guild, progress))

    @get("/page/tour", media_type=MediaType.HTML, response_headers=HEADERS)
    async def look(request: Request[Any, Any, Any], channel: FromQuery[int], user: _As = None) -> str:
        return drawn(channel, user, Progress.read(dict(request.query_params)))

    @post(
        "/page/tour/kill",
        media_type=MediaType.HTML,
        status_code=200,
        guards=[from_this_page],
        response_headers=HEADERS,
    )
    async def kill(request: Request[Any, Any, Any], channel: FromQuery[int], user: _As = None) -> str:
        progress = Progress.read(dict(request.query_params))
        newest = play.recorder.after(0, LARGEST)[-1:]
        killed = (newest[0].number if newest else 0, moment(play))
        killing.kill(play)
        return drawn(channel, user, replace(progress, killed=killed))

    return [look, kill]
