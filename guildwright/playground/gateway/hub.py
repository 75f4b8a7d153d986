"""All sessions: who is connected, who may come back, and to whom an event goes."""

import asyncio
import secrets
from collections.abc import Coroutine
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from guildwright.playground.bits import Intent
from guildwright.playground.clock import Clock
from guildwright.playground.gateway.detours import Detours
from guildwright.playground.gateway.session import Dispatch, Session, Wire, signal
from guildwright.playground.records import Json
from guildwright.playground.store import Store
from guildwright.playground.tokens import token_for

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT_AFTER_LOSS = 300.0
IDENTIFY_INTERVAL = 5.0


class Hub:
    """Sessions in memory and on disk: after a restart of the playground they wait for their RESUME as usual."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._archive = store.archive
        self.sessions = {session.id: session for session in store.archive.sessions}
        for session in self.sessions.values():
            session.left_at = clock.monotonic()
        self._identified: dict[int, float] = {}
        self.detours = Detours(clock)
        self.outages: set[int] = set()  # guilds that are unavailable
        self._listed_at: dict[int, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.ended: Callable[[Session], None] = lambda _: None

    def dispatch(self, dispatch: Dispatch) -> int:
        """Tell every session that may hear it; returns how many did."""
        self._forget_the_lost()
        if dispatch.guild_id in self.outages:
            return 0
        told = 0
        encoded: dict[int, tuple[Json, bytes]] = {}
        for session in self.sessions.values():
            if session.hears(dispatch):
                data = dispatch.data(session)
                if id(data) not in encoded:
                    encoded[id(data)] = data, msgspec.json.encode(data)
                if self.detours.rules:
                    say = partial(session.tell, dispatch.name, encoded[id(data)][1])
                    self.detours.tell(session, dispatch, say)
                else:
                    session.tell(dispatch.name, encoded[id(data)][1])
                told += session.wire is not None
        return told

    def background(self, work: Coroutine[None, None, None]) -> None:
        """Let it be done over the next turns of the event loop."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        """Leave undone what is not done."""
        for task in self._tasks:
            task.cancel()

    def wait_for_members(self, guild_id: int, interval: float) -> float:
        """How many seconds are left until a guild's whole member list may be asked for; 0 is now, and counts."""
        now = self._clock.monotonic()
        left = self._listed_at.get(guild_id, now - interval) + interval - now
        if left <= 0:
            self._listed_at[guild_id] = now
        return max(0.0, left)

    def may_identify(self, shard_id: int) -> bool:
        """One IDENTIFY per five seconds and concurrency key, as Discord allows."""
        key = shard_id % self._store.memory.application.max_concurrency
        now = self._clock.monotonic()
        if now - self._identified.get(key, -IDENTIFY_INTERVAL) < IDENTIFY_INTERVAL:
            return False
        self._identified[key] = now
        return True

    def start_limit(self) -> Json:
        """The session start limit as gateway/bot returns it."""
        used, reset_after = self._starts()
        application = self._store.memory.application
        return {
            "total": application.starts_per_day,
            "remaining": max(0, application.starts_per_day - used),
            "reset_after": reset_after,
            "max_concurrency": application.max_concurrency,
        }

    def _starts(self) -> tuple[int, int]:
        application = self._store.memory.application
        passed = self._clock.now() - datetime.fromisoformat(application.starts_since)
        left = timedelta(days=1) - passed
        if left <= timedelta(0):
            return 0, 0
        return application.starts_used, int(left.total_seconds() * 1000)

    def start(self, intents: Intent, shard: tuple[int, int], properties: Json, wire: Wire) -> Session | None:
        """A new session, or None when the day's starts are used up: then Discord resets the token."""
        used, reset_after = self._starts()
        application = self._store.memory.application
        if used >= application.starts_per_day:
            self.reset_token()
            return None
        since = application.starts_since if reset_after else self._clock.now().isoformat()
        with self._store.change() as change:
            change.put(msgspec.structs.replace(application, starts_used=used + 1, starts_since=since))
        session = Session(secrets.token_hex(16), intents, shard, properties, self._archive)
        session.wire = wire
        self._archive.keep(session)
        self.sessions[session.id] = session
        return session

    def resume(self, session_id: str, sequence: int, wire: Wire) -> Session | None:
        """The session, if it is known and nothing was forgotten."""
        self._forget_the_lost()
        session = self.sessions.get(session_id)
        if session is None or not session.can_resume_at(sequence):
            return None
        if session.wire:
            session.wire.close(4000, "The session was resumed elsewhere.")
        session.wire = wire
        session.left_at = None
        return session

    def lost(self, session: Session, wire: Wire) -> None:
        """The connection ended; the session may come back for a while."""
        if session.wire is wire:
            session.wire = None
            session.left_at = self._clock.monotonic()

    def end(self, session: Session) -> None:
        """The session is over; nobody can come back to it."""
        if self.sessions.pop(session.id, None):
            self._archive.forget(session)
            self.ended(session)

    def reconnect(self, session: Session) -> None:
        """Opcode 7: ask the client to come again and resume, as Discord does before it restarts a gateway server."""
        if session.wire:
            session.wire.send(signal(7))

    def invalidate(self, session: Session, *, resumable: bool) -> None:
        """Opcode 9: the client has to resume, or to start again; its connection stays open for that."""
        wire = session.wire
        if wire:
            wire.send(signal(9, d=resumable))
            self.lost(session, wire)
        if not resumable:
            self.end(session)

    def expire(self, session: Session) -> None:
        """Forget the session, as Discord does some time after its connection was lost."""
        wire = session.wire
        self.end(session)
        if wire:
            wire.close(4009, "Session timed out.")

    def reset_token(self) -> str:
        """The bot gets another token; whoever is connected with the old one is closed with 4004."""
        application = self._store.memory.application
        fresh = token_for(application.id)
        with self._store.change() as change:
            change.put(msgspec.structs.replace(application, token=fresh, starts_used=0))
        for session in list(self.sessions.values()):
            wire = session.wire
            self.end(session)
            if wire:
                wire.close(4004, "Authentication failed.")
        return fresh

    def present(self, session: Session, presence: Json) -> None:
        """The client says how the bot appears."""
        session.presence = presence
        self._archive.keep(session)

    def _forget_the_lost(self) -> None:
        now = self._clock.monotonic()
        old = [s for s in self.sessions.values() if s.left_at is not None and now - s.left_at > KEPT_AFTER_LOSS]
        for session in old:
            self.end(session)
