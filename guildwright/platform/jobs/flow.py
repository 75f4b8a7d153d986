"""How many jobs of a kind are on its stream at a time: enough that no worker waits, few enough that nobody queues long.

What is on a stream stands in line, so a line of a fixed length would be nothing for quick jobs and minutes for slow
ones. It grows while it is emptied within moments and shrinks when it is not.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

LEAST = 32
MOST = 8192
_QUICK_SECONDS = 0.25
_SLOW_SECONDS = 1.0
# Of one kind, one guild may have this part of the line.
_SHARE = 0.75
_PARTS = 64
# While it is crowded, who has something due is asked this often, or, when that costs much, this many times its cost.
_ASK_SECONDS, _ASK_COST, _ASK_LATEST = 0.5, 4, 1.5


@dataclass
class Flow:
    """The line of one kind, as one relay sees it.

    Attributes:
        window: How many may be sent and not taken.
        crowded: Whether more was due than fitted: then guilds take turns.
        line: The jobs that this relay has sent and of which it does not know that they were taken, and their guilds.
        guilds: Those that had something due when they were last asked for, while it is crowded.
        over: Whether the line is full: then only who has (almost) nobody in it joins.
    """

    window: int = LEAST
    crowded: bool = False
    guilds: list[int] = field(default_factory=list)
    line: dict[int, int] = field(default_factory=dict)
    over: bool = False
    _filled_at: float = -1e9
    _ask_at: float = -1e9

    def wants_guilds(self, now: float) -> bool:
        """Whether to ask again who has something due."""
        return now >= self._ask_at

    def heard(self, guilds: list[int], asked: float, now: float) -> None:
        """The answer, when that was asked, and when it came: a long one (20,000 guilds) is not asked for as often."""
        self.guilds = guilds
        self._ask_at = asked + min(max(_ASK_SECONDS, _ASK_COST * (now - asked)), _ASK_LATEST)

    @property
    def looks_full(self) -> bool:
        """Whether so many are in line that it is worth asking who still is."""
        return len(self.line) > self.window // 4

    def by_guild(self) -> dict[int, int]:
        """The guilds that have something due, and how many jobs of each are in line."""
        lined = Counter(self.line.values())
        return {guild: lined[guild] for guild in self.guilds}

    def room(self, now: float) -> int:
        """How many more to send; `now` in seconds of a steady clock."""
        sent = len(self.line)
        waited = now - self._filled_at
        if self.crowded and sent <= self.window // 2:
            if waited < _QUICK_SECONDS:
                self.window = min(self.window * 2, MOST)
        elif sent > self.window // 2 and waited > _SLOW_SECONDS:
            self.window = max(self.window // 2, LEAST)
            self._filled_at = now
        room = self.window - sent
        self.over = room < self._spare
        if self.crowded:
            # However long the line is, whoever stands not in it yet may join.
            return max(room, self._spare)
        return max(0, room)

    def took(self, room: int, jobs: Sequence[tuple[int, int | None]], now: float) -> None:
        """These (number, guild) were sent, of `room`."""
        self.line.update((job_id, guild or 0) for job_id, guild in jobs)
        if jobs:
            self._filled_at = now
        if len(jobs) >= room:
            self.crowded = True

    def settled(self) -> None:
        """Nothing more is due."""
        self.crowded = False
        self.guilds = []
        self._ask_at = -1e9

    @property
    def guild_window(self) -> int:
        """How many of one guild may be sent and not taken while it is crowded."""
        if self.over:
            return max(1, self._spare // max(1, len(self.guilds)))
        return int(self.window * _SHARE)

    @property
    def _spare(self) -> int:
        return self.window - int(self.window * _SHARE)

    @property
    def parcel(self) -> int:
        """How many jobs one message carries: one while jobs are slow, since what one worker reads no other begins."""
        return max(1, self.window // _PARTS)
