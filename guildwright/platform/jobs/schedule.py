"""When a recurring job occurs: cron in a time zone, with daylight saving time as Debian's cron has it.

A job at a named hour that a change skips runs right after the change, and one in an hour that comes twice runs once.
One whose minute or hour begins with a star (`*/30 * * * *`) goes by the time that really passes: it skips nothing,
and runs in both hours.
"""

import difflib
import functools
import zoneinfo
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Self

from cronsim import CronSim, CronSimError

_FIELDS = 5
# Looked through for the last occurrence, one after the other. Texts that occur often are in the first.
_STRETCHES = (timedelta(hours=6), timedelta(days=4), timedelta(days=70))
# Longer than any change of a clock: what is found so soon after a stretch's begin may be no occurrence.
_UNSURE = timedelta(hours=4)
_LONGEST = 100
_ALLOWED = (
    "allowed are five fields: minute 0-59, hour 0-23, day of month 1-31 (L: the last, LW: the last weekday), "
    "month 1-12 or JAN-DEC, day of week 0-7 or SUN-SAT (MON#1: the first, 5L: the last Friday); "
    'in each *, lists with commas, ranges with -, steps with /. Such as "0 9 * * MON-FRI"'
)


class BadSchedule(ValueError):  # noqa: N818  a person's mistake, not a fault
    """A cron text or a time zone that is none; the message says what is allowed."""


@dataclass(frozen=True)
class Schedule:
    """A cron text in a time zone.

    Raises:
        BadSchedule: from the constructor, when it is none or never occurs.
    """

    cron: str
    zone: str = "UTC"

    def __post_init__(self) -> None:
        _check_zone(self.zone)
        if len(self.cron) > _LONGEST:
            raise BadSchedule(f"a cron text of {len(self.cron)} characters is too long; allowed are {_LONGEST}")
        if len(self.cron.split()) != _FIELDS:
            raise BadSchedule(f"cron {self.cron!r} has {len(self.cron.split())} fields; {_ALLOWED}")
        try:
            self.after(datetime(2000, 1, 1, tzinfo=UTC))
        except StopIteration:
            raise BadSchedule(f"cron {self.cron!r} never occurs: no such day in 50 years") from None
        except (CronSimError, AssertionError, TypeError, ValueError) as error:
            why = f": {str(error)[:1].lower()}{str(error)[1:]}" if isinstance(error, CronSimError) else ""
            raise BadSchedule(f"cron {self.cron!r} is none{why}; {_ALLOWED}") from None

    @classmethod
    def stored(cls, cron: str, zone: str) -> Self:
        """One that was checked when it was stored. Should it be none any more, `after` and `last` raise."""
        found = object.__new__(cls)
        found.__dict__.update(cron=cron, zone=zone)
        return found

    @cached_property
    def _zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.zone)

    def after(self, moment: datetime) -> datetime:
        """The first occurrence after a moment, in UTC."""
        return next(CronSim(self.cron, moment.astimezone(self._zone))).astimezone(UTC)

    def last(self, since: datetime, until: datetime) -> datetime:
        """The last occurrence up to `until`, given that `since` is one before or at it; in UTC."""
        # Forwards: cronsim's way back has other occurrences than `after`, around a change of the clock.
        for stretch in _STRETCHES:
            begin = until - stretch
            if begin <= since:
                break
            found = self._walk(begin, until)
            if found - begin > _UNSURE:
                return found
        return self._walk(since, until)

    def _walk(self, found: datetime, until: datetime) -> datetime:
        while (following := self.after(found)) <= until:
            found = following
        return found


@functools.cache
def _known_zones() -> set[str]:
    return zoneinfo.available_timezones()  # reads some hundred files


def _check_zone(zone: str) -> None:
    known = _known_zones()
    if zone in known:
        return
    last = {name.rpartition("/")[2].casefold(): name for name in sorted(known)}
    near = difflib.get_close_matches(zone.rpartition("/")[2].replace(" ", "_").casefold(), last, n=3)
    hint = f"; did you mean {' or '.join(last[name] for name in near)}?" if near else ""
    raise BadSchedule(f"time zone {zone[:_LONGEST]!r} is none; allowed are names such as UTC or Europe/Berlin{hint}")
