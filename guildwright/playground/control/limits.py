"""Test controls of the rate limits."""

import msgspec

from guildwright.playground.control import fault_models as models
from guildwright.playground.control.errors import invalid
from guildwright.playground.playground import Playground

_BOUNDS: dict[str, tuple[float, float]] = {
    "per_second": (1, 1_000_000),
    "refused": (1, 1_000_000),
    "refused_seconds": (0.1, 86_400),
}


class RateLimits:
    """Shows and changes them."""

    def __init__(self, play: Playground) -> None:
        self._play = play

    def show(self) -> models.LimitsView:
        """What they are, and what counts against whom."""
        limits = self._play.limits
        return models.LimitsView(**msgspec.structs.asdict(limits.settings), refusals=limits.refusals())

    def change(self, body: models.ChangeLimits) -> models.LimitsView:
        """Other limits; every counter starts again, so that this also lifts a ban."""
        asked = {name: value for name, value in msgspec.structs.asdict(body).items() if value is not None}
        for name, (least, most) in _BOUNDS.items():
            if name in asked and not least <= asked[name] <= most:
                raise invalid(name, f"{asked[name]} is not between {least} and {most}.")
        self._play.limits.set(msgspec.structs.replace(self._play.limits.settings, **asked))
        return self.show()
