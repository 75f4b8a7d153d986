"""The one way to Discord's REST API with the bot's token.

hikari's own retries are off: when an answer is lost it would repeat a create up to four times. Here a request is
repeated only where that is harmless, and every message that a job creates carries a nonce.
"""

import asyncio
import base64
import binascii
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from http import HTTPStatus
from socket import gethostname
from typing import TYPE_CHECKING, Any

import hikari
from hikari.impl import HTTPSettings, HTTPTimeoutSettings, RESTApp, RESTClientImpl
from redis.asyncio import Redis

from guildwright.platform.clock import Clock
from guildwright.platform.discord import once, session
from guildwright.platform.discord.caller import Caller
from guildwright.platform.discord.errors import DiscordRefused, DiscordUnauthorized, DiscordUnavailable
from guildwright.platform.discord.limiter import LONGEST_WAIT, Limiter
from guildwright.platform.jobs.run import Tried

if TYPE_CHECKING:
    from guildwright.platform.settings import Settings

__all__ = ["DiscordClient", "DiscordRefused", "DiscordUnauthorized", "DiscordUnavailable", "application_id_of"]

_TIMEOUT_SECONDS = 15.0
_PEACE_SECONDS = 2.0
# Any other 404 (an unknown guild, a proxy's page) says nothing about the member.
_NO_SUCH_MEMBER = (10007, 10013)


