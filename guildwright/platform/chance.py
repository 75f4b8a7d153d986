"""The only place that rolls dice, so that a draw can be replayed in a test."""

import random  # noqa: TID251  the one place
import secrets
from collections.abc import Sequence
from typing import Protocol


class Chance(Protocol):
    """What the rest of the code knows of luck."""

    def sample[T](self, population: Sequence[T], k: int) -> list[T]:
        """`k` different elements in drawn order; all of them, shuffled, when there are fewer."""
        ...

    def token(self) -> str:
        """32 hexadecimal digits that nobody can guess."""
        ...


class SystemChance:
    """The operating system's entropy: nobody can foresee who wins."""

    def __init__(self) -> None:
        self._random = random.SystemRandom()

    def sample[T](self, population: Sequence[T], k: int) -> list[T]:
        """`k` different elements in drawn order; all of them, shuffled, when there are fewer."""
        if k < 0:
            raise ValueError(f"cannot draw {k} elements")
        return self._random.sample(population, min(k, len(population)))

    def token(self) -> str:
        """32 hexadecimal digits that nobody can guess."""
        return secrets.token_hex(16)
