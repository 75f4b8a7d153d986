"""How many jobs of a kind are on its stream at a time: enough that no worker waits, few enough that nobody queues long.

What is on a stream stands in line, so a line of a fixed length would be nothing for quick jobs and minutes for slow
ones. It grows while it is emptied within moments and shrinks when it is not.
"""

from dataclasses import dataclass, field

LEAST = 32
MOST = 8192
_QUICK_SECONDS = 0.25
_SLOW_SECONDS = 1.0
# Of one kind, one guild may have this part of the line.
_SHARE = 0.75
_PARTS = 64


@dataclass
class Flow:
    """The line of one kind, as one relay sees it.

    Attributes:
        window: How many may be sent and not taken.
        crowded: Whether more was due than fitted: then guilds take turns.
        guilds: Those that had something due at `asked_at`, while it is crowded.
        over: Whether the line is full: then only who has (almost) nobody in it joins.
    """

    window: int = LEAST
    crowded: bool = False
    guilds: list[int] = field(default_factory=list)
    asked_at: float = -1e9
    over: bool = False
    _filled_at: float = -1e9

    def room(self, sent: int, now: float) -> int:
        """How many more to send. `sent`: how many are; `now` in seconds of a steady clock."""
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

    def took(self, room: int, number: int, now: float) -> None:
        """That many were sent of `room`."""
        if number:
            self._filled_at = now
        if number >= room:
            self.crowded = True

    def settled(self) -> None:
        """Nothing more is due."""
        self.crowded = False
        self.guilds = []
        self.asked_at = -1e9

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
