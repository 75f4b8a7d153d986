"""Rate limits: 50 requests a second for the whole bot, and a bucket per route and channel, guild or webhook.

Discord publishes no numbers for its buckets; these are what bots see. Interaction callbacks are in no limit.
"""

import hashlib
import re
from collections import deque

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Middleware, Receive, Scope, Send

from guildwright.playground.clock import Clock
from guildwright.playground.playground import Playground

PER_SECOND = 50
_RULES = (
    (re.compile(r"POST /channels/\d+/messages"), 5, 5.0),
    (re.compile(r"PATCH /channels/\d+/messages/\d+"), 5, 5.0),
    (re.compile(r"DELETE /channels/\d+/messages/\d+"), 5, 1.0),
    (re.compile(r"(?:POST|PATCH|DELETE) /webhooks/\d+/[^/]+(?:/messages/.+)?"), 5, 2.0),
)
_USUAL = (50, 1.0)
_MAJOR = re.compile(r"/(channels|guilds|webhooks)/(\d+)(?:/([A-Za-z0-9_-]{30,}))?")
_CALLBACK = re.compile(r"/interactions/\d+/[^/]+/callback")


class Window:
    """How often something happened lately."""

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self._hits: deque[float] = deque()

    def hit(self, now: float) -> float:
        """Count it, or return how many seconds are to wait first."""
        self._forget(now)
        if len(self._hits) >= self.limit:
            return self._hits[0] + self.seconds - now
        self._hits.append(now)
        return 0.0

    def _forget(self, now: float) -> None:
        while self._hits and self._hits[0] <= now - self.seconds:
            self._hits.popleft()

    def left(self, now: float) -> tuple[int, float]:
        """How many more, and the seconds until all are free again."""
        self._forget(now)
        reset = self._hits[-1] + self.seconds - now if self._hits else 0.0
        return self.limit - len(self._hits), reset


class Limits:
    """Every window of this playground."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._whole = Window(PER_SECOND, 1.0)
        self._buckets: dict[str, Window] = {}

    def take(self, method: str, path: str, *, bot: bool) -> tuple[float, bool, list[tuple[bytes, bytes]]]:
        """Seconds to wait (0: go on), whether it is the whole bot's limit, and the headers that say so."""
        now = self._clock.monotonic()
        if bot and not path.startswith("/webhooks/"):
            wait = self._whole.hit(now)
            if wait:
                return wait, True, [(b"x-ratelimit-global", b"true"), (b"x-ratelimit-scope", b"global")]
        limit, seconds = next(((n, s) for rule, n, s in _RULES if rule.fullmatch(f"{method} {path}")), _USUAL)
        name = bucket_of(method, path)
        major = _MAJOR.match(path)
        key = f"{name}:{major[0] if major else ''}"
        window = self._buckets.setdefault(key, Window(limit, seconds))
        wait = window.hit(now)
        left, reset = window.left(now)
        headers = headers_of(name, (limit, left), reset, self._clock)
        return wait, False, [*headers, (b"x-ratelimit-scope", b"user")] if wait else headers


def bucket_of(method: str, path: str) -> str:
    """The name of a route's bucket, the same for all its channels or guilds."""
    template = re.sub(r"/\d+", "/{}", _MAJOR.sub(r"/\1", path))
    return hashlib.md5(f"{method} {template}".encode(), usedforsecurity=False).hexdigest()


def headers_of(bucket: str, limit: tuple[int, int], reset: float, clock: Clock) -> list[tuple[bytes, bytes]]:
    """The headers of a bucket with its limit and what is left of it, free again in `reset` seconds."""
    texts = {
        "limit": str(limit[0]),
        "remaining": str(limit[1]),
        "reset-after": f"{reset:.3f}",
        "reset": f"{clock.now().timestamp() + reset:.3f}",
        "bucket": bucket,
    }
    return [(f"x-ratelimit-{key}".encode(), text.encode()) for key, text in texts.items()]


def rate_limits(play: Playground, prefix: str) -> Middleware:
    """An ASGI middleware for the REST API. A function, since Litestar copies objects deeply for every route."""
    limits = Limits(play.clock)

    def middleware(app: ASGIApp) -> ASGIApp:
        async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
            path = scope["path"].removeprefix(prefix)
            if scope["type"] == ScopeType.HTTP and not _CALLBACK.fullmatch(path):
                await _limited(limits, path, app, (scope, receive, send))
            else:
                await app(scope, receive, send)

        return wrapped

    return middleware


async def _limited(limits: Limits, path: str, app: ASGIApp, request: tuple[HTTPScope, Receive, Send]) -> None:
    scope, receive, send = request
    bot = any(name == b"authorization" for name, _ in scope["headers"])
    wait, whole, headers = limits.take(scope["method"], path, bot=bot)

    async def speak(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *headers]
        await send(message)

    if wait:
        await _read(receive)
        await _refuse(wait, speak, whole=whole)
    else:
        await app(scope, receive, speak)


async def _read(receive: Receive) -> None:
    """Take the whole body in, so that the record of a refused request is whole too."""
    while (message := await receive())["type"] == "http.request" and message["more_body"]:
        pass


async def _refuse(wait: float, send: Send, *, whole: bool) -> None:
    body = {"message": "You are being rate limited.", "retry_after": round(wait, 3), "global": whole, "code": 0}
    headers = [(b"content-type", b"application/json"), (b"retry-after", str(int(wait) + 1).encode())]
    await send({"type": "http.response.start", "status": 429, "headers": headers})
    await send({"type": "http.response.body", "body": msgspec.json.encode(body), "more_body": False})
