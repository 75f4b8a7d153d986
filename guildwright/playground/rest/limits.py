"""Rate limits around the REST API: headers on every answer, 429 for what is too much, and the ban at the door.

Interaction callbacks are in no limit.
"""

import re
from math import ceil

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from guildwright.playground.playground import Playground
from guildwright.playground.rest.buckets import Limits

_CALLBACK = re.compile(r"/interactions/\d+/[^/]+/callback")
_COUNTS_AS_REFUSED = {401, 403, 429}
_BLOCKED = (
    "You are being blocked from accessing our API temporarily due to exceeding our rate limits frequently. "
    "Please read our docs at https://discord.com/developers/docs/topics/rate-limits to prevent this moving forward."
)
# Clients take an answer without it for one of the network in front of Discord.
_VIA = (b"via", b"1.1 google")


def rate_limits(play: Playground, prefix: str, app: ASGIApp) -> ASGIApp:
    """The application, limited under the prefix."""

    async def limited(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and scope["path"].startswith(prefix) and play.limits.settings.on:
            await _Request(play.limits, scope, scope["path"].removeprefix(prefix), send).pass_on(app, receive)
        else:
            await app(scope, receive, send)

    return limited


class _Request:
    """One request on its way in, and its answer on its way out."""

    def __init__(self, limits: Limits, scope: HTTPScope, path: str, send: Send) -> None:
        self._limits = limits
        self._scope = scope
        self._path = path
        self._send = send
        self._address = scope["client"][0] if scope["client"] else ""
        self._headers = [_VIA]

    async def pass_on(self, app: ASGIApp, receive: Receive) -> None:
        """To the application, unless it is too much."""
        banned = self._limits.banned(self._address)
        if banned:
            await _read(receive)
            body = {"message": _BLOCKED, "retry_after": round(banned, 3), "global": True, "code": 0}
            await _refuse(body, banned, self._send)
            return
        if not _CALLBACK.fullmatch(self._path):
            bot = any(name == b"authorization" for name, _ in self._scope["headers"])
            verdict = self._limits.take(self._scope["method"], self._path, bot=bot)
            self._headers += verdict.headers
            if verdict.wait:
                await _read(receive)
                wait = round(verdict.wait, 3)
                words = "You are being rate limited."
                body = {"message": words, "retry_after": wait, "global": verdict.whole, "code": 0}
                await _refuse(body, wait, self._speak)
                return
        await app(self._scope, receive, self._speak)

    async def _speak(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if message["status"] in _COUNTS_AS_REFUSED:
                self._limits.refuse(self._address)
            message["headers"] = [*message["headers"], *self._headers]
        await self._send(message)


async def _read(receive: Receive) -> None:
    """Take the whole body in, so that the record of a refused request is whole too."""
    while (message := await receive())["type"] == "http.request" and message["more_body"]:
        pass


async def _refuse(body: dict[str, object], wait: float, send: Send) -> None:
    headers = [(b"content-type", b"application/json"), (b"retry-after", str(ceil(wait)).encode())]
    await send({"type": "http.response.start", "status": 429, "headers": headers})
    await send({"type": "http.response.body", "body": msgspec.json.encode(body), "more_body": False})
