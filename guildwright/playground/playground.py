"""The local Discord as one object: state, rules, sessions, listeners. Edges get it passed in."""

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from guildwright.playground import render
from guildwright.playground.bits import Intent
from guildwright.playground.clock import AdjustableClock, Clock
from guildwright.playground.connections import Connections
from guildwright.playground.faults import Faults
from guildwright.playground.feed import Feed
from guildwright.playground.gateway.hub import Hub
from guildwright.playground.gateway.session import Dispatch
from guildwright.playground.ids import Snowflakes
from guildwright.playground.permissions import Permissions
from guildwright.playground.recorder import Recorder
from guildwright.playground.records import Application, Json, User
from guildwright.playground.rest.buckets import Limits, Settings
from guildwright.playground.seed import seed
from guildwright.playground.store import Store
from guildwright.playground.waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import Callable

    from guildwright.playground.gateway.line import Line


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How this playground runs."""

    file: Path | None = None
    record: Path | None = None
    processes_file: Path | None = None
    rate_limits: bool = True
    host: str = "127.0.0.1"
    hosts: tuple[str, ...] = ()
    token: str | None = None
    """The bot's at the first start, for who must know it beforehand."""


class Playground:
    """Everything that the REST API, the gateway and the control API share."""

    def __init__(self, options: Options, clock: Clock | None = None) -> None:
        self.options = options
        self.on_close: list[Callable[[], None]] = []
        self.store = Store(options.file)
        self.memory = self.store.memory
        self.clock = clock or AdjustableClock(self.memory.clock_settings.get("clock"))
        self.ids = Snowflakes(self.clock, self.memory.largest_id)
        if not self.memory.applications:
            seed(self.store, self.ids, self.clock, options.token)
        if not self.application.client_secret:
            self._make_client_secret()
        self.permissions = Permissions(self.memory, self.clock)
        self.hub = Hub(self.store, self.clock)
        self.on_close.append(self.hub.close)
        self.feed = Feed()
        self.waiting = Waiting()
        self.recorder = Recorder(self.clock, options.record)
        self.faults = Faults(self.memory)
        self.connections = Connections()
        self.lines: dict[object, Line] = {}  # by the wire that speaks over them
        self.limits = Limits(self.clock, Settings(on=options.rate_limits))

    def _make_client_secret(self) -> None:
        """For data of a playground that had no OAuth2."""
        with self.store.change() as change:
            change.put(msgspec.structs.replace(self.application, client_secret=secrets.token_urlsafe(24)))

    @property
    def application(self) -> Application:
        """The one bot application."""
        return self.memory.application

    @property
    def bot(self) -> User:
        """The application's bot user."""
        return self.memory.users[self.application.id]

    def tell(self, name: str, guild_id: int, data: Json, intents: Intent = Intent.GUILDS) -> None:
        """Send a guild's event, if the bot is in the guild."""
        if self.memory.member(guild_id, self.application.id):
            self.hub.dispatch(Dispatch(name=name, data=lambda _: data, intents=intents, guild_id=guild_id))

    def announce_bot(self) -> None:
        """Tell watchers that the bot came, went or changed its presence."""
        connected = sum(session.wire is not None for session in self.hub.sessions.values())
        self.feed.publish("bot", {"user": render.user(self.bot), "connected_shards": connected})

    def close(self) -> None:
        """Let go of files and listeners."""
        for stop in self.on_close:
            stop()
        self.feed.close()
        self.recorder.close()
        self.store.close()
