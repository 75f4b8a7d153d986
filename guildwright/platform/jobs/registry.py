"""What a worker can run. Each feature's `consumers.py` has `def consumers(deps) -> list[Consumer]`."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from guildwright.platform.jobs.backoff import Backoff
from guildwright.platform.jobs.run import JobRun

type Handler = Callable[[JobRun], Awaitable[None]]
type BatchHandler = Callable[[list[JobRun]], Awaitable[None]]

_BATCH = 100


@dataclass(frozen=True)
class Consumer:
    """Runs jobs of one kind, one by one or many in a call.

    Attributes:
        kind: `feature.verb`, as given to `outbox.add`.
        handler: Idempotent. When it returns without having called `run.finish()`, the job is finished for it. A
            consumer with a `batch_handler` needs none.
        lease: How long after its worker's last sign of life a job is taken from it. It is renewed while the handler
            runs, so this bounds how late a dead worker is noticed, not how long a job may take.
        timeout: A handler that takes longer is stopped, and the attempt has failed.
        max_attempts: Then the job becomes a dead letter.
        concurrency: How many of this kind one worker runs at a time; of a batch consumer, how many batches.
        backoff: The waits between attempts.
        batch_handler: Gets a list of runs and is as idempotent. When it returns, each that it neither finished nor
            marked with `run.fail(error)` is done. When it raises, whatever it raises, each that is
            neither is tried again alone, and only that counts: one bad job spoils no other.
        batch: The most runs in one call of `batch_handler`; None: 100.
    """

    kind: str
    handler: Handler | None = None
    lease: timedelta = timedelta(seconds=15)
    timeout: timedelta = timedelta(minutes=5)
    max_attempts: int = 8
    concurrency: int = 8
    backoff: Backoff = field(default_factory=Backoff)
    batch_handler: BatchHandler | None = None
    batch: int | None = None

    def __post_init__(self) -> None:
        if (self.handler is None) == (self.batch_handler is None):
            raise ValueError(f"consumer {self.kind!r}: give either a handler or a batch_handler")
        for name, least in (
            ("concurrency", self.concurrency),
            ("max_attempts", self.max_attempts),
            ("batch", self.most),
        ):
            if least < 1:
                raise ValueError(f"consumer {self.kind!r}: {name} must be 1 or more, got {least}")
        if min(self.lease, self.timeout) <= timedelta():
            raise ValueError(f"consumer {self.kind!r}: lease and timeout must be longer than nothing")

    @property
    def most(self) -> int:
        """How many jobs one call gets."""
        if self.batch_handler is None:
            return 1
        return _BATCH if self.batch is None else self.batch

    @property
    def capacity(self) -> int:
        """How many jobs of this kind one worker holds at a time."""
        return self.concurrency * self.most

    async def run(self, runs: list[JobRun]) -> None:
        """Call the handler with one run, or the batch handler with all of them."""
        if self.batch_handler is not None:
            await self.batch_handler(runs)
        elif self.handler is not None:
            for run in runs:
                await self.handler(run)


class Registry:
    """The consumers of one worker, by kind."""

    def __init__(self, consumers: Iterable[Consumer]) -> None:
        self._by_kind: dict[str, Consumer] = {}
        for consumer in consumers:
            if consumer.kind in self._by_kind:
                raise ValueError(f"two consumers for jobs of kind {consumer.kind!r}")
            self._by_kind[consumer.kind] = consumer

    @property
    def kinds(self) -> list[str]:
        """Every kind that this worker can run."""
        return sorted(self._by_kind)

    def __getitem__(self, kind: str) -> Consumer:
        """The consumer of a kind; KeyError when there is none."""
        return self._by_kind[kind]
