"""Snowflakes: Discord's ids, which carry the moment of their making and therefore also its order."""

import re
from collections.abc import Container
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec

from guildwright.playground.clock import Clock

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
_TIME_SHIFT = 22
LARGEST = (1 << 63) - 1
_DIGITS = re.compile(r"[0-9]{1,19}")
# How JSON carries an id: its digits, or the number.
type Id = Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{1,19}\Z")] | Annotated[int, msgspec.Meta(ge=0, le=LARGEST)]


class Snowflakes:
    """Makes ids that only ever grow, also when the clock does not."""

    def __init__(self, clock: Clock, last: int = 0) -> None:
        self._clock = clock
        self._last = last

    def next(self) -> int:
        """A new id of this moment."""
        return self.at(self._clock.now())

    def at(self, moment: datetime) -> int:
        """A new id of the given moment (or right after the last id, if that is later)."""
        self._last = max(snowflake_of(moment), self._last + 1)
        return self._last

    def past(self, moment: datetime, taken: Container[int]) -> int:
        """A free id of the given moment, whatever was made since."""
        candidate = snowflake_of(moment)
        while candidate in taken:
            candidate += 1
        return candidate


def digits(value: object) -> int | None:
    """The number that a string of digits (or a number) stands for, as JSON carries snowflakes and bits; else None."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if 0 <= value <= LARGEST else None
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        number = int(value)
        return number if number <= LARGEST else None
    return None


def snowflake_of(moment: datetime) -> int:
    """The smallest id of that millisecond."""
    return ((moment - EPOCH) // timedelta(milliseconds=1)) << _TIME_SHIFT


def made_at(snowflake: int) -> datetime:
    """When the id was made."""
    return EPOCH + timedelta(milliseconds=snowflake >> _TIME_SHIFT)


def made_when(snowflake: int, noted: str | None) -> datetime:
    """When a thing was made whose moment was noted right after its id was drawn.

    That is the moment that clients read out of the id, to the same millisecond. Only when the clock was moved back do
    ids run ahead of it, since they never shrink: then what was noted is true.
    """
    made = made_at(snowflake)
    return min(made, datetime.fromisoformat(noted)) if noted else made
