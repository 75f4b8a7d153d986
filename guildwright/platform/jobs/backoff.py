"""How long to wait before the next try."""

from dataclasses import dataclass
from datetime import timedelta

from guildwright.platform.chance import Chance

FIRST = timedelta(seconds=1)
LONGEST = timedelta(minutes=10)
_MOST_DOUBLINGS = 60  # more would overflow a float, and no wait is as long


@dataclass(frozen=True)
class Backoff:
    """The waits of one kind between its attempts.

    Attributes:
        first: After the first failure.
        factor: How much longer each further wait is, 1 or more.
        longest: No wait is longer.
    """

    first: timedelta = FIRST
    factor: float = 2.0
    longest: timedelta = LONGEST

    def __post_init__(self) -> None:
        if self.first <= timedelta() or self.longest < self.first:
            raise ValueError(f"backoff: 0 < first <= longest is wanted, got first {self.first}, longest {self.longest}")
        if self.factor < 1:
            raise ValueError(f"backoff: a factor of 1 or more is wanted, got {self.factor}")

    def delay(self, tries: int, roll: float) -> timedelta:
        """`first`, `first * factor` … up to `longest`, each less up to a half.

        What failed together does not return together.

        Args:
            tries: How many were made, 1 or more.
            roll: 0 to 1, by chance.
        """
        longest = self.longest.total_seconds()
        seconds = min(self.first.total_seconds() * self.factor ** min(max(tries, 1) - 1, _MOST_DOUBLINGS), longest)
        return timedelta(seconds=seconds * (1 - roll / 2))


def roll(chance: Chance) -> float:
    """A number from 0 to 1."""
    return int(chance.token()[:8], 16) / 0xFFFFFFFF
