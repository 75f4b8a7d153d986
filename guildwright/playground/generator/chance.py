"""Randomness that comes again with its seed. Nothing secret is made of it."""

import random  # noqa: TID251 - the one place; what is drawn here is a script, and the same seed is the same script
from collections.abc import Sequence


class Chance:
    """A stream of choices; the same seed gives the same ones on every machine."""

    def __init__(self, seed: int | str) -> None:
        self._random = random.Random(f"guildwright {seed}")  # noqa: S311 - nothing secret

    def one[T](self, things: Sequence[T]) -> T:
        """One of them."""
        return things[int(self._random.random() * len(things))]

    def below(self, bound: int) -> int:
        """A number from 0 to below the bound."""
        return int(self._random.random() * bound)

    def happens(self, likelihood: float) -> bool:
        """True in so many cases of one."""
        return self._random.random() < likelihood
