"""How a handler says that it could not do its job: the type of the exception is the retry policy."""

from datetime import timedelta


class Retry(Exception):  # noqa: N818  what it asks for, not what went wrong
    """Run the job again after a while. Counts as an attempt."""

    def __init__(self, reason: str, *, after: timedelta | None = None) -> None:
        """`after` None means: as the backoff says."""
        super().__init__(reason)
        self.after = after


class GiveUp(Exception):  # noqa: N818  what it asks for, not what went wrong
    """Trying again cannot help: the job becomes a dead letter at once."""


class Unavailable(Exception):  # noqa: N818  a state, not a fault
    """Something that the job needs is away. It waits, and this does not count as an attempt (for a day)."""

    def __init__(self, reason: str, *, retry_after: float | None = None) -> None:
        """`retry_after` in seconds, when the other side named it."""
        super().__init__(reason)
        self.retry_after = retry_after


class LostLease(Exception):  # noqa: N818  a state, not a fault
    """Another worker has the job by now; whatever this one still wanted to write is refused."""
