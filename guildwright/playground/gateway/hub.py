"""All sessions: who is connected, who may come back, and to whom an event goes."""

import secrets
from datetime import datetime, timedelta

import msgspec

from guildwright.playground.bits import Intent
from guildwright.playground.clock import Clock
from guildwright.playground.gateway.session import Dispatch, Session, Wire
from guildwright.playground.records import Json
from guildwright.playground.store import Store

KEPT_AFTER_LOSS = 300.0
STARTS_PER_DAY = 1000
IDENTIFY_INTERVAL = 5.0
MAX_CONCURRENCY = 1


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

    def dispatch(self, dispatch: Dispatch) -> int:
        """Tell every session that may hear it; returns how many did."""
        self._forget_the_lost()
        told = 0
        for session in self.sessions.values():
            if session.hears(dispatch):
                session.tell(dispatch.name, dispatch.data(session))
                told += session.wire is not None
        return told

    def may_identify(self, shard_id: int) -> bool:
        """One IDENTIFY per five seconds and concurrency key, as Discord allows."""
        key = shard_id % MAX_CONCURRENCY
        now = self._clock.monotonic()
        if now - self._identified.get(key, -IDENTIFY_INTERVAL) < IDENTIFY_INTERVAL:
            return False
        self._identified[key] = now
        return True

    def start_limit(self) -> Json:
        """The session start limit as gateway/bot returns it."""
        used, reset_after = self._starts()
        return {
            "total": STARTS_PER_DAY,
            "remaining": max(0, STARTS_PER_DAY - used),
            "reset_after": reset_after,
            "max_concurrency": MAX_CONCURRENCY,
        }

    def _starts(self) -> tuple[int, int]:
        application = self._store.memory.application
        passed = self._clock.now() - datetime.fromisoformat(application.starts_since)
        left = timedelta(days=1) - passed
        if left <= timedelta(0):
            return 0, 0
        return application.starts_used, int(left.total_seconds() * 1000)

    def start(self, intents: Intent, shard: tuple[int, int], properties: Json, wire: Wire) -> Session | None:
        """A new session, or None when the day's starts are used up."""
        used, reset_after = self._starts()
        if used >= STARTS_PER_DAY:
            return None
        application = self._store.memory.application
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
        """The client ended the session itself."""
        if self.sessions.pop(session.id, None):
            self._archive.forget(session)

    def present(self, session: Session, presence: Json) -> None:
        """The client says how the bot appears."""
        session.presence = presence
        self._archive.keep(session)

    def _forget_the_lost(self) -> None:
        now = self._clock.monotonic()
        old = [s for s in self.sessions.values() if s.left_at is not None and now - s.left_at > KEPT_AFTER_LOSS]
        for session in old:
            self.end(session)
