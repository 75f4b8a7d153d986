"""Test controls of time."""

from datetime import datetime, timedelta

from guildwright.playground.clock import AdjustableClock
from guildwright.playground.control import fault_models as models
from guildwright.playground.control.errors import ControlError, invalid
from guildwright.playground.ids import EPOCH
from guildwright.playground.playground import Playground

_SLOWEST, _FASTEST = 0.01, 1000.0
_LAST_YEAR = 2080  # ids of later moments would not fit into 63 bits


class Time:
    """Moves the playground's clock."""

    def __init__(self, play: Playground) -> None:
        self._play = play

    @property
    def _clock(self) -> AdjustableClock:
        clock = self._play.clock
        if not isinstance(clock, AdjustableClock):
            raise ControlError(409, "not_adjustable", "This playground was given a clock that somebody else moves.")
        return clock

    def show(self) -> models.ClockView:
        """What it shows."""
        clock = self._clock
        now, real = clock.now(), clock.real()
        ahead = round((now - real).total_seconds(), 3)
        return models.ClockView(now=now.isoformat(), ahead_seconds=ahead, speed=clock.speed)

    def change(self, body: models.ChangeClock) -> models.ClockView:
        """Move it, hurry it, or both; kept over a restart."""
        clock = self._clock
        if body.speed is not None and not _SLOWEST <= body.speed <= _FASTEST:
            raise invalid("speed", f"{body.speed} is not between {_SLOWEST} and {_FASTEST:.0f}.")
        move = self._move(body)
        with self._play.store.change() as change:
            change.put(clock.adjust(move, body.speed))
        return self.show()

    def _move(self, body: models.ChangeClock) -> timedelta:
        if body.move_seconds is not None and body.now is not None:
            raise invalid("now", "Give move_seconds or now, not both.")
        clock = self._clock
        field = "now" if body.now is not None else "move_seconds"
        try:
            moment = clock.now() + timedelta(seconds=body.move_seconds or 0)
            moment = moment if body.now is None else datetime.fromisoformat(body.now)
        except (ValueError, OverflowError):
            raise invalid(field, f"{str(getattr(body, field))[:40]!r} names no moment; write ISO 8601.") from None
        if moment.tzinfo is None:
            raise invalid("now", f"{body.now!r} names no time zone; write for instance {body.now}Z.")
        if moment < EPOCH or moment.year > _LAST_YEAR:
            raise invalid(field, f"The clock shows moments from 2015 to {_LAST_YEAR}.")
        return moment - clock.now() if body.now is not None or body.move_seconds else timedelta(0)

    def reset(self) -> models.ClockView:
        """The machine's time again."""
        clock = self._clock
        kept = self._play.memory.clock_settings.get("clock")
        if kept:
            with self._play.store.change() as change:
                change.drop(kept)
        clock.reset()
        return self.show()
