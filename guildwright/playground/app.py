"""The ASGI application: REST API, gateway, control API and page on one port."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from litestar import Litestar, Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp

from guildwright.playground import effects_presence, threads
from guildwright.playground.attachment_routes import attachment_route
from guildwright.playground.control import document
from guildwright.playground.control.access import Control
from guildwright.playground.control.errors import refuse_http as refuse_control
from guildwright.playground.control.router import control_router
from guildwright.playground.gateway.route import gateway_route
from guildwright.playground.oauth.router import oauth_router
from guildwright.playground.page import page_router
from guildwright.playground.playground import Playground
from guildwright.playground.rest import unknown
from guildwright.playground.rest.limits import rate_limits
from guildwright.playground.rest.router import PATH, rest_router
from guildwright.playground.rest.router import refuse_http as refuse_discord
from guildwright.playground.rest.word_ids import word_ids
from guildwright.playground.traffic import traffic
from guildwright.playground.written import written_first

_log = logging.getLogger(__name__)
_LOOKS_FOR_QUIET_THREADS = 5.0  # seconds


def make_asgi(play: Playground) -> ASGIApp:
    """The application in its layers: written, recorded, then limited, then with ids where ids belong."""
    app = make_app(play)
    checked = word_ids(play, PATH, app, [route.path for route in app.routes])
    return written_first(traffic(play, rate_limits(play, PATH, checked)), play.store)


def make_app(play: Playground) -> Litestar:
    """Everything the playground serves."""

    def refuse(request: Request[Any, Any, Any], fault: HTTPException) -> Response[Any]:
        """Refusals before any route was found, in the shape of the API that was meant; unknown ones are counted."""
        if not request.url.path.startswith("/api/"):
            return refuse_control(request, fault)
        if fault.status_code in {404, 405}:
            unknown.count(play, request.method, request.url.path.removeprefix(PATH))
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
            gateway_route(play),
            rest_router(play),
            control_router(Control(play)),
            *document.ROUTES,
            page_router(play),
            attachment_route(play),
            oauth_router(play),
        ],
        exception_handlers={HTTPException: refuse, Exception: fail},
        lifespan=[_chores(play)],
        on_shutdown=[close],
        openapi_config=document.OPENAPI,
        logging_config=None,
        request_max_body_size=None,  # the gate has measured it
    )


def _chores(play: Playground) -> AbstractAsyncContextManager[None]:
    """What is done while the application runs, whoever asks or not."""

    async def archive() -> None:
        while True:
            threads.archive_due(play)
            await play.clock.sleep(_LOOKS_FOR_QUIET_THREADS)

    @asynccontextmanager
    async def running() -> AsyncIterator[None]:
        task = asyncio.create_task(archive())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    return running()
