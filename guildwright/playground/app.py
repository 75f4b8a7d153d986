"""The ASGI application: REST API, gateway, control API and page on one port."""

import logging
from typing import Any

from litestar import Litestar, Request, Response, WebSocket, websocket
from litestar.exceptions import HTTPException

from guildwright.playground import effects_presence
from guildwright.playground.attachment_routes import attachment_route
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
from guildwright.playground.traffic import traffic

_log = logging.getLogger(__name__)


def make_app(play: Playground) -> Litestar:
    """Everything the playground serves."""

    @websocket("/gateway")
    async def gateway(socket: WebSocket[Any, Any, Any]) -> None:
        await socket.accept()
        wire = SocketWire(socket, play.recorder, socket.query_params.get("compress"))
        try:
            await Connection(play, socket, wire).run()
        except Exception:  # noqa: BLE001 - a fault of ours: the client hears close code 4000 and comes back
            _log.exception("a gateway connection failed")
            wire.close(4000, "Unknown error.")
        finally:
            await wire.stop()

    def refuse(request: Request[Any, Any, Any], fault: HTTPException) -> Response[Any]:
        """Refusals before any route was found, in the shape of the API that was meant; unknown ones are counted."""
        if not request.url.path.startswith("/api/"):
            return refuse_control(request, fault)
        if fault.status_code in {404, 405}:
            with play.store.change() as change:
                change.count("unknown_routes")
        return refuse_discord(request, fault)

    def fail(request: Request[Any, Any, Any], fault: Exception) -> Response[Any]:
        """A fault of the playground's own: in the log with its traceback, and without it on the wire."""
        _log.error("%s %s failed", request.method, request.url.path, exc_info=fault)
        return refuse(request, HTTPException(detail="500: Internal Server Error", status_code=500))

    async def close() -> None:
        play.close()

    play.hub.ended = lambda session: effects_presence.session_ended(play, session.id)
    return Litestar(
        route_handlers=[
            gateway,
            rest_router(play),
            control_router(Control(play)),
            *document.ROUTES,
            page_router(play),
            attachment_route(play),
        ],
        exception_handlers={HTTPException: refuse, Exception: fail},
        middleware=[traffic(play)],
        on_shutdown=[close],
        openapi_config=document.OPENAPI,
        logging_config=None,
        request_max_body_size=None,  # the gate has measured it
    )
