"""What one worker has read of one kind and not begun: guilds take turns, and none may hold every hand.

A guild with 50,000 jobs would otherwise be all that a worker does. The last quarter of the hands is for guilds that
hold none yet, also while there are no such: whoever comes next must not wait until a long job ends.
"""

from collections import Counter, deque

# Jobs of no guild (declaring commands, tidying up) are ours, and few: they are not held back.
NOBODY = 0


class Lanes:
    """One queue per guild, and who is next. Pure: no clock, no I/O."""

    def __init__(self, capacity: int) -> None:
        """`capacity`: how many jobs of the kind may be held at a time."""
        self._capacity = capacity
        self._share = capacity - max(1, capacity // 4) if capacity > 1 else 1
        self._queues: dict[int, deque[int]] = {}
        self._turns: deque[int] = deque()
        self._known: set[int] = set()
        self._held: Counter[int] = Counter()
        self.holding = 0
        self._second = 0  # lanes that hold a hand and want another

    @property
    def ready(self) -> int:
        """How many could begin if a hand were free."""
        if self.holding < self._share:
            return len(self._known)
        ours = self._queues.get(NOBODY, ())
        return len(self._queues) - self._second - bool(ours) + len(ours)

    @property
    def free(self) -> int:
        """How many hands are free."""
        return self._capacity - self.holding

    @property
    def room(self) -> int:
        """How many more to read: hands that what was read already will not fill."""
        return self.free - self.ready

    def add(self, job_id: int, guild: int | None) -> None:
        """Something was read. The same job twice is once."""
        if job_id in self._known:
            return
        self._known.add(job_id)
        lane = guild or NOBODY
        queue = self._queues.get(lane)
        if queue is None:
            self._queues[lane] = queue = deque()
            self._turns.append(lane)
            self._second += self._has_one(lane)
        queue.append(job_id)

    def pick(self, most: int) -> list[tuple[int, int]]:
        """(job, lane) of up to `most` jobs to begin now, the guilds in turn. Each is held until `drop`."""
        picked: list[tuple[int, int]] = []
        passed: list[int] = []
        most = min(most, self.free)
        while self._turns and len(picked) < most:
            lane = self._turns.popleft()
            if self.holding >= self._share and self._has_one(lane):
                passed.append(lane)  # no more of these than there are hands
                if not self.ready:
                    break
                continue
            queue = self._queues[lane]
            job_id = queue.popleft()
            self._known.discard(job_id)
            picked.append((job_id, lane))
            self._second -= self._has_one(lane)
            self._held[lane] += 1
            self.holding += 1
            if queue:
                self._turns.append(lane)
                self._second += self._has_one(lane)
            else:
                del self._queues[lane]
        self._turns.extendleft(reversed(passed))
        return picked

    def drop(self, lane: int) -> None:
        """A job of this lane ended, or was not ours to begin."""
        self.holding -= 1
        self._held[lane] -= 1
        if not self._held[lane]:
            del self._held[lane]
            self._second -= lane in self._queues and lane != NOBODY

    def empty(self) -> list[int]:
        """Forget what was not begun, and return it."""
        left = list(self._known)
        self._known.clear()
        self._queues.clear()
        self._turns.clear()
        self._second = 0
        return left

    def _has_one(self, lane: int) -> bool:
        return lane != NOBODY and self._held[lane] > 0
