"""One run of a job, as its handler sees it."""

import hashlib
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from guildwright.platform.database.engine import transaction
from guildwright.platform.jobs import store
from guildwright.platform.jobs.outcomes import GiveUp, LostLease, Retry, Unavailable, Unknown

__all__ = ["GiveUp", "JobRun", "LostLease", "Retry", "Tried", "Unavailable", "Unknown", "finish_all"]

_NONCE_LENGTH = 25  # Discord's limit
_REASON_LENGTH = 512  # Discord's limit


@dataclass(frozen=True)
class Tried:
    """Since when earlier runs of a job may have had effects.

    Attributes:
        since: That moment, by the database's clock.
        seconds: How long ago that was when this run began, by the same clock: workers' clocks may disagree with it.
        began: When this run began, in monotonic seconds.
    """

    since: datetime
    seconds: float
    began: float = field(default_factory=time.monotonic)

    def age(self) -> float:
        """Seconds since then."""
        return self.seconds + time.monotonic() - self.began


@dataclass
class JobRun:
    """What a handler gets.

    Attributes:
        id: The job's number.
        kind: The consumer's kind.
        guild_id: The guild it is about, or None.
        payload: What `outbox.add` was given.
        attempt: 1 on the first try. More than that, or `again`, means: look first whether the effect is there already.
        fence: Grows with every taking; older holders are refused.
        due: When it was meant to happen. Retries do not change it.
        trace: Ties together the log lines of the processes that had to do with it.
        since: Since when earlier runs may have had effects, by the database's clock; None: none can have.
        since_seconds: How long ago that was when this run began.
        away_since: Since when runs have failed because something is away; None: the last has not.
        again: Whether somebody may have run a part of it before.
        finished: Whether `finish` has committed.
        failure: What `fail` was given; None while it has not failed.
    """

    id: int
    kind: str
    guild_id: int | None
    payload: dict[str, Any]
    attempt: int
    fence: int
    due: datetime
    trace: str = ""
    created_at: datetime | None = None
    since: datetime | None = None
    since_seconds: float = 0.0
    away_since: datetime | None = None
    finished: bool = field(default=False, init=False)
    failure: Exception | None = field(default=None, init=False)
    effects: set[str] = field(default_factory=set, init=False)
    _began: float = field(default_factory=time.monotonic, init=False)

    @property
    def tried(self) -> Tried | None:
        """Since when earlier runs may have had effects that nobody knows of; None: none can have.

        This, and not `again`, is what `send_message_once` asks for: a run that surely had no effect does not count.
        """
        return Tried(self.since, self.since_seconds, self._began) if self.since is not None else None

    @property
    def again(self) -> bool:
        """Whether an earlier run may have had some of its effects."""
        return self.fence > 1

    def nonce(self, effect: str) -> str:
        """The nonce of one effect on Discord: the same in every retry, different from any other effect's."""
        # The moment of creation tells apart jobs of equal number, before and after a database was made anew.
        made = self.created_at.isoformat() if self.created_at else ""
        text = f"{self.kind}\0{self.id}\0{made}\0{effect}"
        nonce = hashlib.blake2s(text.encode(), digest_size=12).hexdigest()[:_NONCE_LENGTH]
        self.effects.add(nonce)
        return nonce

    def fail(self, error: Exception) -> None:
        """In a batch handler: this one failed, with the meaning that raising `error` has in a handler of one run."""
        self.failure = error

    def reason(self, text: str) -> str:
        """What the audit log says of an effect: the text, and which job it was. 512 characters at the most."""
        job = f" (job {self.id})"
        return " ".join(text.split())[: _REASON_LENGTH - len(job)] + job

    def had_no_effect(self, error: Exception) -> bool:
        """Whether neither this run, which failed so, nor an earlier one can have had an effect on Discord.

        An effect begins with its nonce, and is none if the error, or what a `Retry` comes from, is that its own request
        surely did nothing.
        """
        undone = {
            getattr(why, "nonce", None) for why in (error, error.__cause__) if getattr(why, "nothing_done", False)
        }
        return self.since is None and self.effects <= undone

    @asynccontextmanager
    async def step(self) -> AsyncIterator[None]:
        """A transaction in the middle of a job, which only the holder of the lease can commit.

        Raises:
            LostLease: and rolls back, when another worker has the job by now.
        """
        async with transaction():
            if not await store.hold(self.id, self.fence):
                raise LostLease(f"job {self.id} was taken over")
            yield

    @asynccontextmanager
    async def finish(self) -> AsyncIterator[None]:
        """The last transaction of a job: what the block writes is kept if and only if the job becomes done.

        Raises:
            LostLease: and rolls back, when another worker has the job by now.
        """
        if self.finished:
            raise RuntimeError(f"job {self.id} is finished already")
        async with transaction():
            if not await store.finish_all([(self.id, self.fence)]):
                raise LostLease(f"job {self.id} was taken over")
            yield
        self.finished = True


@asynccontextmanager
async def finish_all(runs: Sequence[JobRun]) -> AsyncIterator[list[JobRun]]:
    """The last transaction of many jobs of a batch: what the block writes is kept if and only if they become done.

    Yields:
        Those whose lease is still ours: write for these alone. The others are another worker's by now.
    """
    async with transaction():
        ours = await store.finish_all([(run.id, run.fence) for run in runs if not run.finished])
        held = [run for run in runs if run.id in ours]
        yield held
    for run in held:
        run.finished = True
