"""A Discord REST API just big enough to misbehave: answers are lost, late, refused or wrong, as a test says."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.fake.token-of-a-test-0000"  # noqa: S105  it begins with the id below, in base64
BOT_ID = "123456789012345678"

type Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def user(user_id: str = BOT_ID, name: str = "Guildwright") -> dict[str, Any]:
    """A user object."""
    return {"id": user_id, "username": name, "discriminator": "0", "global_name": None, "avatar": None, "bot": True}


class FakeDiscord:
    """Keeps messages, and answers the next requests as `next` says. `seen` lists (method, path, body)."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.seen: list[tuple[str, str, Any]] = []
        self.next: list[Answer] = []  # used up one by one; then it behaves
        self.hidden_history = False  # no permission to read it
        self._by_nonce: dict[str, dict[str, Any]] = {}
        self.url = ""

    def will_answer(self, status: int, body: dict[str, Any] | str) -> None:
        """Refuse the next request, without any effect, with JSON or with a page."""

        async def answer(_: web.Request) -> web.Response:
            if isinstance(body, str):
                return web.Response(text=body, content_type="text/html", status=status)
            return web.json_response(body, status=status)

        self.next.append(answer)

    def will_lose_the_answer(self) -> None:
        """Do what the next request asks, then hang up."""

        async def answer(request: web.Request) -> web.StreamResponse:
            await self._do(request)
            assert request.transport
            request.transport.abort()
            return web.Response()

        self.next.append(answer)

    def will_hang(self, seconds: float) -> None:
        """Do what the next request asks, and answer too late."""

        async def answer(request: web.Request) -> web.StreamResponse:
            response = await self._do(request)
            await asyncio.sleep(seconds)
            return response

        self.next.append(answer)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Every request."""
        assert request.headers["Authorization"] == f"Bot {TOKEN}"
        text = await request.text()
        self.seen.append((request.method, request.path, json.loads(text) if text else None))
        return await (self.next.pop(0)(request) if self.next else self._do(request))

    async def _do(self, request: web.Request) -> web.Response:
        if request.path == "/users/@me":
            return web.json_response(user() | {"mfa_enabled": False, "locale": "en-US", "flags": 0, "verified": True})
        if request.path.endswith("/messages") and request.method == "POST":
            return web.json_response(self._create(await request.json(), request.path.split("/")[2]))
        if request.path.endswith("/messages"):
            after = int(request.query.get("after", 0))
            shown = [] if self.hidden_history else self.messages  # as Discord does
            later = sorted((m for m in shown if int(m["id"]) > after), key=lambda m: int(m["id"]))
            return web.json_response(later[: int(request.query["limit"])][::-1])
        if request.method == "GET" and request.path.startswith("/channels/"):
            last = max((m["id"] for m in self.messages), key=int, default=None)
            return web.json_response({"id": request.path.split("/")[2], "type": 0, "last_message_id": last})
        if request.method in ("PUT", "DELETE"):
            return web.Response(status=204)
        return web.json_response({"message": "Unknown", "code": 10003}, status=404)

    def _create(self, body: dict[str, Any], channel_id: str) -> dict[str, Any]:
        nonce = body.get("nonce")
        if nonce and body.get("enforce_nonce") and nonce in self._by_nonce:
            return self._by_nonce[nonce]
        _number(body.get("components", []))
        # Newer than any moment that a test looks back to, as in years to come.
        made = message(str(2_000_000_000_000_000_000 + len(self.messages)), channel_id, **body)
        self.messages.append(made)
        if nonce:
            self._by_nonce[nonce] = made
        return made

    def forget_nonces(self) -> None:
        """As Discord does after a few minutes."""
        self._by_nonce.clear()


def message(message_id: str, channel_id: str = "1", **body: Any) -> dict[str, Any]:
    """A message object."""
    return {
        "id": message_id,
        "channel_id": channel_id,
        "author": body.get("author", user()),
        "content": body.get("content", ""),
        "timestamp": "2026-01-01T00:00:00+00:00",
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "components": body.get("components", []),
        "pinned": False,
        "flags": 0,
        "type": 0,
    }


def _number(components: list[dict[str, Any]], first: int = 1) -> int:
    """Give components their ids, as Discord does; the next free one."""
    for component in components:
        component["id"] = first
        first = _number(component.get("components", []), first + 1)
    return first


def button(custom_id: str) -> list[dict[str, Any]]:
    """Components: a row with one button."""
    claim = {"id": 2, "type": 2, "style": 1, "label": "Claim", "custom_id": custom_id}
    return [{"id": 1, "type": 1, "components": [claim]}]


@asynccontextmanager
async def fake_discord() -> AsyncIterator[FakeDiscord]:
    """Run one for the length of an `async with`."""
    fake = FakeDiscord()
    async with served(fake.handle) as fake.url:
        yield fake


@asynccontextmanager
async def served(handle: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    """Let it answer every request for the length of an `async with`; where."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
