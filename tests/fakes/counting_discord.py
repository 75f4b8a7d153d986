"""A Discord that counts: when each request arrived, and how many were one too many, of a bucket or of its bot."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from tests.fakes.discord_rest import message, served, user

LIMIT, WINDOW = 5, 1.0  # of a channel's messages


class CountingDiscord:
    """`arrived` has the moment of each request, `refused` that of each 429."""

    def __init__(self) -> None:
        self.arrived: list[float] = []
        self.refused: list[float] = []
        self.status = 200  # what it answers to all but messages
        self.closed: dict[str, int] = {}  # channels that we may not write to, and the code that says so
        self.url = ""
        self._windows: dict[str, tuple[float, int]] = {}

    async def handle(self, request: web.Request) -> web.Response:
        """Every request."""
        now = time.monotonic()
        self.arrived.append(now)
        if request.method == "POST":
            return self._post(request.path, now)
        if self.status != 200:
            return web.json_response({"message": "no", "code": 0}, status=self.status)
        return web.json_response(user() | {"mfa_enabled": False, "locale": "en-US", "flags": 0, "verified": True})

    def _post(self, path: str, now: float) -> web.Response:
        began, used = self._windows.get(path, (now, 0))
        if now >= began + WINDOW:
            began, used = now, 0
        used += 1
        self._windows[path] = (began, used)
        after = began + WINDOW - now
        headers = {
            "X-RateLimit-Bucket": "messages",
            "X-RateLimit-Limit": str(LIMIT),
            "X-RateLimit-Remaining": str(max(0, LIMIT - used)),
            "X-RateLimit-Reset": "0",
            "X-RateLimit-Reset-After": f"{after:.3f}",
        }
        if used > LIMIT:
            self.refused.append(now)
            body = {"message": "slow", "retry_after": after, "global": False}
            return web.json_response(body, status=429, headers=headers | {"X-RateLimit-Scope": "user"})
        if code := self.closed.get(path.split("/")[2]):
            return web.json_response({"message": "Missing", "code": code}, status=403, headers=headers)
        return web.json_response(message(str(len(self.arrived)), path.split("/")[2]), headers=headers)

    def busiest(self) -> int:
        """How many requests arrived in the busiest second, wherever it began."""
        first = most = 0
        for last, moment in enumerate(self.arrived):
            while self.arrived[first] <= moment - 1.0:
                first += 1
            most = max(most, last - first + 1)
        return most


@asynccontextmanager
async def counting_discord() -> AsyncIterator[CountingDiscord]:
    """Run one for the length of an `async with`."""
    fake = CountingDiscord()
    async with served(fake.handle) as fake.url:
        yield fake
