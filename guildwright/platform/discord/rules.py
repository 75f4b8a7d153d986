"""The limits as one process can hold them alone: while Redis is away, or where there is none. See `limiter.lua`."""

from collections import deque
from dataclasses import dataclass

from guildwright.platform.discord.limits import (
    CAP,
    CLOSED,
    FLYING,
    HOLD,
    INVALID_WINDOW,
    LEAST,
    LONGEST,
    LOST,
    MANY_INVALID,
    MOST_INVALID,
    SAME_WINDOW,
    Answer,
    Ask,
    Verdict,
)

_MOST_BUCKETS = 5000


@dataclass
class _Bucket:
    reset: float
    remaining: int
    window: float
    limit: int


class Rules:
    """Slots, buckets, pauses and refusals, in memory. Times are monotonic seconds that the caller passes in."""

    def __init__(self) -> None:
        self.cap = CAP
        self._begins = 0.0
        self._slots: dict[str, float] = {}  # request → when its slot is free
        self._invalid: deque[float] = deque(maxlen=MOST_INVALID)
        self._pause = 0.0
        self._blocks: dict[tuple[str, str], float] = {}
        self._closed: dict[tuple[str, str], tuple[float, int]] = {}  # until when, and Discord's code
        self._names: dict[str, str] = {}  # route → bucket; "": it has none
        self._buckets: dict[tuple[str, str], _Bucket] = {}
        self._flying: dict[tuple[str, str], dict[str, float]] = {}

    def begin(self, now: float, cap: int) -> None:
        """Work alone, with so many slots, when what was given out before has left and is a second old."""
        self.cap = cap
        self._begins = now + 2 * HOLD

    def note(self, request: str, ask: Ask, answer: Answer, now: float) -> None:
        """Learn from an answer."""
        if request in self._slots:
            self._slots[request] = min(self._slots[request], now + HOLD)
        if answer.invalid:
            self._invalid.append(now)
        self._pause = max(self._pause, now + answer.pause)
        if answer.block:
            self._blocks = {key: ends for key, ends in self._blocks.items() if ends > now}
            self._blocks[ask.route, ask.major] = now + answer.block
        if answer.closed:
            self._closed = {key: (ends, code) for key, (ends, code) in self._closed.items() if ends > now}
            many = len(self._invalid) >= MANY_INVALID and self._invalid[-MANY_INVALID] + INVALID_WINDOW > now
            self._closed[ask.route, ask.major] = (now + (INVALID_WINDOW if many else CLOSED), answer.closed)
        for flying in (self._flying.get((ask.route, ask.major)), self._flying.get(self._key(ask))):
            if flying:
                flying.pop(request, None)
        if answer.bucket:
            self._names[ask.route] = answer.bucket
            self._note_bucket(self._key(ask), answer, now)
        elif 200 <= answer.status < 300:  # noqa: PLR2004  fine
            self._names.setdefault(ask.route, "")

    def _note_bucket(self, key: tuple[str, str], answer: Answer, now: float) -> None:
        was = self._buckets.get(key)
        reset, remaining = now + answer.reset_after, answer.remaining
        if was and reset <= was.reset + SAME_WINDOW:
            reset, remaining = max(reset, was.reset), min(remaining, was.remaining)
        else:
            remaining -= len(self._flying.get(key, ()))
        window = was.window if was and answer.remaining != answer.limit - 1 else answer.reset_after
        if len(self._buckets) > _MOST_BUCKETS:
            self._buckets = {name: bucket for name, bucket in self._buckets.items() if bucket.reset > now}
            self._flying = {name: flying for name, flying in self._flying.items() if flying}
        self._buckets[key] = _Bucket(reset, remaining, window, answer.limit)

    def _key(self, ask: Ask) -> tuple[str, str]:
        return (self._names.get(ask.route) or ask.route, ask.major)

    def decide(self, request: str, ask: Ask, now: float) -> Verdict:
        """What becomes of a request."""
        if len(self._invalid) == MOST_INVALID and self._invalid[0] + INVALID_WINDOW > now:
            return Verdict("broken", self._invalid[0] + INVALID_WINDOW - now)
        ends, code = self._closed.get((ask.route, ask.major), (0.0, 0))
        if ask.counted and ends > now:
            return Verdict("closed", ends - now, code)
        wait = self._take(request, ask, now)
        return Verdict("wait", max(wait, LEAST)) if wait > 0 else Verdict("go")

    def _take(self, request: str, ask: Ask, now: float) -> float:
        wait = self._blocks.get((ask.route, ask.major), 0.0) - now
        if ask.counted:
            wait = max(wait, self._pause - now, self._begins - now)
        if wait <= 0:
            wait = self._bucket_wait(ask, now)
        if wait <= 0 and ask.counted:
            wait = self._slot_wait(now)
        if wait > 0:
            return wait
        if ask.counted:
            self._slots[request] = now + LONGEST
        if self._names.get(ask.route) != "":
            self._fill(request, self._key(ask), now)
        return 0.0

    def _slot_wait(self, now: float) -> float:
        self._slots = {request: free for request, free in self._slots.items() if free > now}
        return 0.0 if len(self._slots) < self.cap else min(self._slots.values()) - now

    def _bucket_wait(self, ask: Ask, now: float) -> float:
        if self._names.get(ask.route) == "":
            return 0.0
        key = self._key(ask)
        flying = {one: lost for one, lost in self._flying.get(key, {}).items() if lost > now}
        self._flying[key] = flying
        bucket = self._buckets.get(key)
        if bucket is None:
            return FLYING if flying else 0.0
        if now < bucket.reset:
            return bucket.reset - now if bucket.remaining <= 0 else 0.0
        return FLYING if bucket.limit <= len(flying) else 0.0

    def _fill(self, request: str, key: tuple[str, str], now: float) -> None:
        bucket, flying = self._buckets.get(key), self._flying.setdefault(key, {})
        if bucket is not None:
            if now >= bucket.reset:
                bucket.reset, bucket.remaining = now + bucket.window, bucket.limit - len(flying)
            bucket.remaining -= 1
        flying[request] = now + LOST
