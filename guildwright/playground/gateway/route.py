"""Where clients connect to the gateway."""

import logging
from typing import Any

from litestar import WebSocket, websocket
from litestar.handlers import WebsocketRouteHandler

from guildwright.playground.gateway.connection import Connection
from guildwright.playground.gateway.line import Line
from guildwright.playground.gateway.wire import SocketWire
from guildwright.playground.playground import Playground

_log = logging.getLogger(__name__)


def gateway_route(play: Playground) -> WebsocketRouteHandler:
    """The websocket at /gateway."""

    @websocket("/gateway", websocket_class=Line)
    async def gateway(socket: WebSocket[Any, Any, Any]) -> None:
        await socket.accept()
        wire = SocketWire(socket, play, socket.query_params.get("compress"))
        if isinstance(socket, Line):
            socket.connections = play.connections
            play.lines[wire] = socket
        try:
            await Connection(play, socket, wire).run()
        except Exception:  # noqa: BLE001 - a fault of ours: the client hears close code 4000 and comes back
            _log.exception("a gateway connection failed")
            wire.close(4000, "Unknown error.")
        finally:
            play.lines.pop(wire, None)
            await wire.stop()

    return gateway
