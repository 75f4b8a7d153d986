"""The side panel's addresses: what the bot did, of late or for one message, and the raw exchange behind a step."""

from typing import Annotated

from litestar import MediaType, get
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.types import ControllerRouterHandler

from guildwright.playground.page.desk import Desk
from guildwright.playground.page.headers import HEADERS
from guildwright.playground.page.raw import raw
from guildwright.playground.page.seat import visible_to
from guildwright.playground.page.trace import Trace, Tracer
from guildwright.playground.page.view import View
from guildwright.playground.playground import Playground

_As = Annotated[int | None, QueryParameter(name="as")]


def side_routes(play: Playground, desk: Desk) -> list[ControllerRouterHandler]:
    """GET routes whose HTML goes into the panel."""

    @get("/page/story", media_type=MediaType.HTML, response_headers=HEADERS)
    async def story(channel: FromQuery[int], user: _As = None, message: FromQuery[int | None] = None) -> str:
        view = desk.look(desk.seat(channel, user))
        return desk.draw.html("story.html", view, trace=traced(play, view, message))

    @get("/page/exchange/{number:int}", media_type=MediaType.HTML, response_headers=HEADERS)
    async def exchange(number: FromPath[int], channel: FromQuery[int], user: _As = None) -> str:
        found = next((one for one in play.recorder.after(number - 1) if one.number == number), None)
        view = desk.look(desk.seat(channel, user))
        return desk.draw.html("exchange.html", view, raw=raw(found) if found else None)

    @get("/page/history", media_type=MediaType.HTML, response_headers=HEADERS)
    async def history(
        channel: FromQuery[int],
        user: _As = None,
        before: FromQuery[int | None] = None,
        after: FromQuery[int | None] = None,
        around: FromQuery[int | None] = None,
    ) -> str:
        view = desk.look(desk.seat(channel, user))
        turns = ((view.history.before, before), (view.history.after, after), (view.history.around, around))
        found = next((turn(place) for turn, place in turns if place is not None), view.history.newest())
        return desk.draw.html("stretch.html", view.turned_to(found))

    return [story, exchange, history]


def traced(play: Playground, view: View, message_id: int | None) -> Trace | None:
    """The story of a message that this seat may see."""
    message = play.memory.messages.get(view.at.channel.id, {}).get(message_id or 0)
    if message is None or not visible_to(message, view.at.user):
        return None
    return Tracer(play, view.names).trace(message)
