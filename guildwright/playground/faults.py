"""Misbehaviour on demand: rules that say which REST requests meet which fault.

They live in memory only: a playground that was started again behaves.
"""

import asyncio
import re
from typing import Literal

import msgspec

from guildwright.playground.memory import Memory
from guildwright.playground.places import place_of

type Effect = Literal["status", "reset", "lose_answer", "delay", "delay_answer", "rate_limit", "stall"]
type Scope = Literal["user", "global", "shared"]

PREFIX = "/api/v10"
_LATE = {"delay", "delay_answer"}


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """Which requests are meant; what is None says nothing."""

    method: str | None = None
    path: re.Pattern[str] | None = None
    guild_id: int | None = None
    channel_id: int | None = None

    def meets(self, method: str, path: str, place: tuple[int | None, int | None]) -> bool:
        """Whether the request is one of them. `place` is its guild and channel."""
        guild_id, channel_id = place
        return (
            self.method in {None, method}
            and (self.path is None or bool(self.path.fullmatch(path)))
            and self.guild_id in {None, guild_id}
            and self.channel_id in {None, channel_id}
        )


class Count:
    """How many requests or events a fault meets: `times` (None: all) after `skip` of them."""

    def __init__(self, times: int | None = 1, skip: int = 0) -> None:
        self.left = times
        self.skip = skip
        self.hits = 0

    def take(self) -> bool:
        """Whether it meets this one; it counts."""
        if self.left == 0:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.left is not None:
            self.left -= 1
        self.hits += 1
        return True


class Rule:
    """A fault that waits for its requests."""

    def __init__(self, effect: Effect, match: Match, count: Count) -> None:
        self.id = 0
        self.effect = effect
        self.match = match
        self.count = count
        self.status = 500
        self.seconds = 0.0
        self.scope: Scope = "user"
        self.lifted = asyncio.Event()


class Faults:
    """The rules of this playground, oldest first."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._last = 0
        self.rules: list[Rule] = []

    def number(self) -> int:
        """The id of the next fault of any kind."""
        self._last += 1
        return self._last

    def remove(self, rule: Rule) -> None:
        """No more; requests that it holds are let go."""
        self.rules.remove(rule)
        rule.lifted.set()

    def pick(self, method: str, path: str) -> list[Rule]:
        """What this request meets: any delays, and one fault at most. The path is without the API's prefix."""
        if not self.rules:
            return []
        place = place_of(self._memory, path)
        met: list[Rule] = []
        for rule in self.rules:
            late = rule.effect in _LATE
            if (late or all(other.effect in _LATE for other in met)) and rule.match.meets(method, path, place):
                met += [rule] if rule.count.take() else []
        return met


def glob(text: str) -> re.Pattern[str]:
    """`*` is one step of a path, `**` any number of characters."""
    parts = re.split(r"(\*\*|\*)", text)
    words = {"**": ".*", "*": "[^/]+"}
    return re.compile("".join(words.get(part) or re.escape(part) for part in parts))
