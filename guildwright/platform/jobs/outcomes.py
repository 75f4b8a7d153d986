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


class Unknown(GiveUp):
    """Nobody can tell whether the job's effect is there, and a second one would be worse than none.

    The job becomes a dead letter at once, of outcome `unknown`, and never runs again by itself.
    """


class Unavailable(Exception):  # noqa: N818  a state, not a fault
    """Something that the job needs is away. It waits, and this does not count as an attempt (for a day)."""

    def __init__(self, reason: str, *, retry_after: float | None = None, nothing_done: bool = False) -> None:
        """Say what is away.

        Args:
            reason: For people.
            retry_after: Seconds, when the other side named them.
            nothing_done: Whether it is certain that what was asked has not happened.
        """
        super().__init__(reason)
        self.retry_after = retry_after
        self.nothing_done = nothing_done
        # Of the effect that was asked for; whoever gives the request its nonce says so.
        self.nonce: str | None = None


class LostLease(Exception):  # noqa: N818  a state, not a fault
    """Another worker has the job by now; whatever this one still wanted to write is refused."""
