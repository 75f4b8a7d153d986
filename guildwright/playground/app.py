"""The ASGI application: REST API, gateway, control API and page on one port."""

from typing import Any

from litestar import Litestar, Response, WebSocket, get, websocket

from guildwright.playground.gateway.connection import Connection
from guildwright.playground.gateway.wire import SocketWire
from guildwright.playground.playground import Playground
from guildwright.playground.rest.router import rest_router
from guildwright.playground.traffic import Traffic


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

    @get("/", include_in_schema=False)
    async def page() -> Response[str]:
        return Response("The playground's page is not built yet; see /control/.", media_type="text/plain")

    async def close() -> None:
        play.close()

    return Litestar(
        route_handlers=[gateway, rest_router(play), page],
        middleware=[Traffic(play)],
        on_shutdown=[close],
        openapi_config=None,
    )
