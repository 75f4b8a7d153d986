"""The recorded traffic in words: what the bot was told, and what it asked of Discord because of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from guildwright.platform.markup.names import Names
from guildwright.playground.page.telling import Told, cause, step
from guildwright.playground.recorder import Exchange

_GROUPS = 8
_STEPS = 12
# Later than this the bot acted by itself: an answer has three seconds, and follow-ups come soon after.
_REACTION = timedelta(seconds=5)
ITSELF = "By itself"


@dataclass(frozen=True)
class Step:
    """One thing the bot did; `gap` is milliseconds since its cause, None where it acted by itself."""

    at: datetime
    what: str
    detail: str = ""
    gap: int | None = None
    failed: bool = False


@dataclass
class Group:
    """What one interaction led to, oldest first; `answered` is milliseconds until the first step."""

    at: datetime
    title: str
    caused: bool
    steps: list[Step] = field(default_factory=list)

    @property
    def answered(self) -> int | None:
        """Milliseconds from the cause to the first thing that the bot did."""
        return self.steps[0].gap if self.caused and self.steps else None


def story(exchanges: Sequence[Exchange], names: Names) -> list[Group]:
    """The newest groups, newest first."""
    groups: list[Group] = []
    for exchange in exchanges:
        at = datetime.fromisoformat(exchange.at)
        if title := cause(exchange, names):
            groups.append(Group(at, title, caused=True))
        elif told := step(exchange, names):
            _add(groups, at, told)
    shown = (Group(one.at, one.title, one.caused, one.steps[-_STEPS:]) for one in reversed(groups))
    return list(islice(shown, _GROUPS))


def _add(groups: list[Group], at: datetime, told: Told) -> None:
    last = groups[-1] if groups else None
    if last and last.caused and at - last.at < _REACTION:
        gap = int((at - last.at) / timedelta(milliseconds=1))
        last.steps.append(Step(at, told.what, told.detail, gap, told.failed))
        return
    if last is None or last.caused:
        last = Group(at, ITSELF, caused=False)
        groups.append(last)
    last.steps.append(Step(at, told.what, told.detail, None, told.failed))