def application_id_of(token: str) -> int:
    """The application that a bot token belongs to: its first segment is the snowflake in base64.

    Raises:
        ValueError: when it is no bot token.
    """
    head = token.split(".", 1)[0]
    try:
        return int(base64.b64decode(head + "=" * (-len(head) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        raise ValueError("DISCORD_TOKEN is no bot token: copy it from the portal's Bot page") from None


class DiscordClient:
    """hikari's REST client with our rules on retries, limits and errors.

    Every method raises `DiscordRefused` (permanent), `DiscordUnavailable` (try again later) or `DiscordUnauthorized`
    (the token is wrong; nothing is sent any more).
    """

    def __init__(self, settings: "Settings", clock: Clock, redis: Redis | None = None) -> None:
        """Without `redis` it keeps to Discord's limits by itself, as if there were no other process."""
        if settings.discord_token is None:
            raise ValueError("DISCORD_TOKEN is not set: copy it from the developer portal, or run `guildwright up`")
        token = settings.discord_token.get_secret_value()
        self.application_id = application_id_of(token)
        self._token = token
        self._url = settings.discord_api
        self._clock = clock
        self._caller = Caller(clock)
        self._limiter = Limiter(clock, token, redis, f"{gethostname()}:{os.getpid()}:{time.monotonic_ns()}")
        self._asking = asyncio.Lock()
        self._ask_again = 0.0
        self._app: RESTApp | None = None
        self._rest: RESTClientImpl | None = None
        self._me: hikari.OwnUser | None = None

    async def start(self) -> None:
        """Get ready; nothing is sent yet."""
        timeouts = HTTPTimeoutSettings(total=_TIMEOUT_SECONDS, acquire_and_connect=5.0, request_socket_connect=5.0)
        self._app = RESTApp(
            url=self._url,
            max_retries=0,
            max_rate_limit=LONGEST_WAIT,
            http_settings=HTTPSettings(timeouts=timeouts),
        )
        await self._app.start()
        self._rest = self._app.acquire(self._token, hikari.TokenType.BOT)
        self._rest.start()
        session.limit(self._rest, self._limiter, self._url, LONGEST_WAIT)
        self._limiter.start()

    async def stop(self) -> None:
        """Close the connections."""
        await self._limiter.stop()
        if self._rest is not None:
            await self._rest.close()
        if self._app is not None:
            await self._app.close()
        self._rest = self._app = None

    @property
    def rest(self) -> RESTClientImpl:
        """The client of hikari, to be used inside `call`."""
        if self._rest is None:
            raise RuntimeError("the Discord client is not started")
        return self._rest

    async def me(self) -> hikari.OwnUser:
        """The bot's own user, asked for once. Raises while the token is known to be refused.

        A readiness probe may ask this many times a second, so after a failure Discord is left in peace for a while.
        """
        self._limiter.check_token()
        async with self._asking:
            if self._me is not None:
                return self._me
            if self._clock.monotonic() < self._ask_again:
                raise DiscordUnavailable("Discord did not answer a moment ago")
            try:
                self._me = await self.call("GET /users/@me", self.rest.fetch_my_user, repeatable=True)
            except DiscordUnavailable:
                self._ask_again = self._clock.monotonic() + _PEACE_SECONDS
                raise
            return self._me

    async def call[T](self, route: str, send: Callable[[], Awaitable[T]], *, repeatable: bool) -> T:
        """Send a request that has no method here, with our limits and errors.

        Args:
            route: For metrics and messages, without ids: `GET /guilds/{}`.
            send: Makes the request, such as `lambda: client.rest.fetch_guild(1)`.
            repeatable: Whether sending it twice does no harm. It is then tried again at once when its answer is lost.
        """
        return await self._caller.call(route, send, repeatable=repeatable)

    async def send_message(  # noqa: PLR0913  Discord's own fields
        self,
        channel_id: int,
        *,
        nonce: str | None = None,
        content: str | None = None,
        embeds: Sequence[hikari.Embed] = (),
        components: Sequence[hikari.api.ComponentBuilder] = (),
        attachments: Sequence[hikari.Resourceish] = (),
        user_mentions: Sequence[int] | bool = False,
        role_mentions: Sequence[int] | bool = False,
        mentions_everyone: bool = False,
        reply_to: int | None = None,
        flags: int | hikari.MessageFlag = 0,
    ) -> hikari.Message:
        """Create a message; nobody is pinged unless said.

        Args:
            channel_id: Where.
            nonce: `run.nonce(effect)`: within a few minutes Discord answers a second one with the first message.
            content: The text.
            embeds: Up to 10.
            components: Rows of buttons and the like.
            attachments: Files, such as `hikari.Bytes(data, "proof.json")`.
            user_mentions: Whom `<@…>` in the text may ping; True: all.
            role_mentions: Which roles it may ping.
            mentions_everyone: Whether @everyone and @here ping.
            reply_to: A message to reply to; when it is gone the message is sent all the same.
            flags: Such as `hikari.MessageFlag.SUPPRESS_NOTIFICATIONS`.
        """
        try:
            return await self.call(
                "POST /channels/{}/messages",
                lambda: self.rest.create_message(
                    channel_id,
                    content if content is not None else hikari.UNDEFINED,
                    nonce=nonce or hikari.UNDEFINED,
                    embeds=list(embeds) or hikari.UNDEFINED,
                    components=list(components) or hikari.UNDEFINED,
                    attachments=list(attachments) or hikari.UNDEFINED,
                    user_mentions=user_mentions,
                    role_mentions=role_mentions,
                    mentions_everyone=mentions_everyone,
                    reply=reply_to or hikari.UNDEFINED,
                    reply_must_exist=False if reply_to else hikari.UNDEFINED,
                    flags=flags or hikari.UNDEFINED,
                ),
                repeatable=nonce is not None,
            )
        except (DiscordRefused, DiscordUnavailable) as error:
            error.nonce = nonce
            raise

    async def send_message_once(
        self,
        channel_id: int,
        *,
        nonce: str,
        marker: str | None,
        since: Tried | datetime | None,
        **message: Any,  # noqa: ANN401  those of send_message
    ) -> hikari.Message:
        """Create a message exactly once, over retries that may be hours apart: `once` states the rule.

        Args:
            channel_id: Where.
            nonce: `run.nonce(effect)`, which covers the first minute.
            marker: A custom_id that one of the message's components has, or begins with; it covers the rest. None:
                it has no component, and after the first minute it is sent only if nothing of ours says the same.
            since: `run.tried`: since when earlier runs may have sent it. None: this is the first try.
            message: The rest, as for `send_message`.

        Raises:
            Unknown: when nobody can tell whether it is there. The job becomes a dead letter, not a second message.
        """
        after = once.outlived(since, self._clock)
        found = await once.find(self, channel_id, marker, after, message) if after is not None else None
        return found or await self.send_message(channel_id, nonce=nonce, **message)

    async def find_message(self, channel_id: int, marker: str, after: datetime) -> hikari.Message | None:
        """Our own first message since `after` with a component whose custom_id is `marker` or begins with `marker:`.

        Looks at 1,000 messages. `after` is taken two minutes earlier, for clocks that disagree.

        Raises:
            Unknown: when it was not found and may be there all the same.
        """
        return await once.find(self, channel_id, marker, after, {})

    async def edit_message(
        self,
        channel_id: int,
        message_id: int,
        *,
        content: str | hikari.UndefinedType | None = hikari.UNDEFINED,
        embeds: Sequence[hikari.Embed] | hikari.UndefinedType = hikari.UNDEFINED,
        components: Sequence[hikari.api.ComponentBuilder] | hikari.UndefinedType = hikari.UNDEFINED,
    ) -> hikari.Message:
        """Edit one of our messages: what is not given stays. Pings nobody."""
        return await self.call(
            "PATCH /channels/{}/messages/{}",
            lambda: self.rest.edit_message(
                channel_id,
                message_id,
                content,
                embeds=embeds,
                components=components,
                user_mentions=False,
                role_mentions=False,
                mentions_everyone=False,
            ),
            repeatable=True,
        )

    async def delete_message(self, channel_id: int, message_id: int, *, reason: str | None = None) -> bool:
        """Delete a message. False when it is gone already."""
        return await self._unless_gone(
            "DELETE /channels/{}/messages/{}",
            lambda: self.rest.delete_message(channel_id, message_id, reason=reason or hikari.UNDEFINED),
        )

    async def add_role(self, guild_id: int, user_id: int, role_id: int, *, reason: str | None = None) -> None:
        """Give a member a role; having it already is fine."""
        await self.call(
            "PUT /guilds/{}/members/{}/roles/{}",
            lambda: self.rest.add_role_to_member(guild_id, user_id, role_id, reason=reason or hikari.UNDEFINED),
            repeatable=True,
        )

    async def remove_role(self, guild_id: int, user_id: int, role_id: int, *, reason: str | None = None) -> None:
        """Take a role from a member; not having it is fine."""
        await self.call(
            "DELETE /guilds/{}/members/{}/roles/{}",
            lambda: self.rest.remove_role_from_member(guild_id, user_id, role_id, reason=reason or hikari.UNDEFINED),
            repeatable=True,
        )

    async def fetch_member(self, guild_id: int, user_id: int) -> hikari.Member | None:
        """A member as Discord knows them now; None when they are not in the guild."""
        try:
            return await self.call(
                "GET /guilds/{}/members/{}", lambda: self.rest.fetch_member(guild_id, user_id), repeatable=True
            )
        except DiscordRefused as error:
            if error.code in _NO_SUCH_MEMBER:
                return None
            raise

    async def _unless_gone(self, route: str, send: Callable[[], Awaitable[None]]) -> bool:
        try:
            await self.call(route, send, repeatable=True)
        except DiscordRefused as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return False
            raise
        return True
