"""How long to wait before the next try."""

from datetime import timedelta

from guildwright.platform.chance import Chance

FIRST = timedelta(seconds=1)
LONGEST = timedelta(minutes=10)


def delay(tries: int, roll: float, *, longest: timedelta = LONGEST) -> timedelta:
    """1 s, 2 s, 4 s … up to `longest`, each less up to a half, so that what failed together does not return together.

    Args:
        tries: How many were made, 1 or more.
        roll: 0 to 1, by chance.
        longest: No wait is longer.
    """
    seconds = min(FIRST.total_seconds() * 2 ** min(max(tries, 1) - 1, 30), longest.total_seconds())
    return timedelta(seconds=seconds * (1 - roll / 2))


def roll(chance: Chance) -> float:
    """A number from 0 to 1."""
    return int(chance.token()[:8], 16) / 0xFFFFFFFF
