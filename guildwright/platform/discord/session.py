"""Where every HTTP request of ours leaves, hikari's repetitions after a 429 included: asked for, and told of.

hikari keeps buckets too, but of one process, and it forgets what others spend. Its own are switched off.
"""

import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, cast

import aiohttp
from hikari.impl import RESTBucketManager, RESTClientImpl

from guildwright.platform.discord.limiter import Limiter
from guildwright.platform.discord.limits import Answer, Ask

_MAJOR = ("channels", "guilds", "webhooks")
# What follows these in a path is no word of the route.
_NAMED = ("reactions", "invites", "templates")
_TOKENS = ("webhooks", "interactions")  # their third segment
_TOO_MANY = 429
_FORBIDDEN = 403
_MISSING_ACCESS, _MISSING_PERMISSIONS = 50001, 50013
_MESSAGE = "POST /channels/{}/messages"
_UNNAMED_WAIT = 60.0  # seconds, of a 429 that names none (somebody between us and Discord)


def limit(rest: RESTClientImpl, limiter: Limiter, base: str, longest_wait: float) -> None:
    """Let everything that this client sends pass by the limiter."""
    # hikari has no public way to watch its requests; its version is pinned, and tests see that this works.
    session: Any = _Session(cast("aiohttp.ClientSession", rest._client_session), limiter, base)  # noqa: SLF001
    rest._client_session = session  # noqa: SLF001
    rest._bucket_manager = _NoBuckets(longest_wait)  # noqa: SLF001


class _NoBuckets(RESTBucketManager):
    def acquire_bucket(self, *_: object, **__: object) -> AbstractAsyncContextManager[None]:
        return contextlib.nullcontext()

    def update_rate_limits(self, *_: object, **__: object) -> None: ...

    def throttle(self, *_: object, **__: object) -> None: ...


class _Session:
    """The one method of a client session that hikari's client uses."""

    def __init__(self, session: aiohttp.ClientSession, limiter: Limiter, base: str) -> None:
        self._session = session
        self._limiter = limiter
        self._base = base.rstrip("/")

    @contextlib.asynccontextmanager
    async def request(self, method: str, url: str, **options: Any) -> AsyncIterator[aiohttp.ClientResponse]:  # noqa: ANN401
        ask = ask_of(method, url.removeprefix(self._base))
        permit = await self._limiter.take(ask)
        answer = Answer()
        try:
            async with self._session.request(method, url, **options) as response:
                with_files = isinstance(options.get("data"), aiohttp.FormData)
                answer = await answer_of(response, ask, with_files=with_files)
                self._limiter.done(permit, answer)
                yield response
        finally:
            if not answer.status:
                self._limiter.done(permit, answer)


def ask_of(method: str, path: str) -> Ask:
    """What a request of this path asks for: `/channels/1/messages/2` is of the route `/channels/{}/messages/{}`."""
    parts = path.partition("?")[0].strip("/").split("/")
    words: list[str] = []
    for place, part in enumerate(parts):
        before = parts[place - 1] if place else ""
        is_token = place == 2 and parts[0] in _TOKENS  # noqa: PLR2004  the third
        words.append("{}" if part.isdigit() or before in _NAMED or is_token else part)
    token = len(parts) > 2 and parts[0] in _TOKENS  # noqa: PLR2004  the third
    major = "/".join(parts[: 3 if token else 2]) if parts[0] in _MAJOR and len(parts) > 1 else ""
    return Ask(f"{method} /{'/'.join(words)}", major, counted=not token)


async def answer_of(response: aiohttp.ClientResponse, ask: Ask, *, with_files: bool = False) -> Answer:
    """What the limiter learns from a response to what asked for that; `with_files`: there were attachments."""
    headers = response.headers
    retry_after, scope = 0.0, headers.get("X-RateLimit-Scope", "")
    if response.status == _TOO_MANY:
        retry_after = _number(headers, "Retry-After", _UNNAMED_WAIT)
        with contextlib.suppress(ValueError, aiohttp.ClientError):
            body = await response.json()  # to the millisecond; hikari reads the same again from memory
            retry_after = float(body.get("retry_after", retry_after))
            scope = "global" if body.get("global") else scope
    return Answer(
        status=response.status,
        bucket=headers.get("X-RateLimit-Bucket", ""),
        limit=int(_number(headers, "X-RateLimit-Limit", 1)),
        remaining=int(_number(headers, "X-RateLimit-Remaining", 1)),
        reset_after=_number(headers, "X-RateLimit-Reset-After", 0),
        retry_after=retry_after,
        scope=scope,
        closed=await _closed(response, ask, with_files) if response.status == _FORBIDDEN else 0,
    )


async def _closed(response: aiohttp.ClientResponse, ask: Ask, with_files: bool) -> int:
    """Discord's code, when it refused us the place and not this request; else 0.

    "Missing Access" is said of a channel or a guild, whatever is asked there. "Missing Permissions" mostly depends on
    the request: on whose role it is, on what is changed. Of a message without attachments it says that we may write
    none.
    """
    if not (ask.counted and ask.major):
        return 0
    with contextlib.suppress(ValueError, AttributeError, aiohttp.ClientError):
        code = (await response.json()).get("code")  # hikari reads the same again from memory
        if code == _MISSING_ACCESS or (code == _MISSING_PERMISSIONS and ask.route == _MESSAGE and not with_files):
            return int(code)
    return 0


def _number(headers: Mapping[str, str], name: str, otherwise: float) -> float:
    try:
        return float(headers.get(name, otherwise))
    except ValueError:
        return otherwise
