"""What Discord allows, in words that `limiter.lua` (all processes) and `rules.py` (one of them, alone) share.

The global limit is held by *slots*. A request takes one before it leaves and gives it back a second after its answer
came, so that all requests which Discord receives within any second hold one at the same moment: their number bounds
what Discord counts, however long a request is under way. (One that takes longer than `LONGEST` is taken to have
arrived; its process may be dead.) At a usual answer time of 100 ms, 45 slots are 41 requests a second.

Where none is free, a request is given that of an answered one for when it will be, up to a second ahead.

After Redis forgot, each process says which slots it holds before it gets another. Until all have, and after a process
worked on its own, slots of the last second may be missing: for `QUIET` only what `CAP` leaves of the fifty is given.
"""

from dataclasses import dataclass
from http import HTTPStatus

CAP = 45
QUIET_CAP = 5
HOLD = 1.01
LONGEST = 3.0
QUIET = 2.5
# Discord bans an address after 10,000 answers of 401, 403 or 429 in ten minutes; we stop far from it.
MOST_INVALID = 1000
INVALID_WINDOW = 600.0
# A channel or guild that said no to us is not asked the same again for so long: one guild's closed channel must not use
# up what all may be refused.
CLOSED = 60.0
# Many closed channels together use it up all the same: once this many refusals are counted, for as long as they count.
MANY_INVALID = 200
# A process that was not heard of for this long is not there.
MEMBER = 10.0
# A request whose answer nobody reported does not fill its bucket for ever.
LOST = 20.0
FLYING = 0.025
LEAST = 0.005
AGAIN = 0.25
TOGETHER = 0.1
SAME_WINDOW = 0.5

_INVALID = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS)


@dataclass(frozen=True)
class Ask:
    """A request that wants to leave.

    Attributes:
        route: Its method and path without ids: `POST /channels/{}/messages`.
        major: The resource by which Discord tells buckets of a route apart: `channels/123`.
        counted: Whether it counts for the bot's global limit; what answers an interaction does not.
    """

    route: str
    major: str = ""
    counted: bool = True


@dataclass(frozen=True)
class Answer:
    """What an answer's status and headers say. Times in seconds.

    Attributes:
        status: 0: there was no answer.
        bucket: Discord's name of the bucket; empty: none was named.
        limit: How many requests a window of the bucket admits.
        remaining: How many are left.
        reset_after: When the window ends.
        retry_after: Of a 429: when to come back.
        scope: Of a 429: user, global or shared.
        closed: Of a 403: Discord's code, when it would say the same to anything else of this route there.
    """

    status: int = 0
    bucket: str = ""
    limit: int = 0
    remaining: int = 0
    reset_after: float = 0.0
    retry_after: float = 0.0
    scope: str = ""
    closed: int = 0

    @property
    def invalid(self) -> bool:
        """Whether it counts towards a ban of our address."""
        return self.status in _INVALID and self.scope != "shared"

    @property
    def pause(self) -> float:
        """How long nobody may send anything."""
        return self.retry_after if self.scope == "global" else 0.0

    @property
    def block(self) -> float:
        """How long nobody may send this to this resource."""
        return 0.0 if self.scope == "global" else self.retry_after


@dataclass(frozen=True)
class Verdict:
    """What becomes of an ask.

    Attributes:
        word: `go`, `wait`, `broken` (too many were refused: send nothing), `stop` (the token is refused) or `closed`
            (Discord has just said no to the same).
        wait: Seconds: of `go` until it may leave, else until asking again makes sense.
        code: Discord's, of `closed`.
    """

    word: str
    wait: float = 0.0
    code: int = 0
