"""Sends one request: counted, repeated only where that is harmless, and with our errors."""

import json
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import aiohttp
import hikari

from guildwright.platform import metrics
from guildwright.platform.clock import Clock
from guildwright.platform.discord.errors import DiscordRefused, DiscordUnauthorized, DiscordUnavailable

_TRIES = 3
_REPEAT_WITHIN = 30.0  # seconds; a nonce does not last much longer
# No usable answer. Not ValueError as a whole: by that hikari refuses arguments, and no retry mends them.
_LOST = (hikari.HTTPError, aiohttp.ClientError, OSError, json.JSONDecodeError, UnicodeDecodeError)


class Caller:
    """What every request of one process goes through; `session` keeps it within the limits."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def call[T](self, route: str, send: Callable[[], Awaitable[T]], *, repeatable: bool) -> T:
        """Send one request, counted, and with our errors.

        Args:
            route: For metrics and messages, without ids: `GET /guilds/{}`.
            send: Makes the request, such as `lambda: client.rest.fetch_guild(1)`.
            repeatable: Whether sending it twice does no harm. It is then tried again at once when its answer is lost.
        """
        tries = _TRIES if repeatable else 1
        began, nothing_done = self._clock.monotonic(), True
        for trial in range(1, tries + 1):
            try:
                return await self._once(route, send)
            except DiscordUnavailable as error:
                # What one of several tries may have done is not undone by another that surely did nothing.
                error.nothing_done = nothing_done = nothing_done and error.nothing_done
                known = isinstance(error, DiscordUnauthorized) or error.retry_after is not None
                if trial == tries or known or self._clock.monotonic() - began > _REPEAT_WITHIN:
                    raise
                await self._clock.sleep(0.2 * trial)
            except DiscordRefused as refused:
                refused.nothing_done = nothing_done
                raise
        raise AssertionError("unreachable")

    async def _once[T](self, route: str, send: Callable[[], Awaitable[T]]) -> T:
        began = self._clock.monotonic()
        status = 0
        try:
            answer = await send()
        except (DiscordUnavailable, *_LOST) as error:
            status = int(getattr(error, "status", 0))
            raise _translate(route, status, error) from error
        else:
            status = 200
            return answer
        finally:
            metrics.REST_CALLS.labels(route, str(status)).inc()
            metrics.REST_SECONDS.labels(route).observe(self._clock.monotonic() - began)


def _translate(route: str, status: int, error: Exception) -> Exception:
    if isinstance(error, DiscordUnavailable):  # the limiter's
        return error
    if status == HTTPStatus.UNAUTHORIZED:
        return DiscordUnauthorized(f"{route}: Discord refused the token", nothing_done=True)
    if isinstance(error, hikari.RateLimitTooLongError):
        return DiscordUnavailable(f"{route}: rate limited", retry_after=error.retry_after, nothing_done=True)
    if isinstance(error, hikari.HTTPResponseError) and 400 <= status < 500 and status != 429:  # noqa: PLR2004
        return DiscordRefused(int(error.code), status, error.message or str(error.raw_body)[:200], route)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return DiscordUnavailable(f"{route}: rate limited", retry_after=60.0, nothing_done=True)
    said = f"status {status}" if status else "no answer"
    unsent = isinstance(error.__cause__, aiohttp.ClientConnectorError)
    return DiscordUnavailable(f"{route}: {said} ({error})", nothing_done=unsent)
