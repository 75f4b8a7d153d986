"""Sends one request: counted, within the limits, repeated only where that is harmless, and with our errors."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

import aiohttp
import hikari
import structlog

from guildwright.platform import metrics
from guildwright.platform.clock import Clock
from guildwright.platform.discord.brakes import Brakes
from guildwright.platform.discord.errors import DiscordRefused, DiscordUnauthorized, DiscordUnavailable

_TRIES = 3
_INVALID = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS)

_log = structlog.get_logger("guildwright.discord")


class Caller:
    """What every request of one process goes through."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._brakes = Brakes(clock)
        self._refused_token = False

    async def call[T](self, route: str, send: Callable[[], Awaitable[T]], *, repeatable: bool) -> T:
        """Send one request, counted, within the limits, and with our errors.

        Args:
            route: For metrics and messages, without ids: `GET /guilds/{}`.
            send: Makes the request, such as `lambda: client.rest.fetch_guild(1)`.
            repeatable: Whether sending it twice does no harm. It is then tried again at once when its answer is lost.
        """
        tries = _TRIES if repeatable else 1
        for trial in range(1, tries + 1):
            try:
                return await self._once(route, send)
            except DiscordUnauthorized:
                raise
            except DiscordUnavailable as error:
                if trial == tries or error.retry_after is not None:
                    raise
                await self._clock.sleep(0.2 * trial)
        raise AssertionError("unreachable")

    async def _once[T](self, route: str, send: Callable[[], Awaitable[T]]) -> T:
        self.check_token()
        if wait := self._brakes.wait_seconds():
            raise DiscordUnavailable("too many refused requests in ten minutes", retry_after=wait)
        await self._brakes.take_turn()
        began = self._clock.monotonic()
        status = 0
        try:
            answer = await send()
        except (hikari.HTTPError, aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            status = int(getattr(error, "status", 0))
            raise self._translate(route, status, error) from error
        else:
            status = 200
            return answer
        finally:
            metrics.REST_CALLS.labels(route, str(status)).inc()
            metrics.REST_SECONDS.labels(route).observe(self._clock.monotonic() - began)

    def check_token(self) -> None:
        """Raise `DiscordUnauthorized` once Discord has refused the token."""
        if self._refused_token:
            raise DiscordUnauthorized("Discord refused the token; set another DISCORD_TOKEN and restart")

    def _translate(self, route: str, status: int, error: Exception) -> Exception:
        if status in _INVALID:
            self._brakes.count_invalid()
        if status == HTTPStatus.UNAUTHORIZED:
            self._refused_token = True
            _log.error("Discord refused the token; nothing is sent any more until it is replaced", route=route)
            return DiscordUnauthorized(f"{route}: Discord refused the token")
        if isinstance(error, hikari.RateLimitTooLongError):
            self._brakes.count_invalid()
            return DiscordUnavailable(f"{route}: rate limited", retry_after=error.retry_after)
        if isinstance(error, hikari.HTTPResponseError) and 400 <= status < 500 and status != 429:  # noqa: PLR2004
            return DiscordRefused(int(error.code), status, error.message or str(error.raw_body)[:200], route)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            return DiscordUnavailable(f"{route}: rate limited", retry_after=60.0)
        return DiscordUnavailable(f"{route}: {f'status {status}' if status else 'no answer'} ({error})")
