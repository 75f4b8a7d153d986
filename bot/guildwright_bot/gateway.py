"""How we use hikari: which intents, what is cached, and the corrections that hikari needs."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import override

import hikari
import structlog
from hikari.impl import CacheComponents, CacheSettings, GatewayBot, GatewayShardImpl
from hikari.impl import shard as shard_impl

from guildwright.platform.settings import Settings

_log = structlog.get_logger("guildwright.gateway")

_PRIVILEGED = {
    hikari.Intents.MESSAGE_CONTENT: ("intents_message_content", "Message Content Intent"),
    hikari.Intents.GUILD_MEMBERS: ("intents_members", "Server Members Intent"),
    hikari.Intents.GUILD_PRESENCES: ("intents_presences", "Presence Intent"),
}
DISALLOWED_INTENTS = 4014
LONGEST_BACKOFF = 5.0


def intents_of(settings: Settings) -> hikari.Intents:
    """What we ask Discord to tell us; privileged intents only where the host switched them on."""
    intents = hikari.Intents.GUILDS | hikari.Intents.GUILD_MESSAGES
    for intent, (setting, _) in _PRIVILEGED.items():
        if getattr(settings, setting):
            intents |= intent
    return intents


def without_privileged(intents: hikari.Intents) -> hikari.Intents:
    """The intents that every application has."""
    for intent in _PRIVILEGED:
        intents &= ~intent
    return intents


def portal_switches(intents: hikari.Intents) -> list[str]:
    """The switches of the developer portal that these intents need."""
    return [switch for intent, (_, switch) in _PRIVILEGED.items() if intent & intents]


def build(
    settings: Settings, token: str, intents: hikari.Intents, may_identify: Callable[[], Awaitable[None]]
) -> "Bot":
    """A bot that caches what the guard needs, and no members but itself.

    `may_identify` returns when one more session may be started; it is asked before every one but the first.
    """
    cache = (
        CacheComponents.GUILDS
        | CacheComponents.GUILD_CHANNELS
        | CacheComponents.ROLES
        | CacheComponents.MEMBERS
        | CacheComponents.ME
    )
    bot = Bot(
        token,
        banner=None,
        logs=None,
        suppress_optimization_warning=True,
        auto_chunk_members=False,
        cache_settings=CacheSettings(components=cache, only_my_member=True),
        intents=intents,
        max_retries=0,
        rest_url=settings.discord_api,
    )
    bot.may_identify = may_identify
    return bot


# hikari counts the failures of a shard's whole life and would wait a minute after the fourth, however long it was well
# in between. Discord asks for 1 to 5 seconds; what protects the day's sessions is `may_identify`.
shard_impl._BACKOFF_CAP = LONGEST_BACKOFF  # type: ignore[misc]  # noqa: SLF001  hikari has no setting for it


class Shard(GatewayShardImpl):
    """hikari's shard, but for two things.

    It knows who it is also between a reconnect and RESUMED: hikari's own raises then, and its event manager swallows
    that, so that a GUILD_CREATE replayed by a RESUME would be lost. And it asks before it starts another session.
    """

    __slots__ = ("begun", "may_identify")

    may_identify: Callable[[], Awaitable[None]]
    begun: bool

    @override
    async def _connect(self) -> tuple[asyncio.Task[None], ...]:
        if self._seq is None and self.begun:
            await self.may_identify()
        self.begun = True
        return await super()._connect()

    @override
    def get_user_id(self) -> hikari.Snowflake:
        """The bot's own id, from the first READY on."""
        if self._user_id is None:
            return super().get_user_id()
        return self._user_id


class Bot(GatewayBot):
    """hikari's bot with our shards: the class of a shard is hard-coded in it."""

    __slots__ = ("may_identify",)

    may_identify: Callable[[], Awaitable[None]]

    @override
    async def _start_one_shard(self, **asked: object) -> None:
        options = {("initial_is_afk" if name == "afk" else name): value for name, value in asked.items()}
        for name in ("activity", "idle_since", "status"):
            options[f"initial_{name}"] = options.pop(name)
        shard = Shard(
            http_settings=self._http_settings,
            proxy_settings=self._proxy_settings,
            event_manager=self._event_manager,
            event_factory=self._event_factory,
            intents=self._intents,
            capabilities=self._capabilities,
            dumps=self._dumps,
            loads=self._loads,
            token=self._token,
            **options,  # type: ignore[arg-type]
        )
        shard.may_identify, shard.begun = self.may_identify, False
        await shard.start()
        if not shard.is_alive:
            raise RuntimeError(f"shard {shard.id} shut down immediately when starting")
        self._shards[shard.id] = shard
