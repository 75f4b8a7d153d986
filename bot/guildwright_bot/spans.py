"""Durations as people type them in a command ("2d 4h", "90s", "1h30m", "10 minutes"), and as they read them."""

import re
from datetime import timedelta

from guildwright.platform.texts import Texts
from guildwright_bot.refusal import Refusal

LONGEST_TEXT = 40
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_PART = re.compile(
    r"(?P<count>\d{1,9})\s*(?P<unit>weeks?|wks?|w|days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)"
    r"(?=[\s\d,]|$)[\s,]*",
    re.ASCII,
)
_LONGEST = timedelta(
    days=36500
)  # more than anything may last, so that whoever asks for it is refused and not cut short


def parse_span(text: str) -> timedelta | Refusal:
    """The duration `text` says, or why it says none. Every unit may be used once, in any order."""
    typed = text.strip()
    shown = typed[:LONGEST_TEXT]
    if re.fullmatch(r"\d{1,9}", typed, re.ASCII):
        return Refusal("span-without-unit", {"text": shown})
    seconds, position, used = 0, 0, set[str]()
    lowered = typed.lower()
    while position < len(lowered):
        part = _PART.match(lowered, position)
        if part is None or part["unit"][0] in used:
            return Refusal("span-unreadable", {"text": shown})
        used.add(part["unit"][0])
        seconds += int(part["count"]) * _SECONDS[part["unit"][0]]
        position = part.end()
    if not used:
        return Refusal("span-unreadable", {"text": shown})
    return min(timedelta(seconds=min(seconds, 10**10)), _LONGEST)


def say_span(texts: Texts, locale: str, span: timedelta) -> str:
    """The duration in words, to the second: "1 day 2 hours"."""
    left = int(span.total_seconds())
    parts = []
    for name, seconds in (("days", 86400), ("hours", 3600), ("minutes", 60), ("seconds", 1)):
        count, left = divmod(left, seconds)
        if count:
            parts.append(texts.text(locale, f"span-{name}", count=count))
    return " ".join(parts) or texts.text(locale, "span-seconds", count=0)
