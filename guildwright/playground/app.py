"""The ASGI application: REST API, gateway, control API and page on one port."""

from typing import Any

from litestar import Litestar, Request, Response, WebSocket, websocket
from litestar.exceptions import HTTPException

from guildwright.playground.control import document
from guildwright.playground.control.access import Control
from guildwright.playground.control.errors import refuse_http as refuse_control
from guildwright.playground.control.router import control_router
from guildwright.playground.gateway.connection import Connection
from guildwright.playground.gateway.wire import SocketWire
from guildwright.playground.page import page_router
from guildwright.playground.playground import Playground
from guildwright.playground.rest.router import refuse_http as refuse_discord
from guildwright.playground.rest.router import rest_router
from guildwright.playground.traffic import Traffic


def _refuse(request: Request[Any, Any, Any], fault: HTTPException) -> Response[Any]:
    """Refusals before any route was found, in the shape of the API that was meant."""
    if request.url.path.startswith("/api/"):
        return refuse_discord(request, fault)
    return refuse_control(request, fault)


def make_app(play: Playground) -> Litestar:
    """Everything the playground serves."""

    @websocket("/gateway")
    async def gateway(socket: WebSocket[Any, Any, Any]) -> None:
        await socket.accept()
        wire = SocketWire(socket, play.recorder, socket.query_params.get("compress"))
        try:
            await Connection(play, socket, wire).run()
        finally:
            await wire.stop()

    async def close() -> None:
        play.close()

    return Litestar(
        route_handlers=[gateway, rest_router(play), control_router(Control(play)), *document.ROUTES, page_router(play)],
        exception_handlers={HTTPException: _refuse},
        middleware=[Traffic(play)],
        on_shutdown=[close],
        openapi_config=document.OPENAPI,
    )
