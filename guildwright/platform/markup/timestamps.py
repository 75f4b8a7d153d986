"""Words for Discord's `<t:seconds:style>`: the first rendering, in UTC, until the browser puts its own zone in."""

from datetime import UTC, datetime, timedelta

STYLES = "tTdDfFR"
DEFAULT_STYLE = "f"

_NEARLY = 0.95
_UNITS = (
    ("year", timedelta(days=365)),
    ("month", timedelta(days=30)),
    ("day", timedelta(days=1)),
    ("hour", timedelta(hours=1)),
    ("minute", timedelta(minutes=1)),
    ("second", timedelta(seconds=1)),
)


def moment(seconds: int) -> datetime | None:
    """The aware UTC time of a Unix second, or None outside what a calendar holds."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def words(when: datetime, style: str, now: datetime) -> str:
    """What a reader sees for `when`, as Discord's style letter asks (R: from `now`)."""
    if style == "R":
        return relative(when, now)
    day = f"{when.day} {when:%B} {when.year}"
    formats = {
        "t": f"{when:%H:%M}",
        "T": f"{when:%H:%M:%S}",
        "d": f"{when:%d/%m/%Y}",
        "D": day,
        "f": f"{day} {when:%H:%M}",
        "F": f"{when:%A}, {day} {when:%H:%M}",
    }
    return formats[style] + ("" if style in "dD" else " UTC")


def relative(when: datetime, now: datetime) -> str:
    """`in 3 hours`, `2 days ago`, `now`: in the largest unit that nearly fits (59 min 40 s are an hour to a reader)."""
    gap = when - now
    for name, unit in _UNITS:
        if abs(gap) >= _NEARLY * unit:
            count = round(abs(gap) / unit)
            amount = f"{count} {name}{'' if count == 1 else 's'}"
            return f"in {amount}" if gap > timedelta() else f"{amount} ago"
    return "now"
