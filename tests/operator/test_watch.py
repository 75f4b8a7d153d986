"""The watch survives what kopf does not: definitions that come late, or go and come again while it runs."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

from aiohttp import web
from kubernetes.aio.client import Configuration

from guildwright_crds.guild_config import API_VERSION, GROUP, VERSION
from guildwright_operator.guild_config import Watch
from tests.fakes.clock import FakeClock
from tests.fakes.documents import ELM, OAK
from tests.fakes.waiting import eventually
from tests.operator.one_page import resource

NAMED = {"groupVersion": API_VERSION, "version": VERSION}
GUILDS = {"name": "guildconfigs", "singularName": "guildconfig", "namespaced": True, "kind": "GuildConfig"}
NAMESPACES = {"name": "namespaces", "singularName": "namespace", "namespaced": False, "kind": "Namespace"}
VERBS = {"verbs": ["list", "watch"]}


class ApiServer:
    """As much of an API server as kopf asks; without `documents` it does not know their kind."""

    def __init__(self) -> None:
        self.documents: list[dict[str, Any]] | None = None
        self.changed = asyncio.Event()
        self.asked = 0

    async def groups(self, _: web.Request) -> web.Response:
        self.asked += 1
        group = {"name": GROUP, "versions": [NAMED], "preferredVersion": NAMED}
        return web.json_response({"groups": [] if self.documents is None else [group]})

    async def core(self, request: web.Request) -> web.Response:
        return web.json_response(
            {"resources": [NAMESPACES | VERBS]} if request.path == "/api/v1" else {"versions": ["v1"]}
        )

    async def kinds(self, _: web.Request) -> web.Response:
        kinds = [] if self.documents is None else [GUILDS | VERBS]
        return web.json_response({"resources": kinds})

    async def guilds(self, request: web.Request) -> web.StreamResponse:
        if self.documents is None:
            raise web.HTTPNotFound
        if "watch" not in request.query:
            return web.json_response({"metadata": {"resourceVersion": "1"}, "items": self.documents})
        answer = web.StreamResponse()
        await answer.prepare(request)
        await self.changed.wait()
        return answer

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        app = web.Application()
        app.router.add_get("/api", self.core)
        app.router.add_get("/api/v1", self.core)
        app.router.add_get("/apis", self.groups)
        app.router.add_get(f"/apis/{API_VERSION}", self.kinds)
        app.router.add_get(f"/apis/{API_VERSION}/namespaces/here/guildconfigs", self.guilds)
        runner = web.AppRunner(app, shutdown_timeout=0)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        self.changed.set()
        await runner.cleanup()


async def test_documents_are_seen_whenever_their_definition_comes_and_after_it_was_gone() -> None:
    server, clock, seen = ApiServer(), FakeClock(), []

    def see(_: str | None, obj: Mapping[str, Any]) -> None:
        seen.append(obj["metadata"]["name"])

    async def told(name: str) -> bool:
        await clock.advance(1)
        return name in seen

    async with server.serving() as url:
        watch = asyncio.create_task(Watch(Configuration(host=url), "here", see, clock).run())
        await eventually(lambda: server.asked > 0)
        server.documents = [resource(OAK, 1, {}, {})]
        await eventually(lambda: told(OAK), 60)
        server.documents = None
        server.changed.set()
        server.changed = asyncio.Event()
        asked = server.asked
        await eventually(lambda: clock.sleeping > 0, 60)
        assert server.asked == asked
        server.documents = [resource(ELM, 1, {}, {})]
        await eventually(lambda: told(ELM), 60)
        watch.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watch
