"""Luck that a test decides."""

from collections.abc import Sequence


class FakeChance:
    """Draws the first `k`, or those whose turn `picks` names; tokens count up."""

    def __init__(self, picks: Sequence[Sequence[int]] = ()) -> None:
        self._picks = list(picks)
        self._tokens = 0

    def sample[T](self, population: Sequence[T], k: int) -> list[T]:
        if self._picks:
            return [population[index] for index in self._picks.pop(0)]
        return list(population[:k])

    def token(self) -> str:
        self._tokens += 1
        return f"{self._tokens:032x}"
