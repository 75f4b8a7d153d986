"""What a worker can run. Each feature's `consumers.py` has `def consumers(deps) -> list[Consumer]`."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from guildwright.platform.jobs.run import JobRun

type Handler = Callable[[JobRun], Awaitable[None]]


@dataclass(frozen=True)
class Consumer:
    """Runs jobs of one kind.

    Attributes:
        kind: `feature.verb`, as given to `outbox.add`.
        handler: Idempotent. When it returns without having called `run.finish()`, the job is finished for it.
        lease: How long after its worker's last sign of life a job is taken from it. It is renewed while the handler
            runs, so this bounds how late a dead worker is noticed, not how long a job may take.
        timeout: A handler that takes longer is stopped, and the attempt has failed.
        max_attempts: Then the job becomes a dead letter.
        concurrency: How many of this kind one worker runs at a time.
    """

    kind: str
    handler: Handler
    lease: timedelta = timedelta(seconds=15)
    timeout: timedelta = timedelta(minutes=5)
    max_attempts: int = 8
    concurrency: int = 8


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
