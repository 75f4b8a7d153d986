"""What one worker has read of one kind and not begun: guilds take turns, and none may hold every hand.

A guild with 50,000 jobs would otherwise be all that a worker does. A quarter of the hands stays free for the others,
also while there are no others: whoever comes next must not wait until a long job ends.
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
        self._held_back = 0

    @property
    def ready(self) -> int:
        """How many could begin if a hand were free."""
        return len(self._known) - self._held_back

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
            if self._may_hold(lane):
                self._turns.append(lane)
        queue.append(job_id)
        if not self._may_hold(lane):
            self._held_back += 1

    def pick(self, most: int) -> list[tuple[int, int]]:
        """(job, lane) of up to `most` jobs to begin now, the guilds in turn. Each is held until `drop`."""
        picked: list[tuple[int, int]] = []
        most = min(most, self.free)
        while self._turns and len(picked) < most:
            lane = self._turns.popleft()
            queue = self._queues[lane]
            job_id = queue.popleft()
            self._known.discard(job_id)
            self._held[lane] += 1
            picked.append((job_id, lane))
            if not queue:
                del self._queues[lane]
            elif self._may_hold(lane):
                self._turns.append(lane)
            else:
                self._held_back += len(queue)
        self.holding += len(picked)
        return picked

    def drop(self, lane: int) -> None:
        """A job of this lane ended, or was not ours to begin."""
        could = self._may_hold(lane)
        self.holding -= 1
        self._held[lane] -= 1
        if not self._held[lane]:
            del self._held[lane]
        if not could and lane in self._queues:
            self._held_back -= len(self._queues[lane])
            self._turns.append(lane)

    def empty(self) -> list[int]:
        """Forget what was not begun, and return it."""
        left = list(self._known)
        self._known.clear()
        self._queues.clear()
        self._turns.clear()
        self._held_back = 0
        return left

    def _may_hold(self, lane: int) -> bool:
        return lane == NOBODY or self._held[lane] < self._share
