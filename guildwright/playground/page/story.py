"""The recorded traffic in words: what the bot was told, and what it asked of Discord because of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
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
    """What one interaction led to, or what the bot did by itself, oldest first.

    `answered` is milliseconds until the bot answered the interaction, None while it has not.
    """

    at: datetime
    title: str
    cause: str | None = None
    answered: int | None = None
    steps: list[Step] = field(default_factory=list)


def story(exchanges: Sequence[Exchange], names: Names) -> list[Group]:
    """The newest groups, newest first."""
    groups: list[Group] = []
    for exchange in exchanges:
        at = datetime.fromisoformat(exchange.at)
        if found := cause(exchange, names):
            groups.append(Group(at, found.title, found.id))
        elif told := step(exchange, names):
            _add(_group(groups, at, told), at, told)
    newest = list(islice(reversed(groups), _GROUPS))
    return [replace(group, steps=group.steps[-_STEPS:]) for group in newest]


def _group(groups: list[Group], at: datetime, told: Told) -> Group:
    """Where the step belongs: an answer to its interaction, another step to what was answered a moment ago."""
    if told.answers:
        for group in reversed(groups):
            if group.cause == told.answers:
                return group
    last = groups[-1] if groups else None
    if last and (last.cause is None or (last.answered is not None and at - last.at < _REACTION)):
        return last
    groups.append(Group(at, ITSELF))
    return groups[-1]


def _add(group: Group, at: datetime, told: Told) -> None:
    gap = int((at - group.at) / timedelta(milliseconds=1)) if group.cause else None
    if group.cause and told.answers == group.cause and not told.failed:
        group.answered = gap
    group.steps.append(Step(at, told.what, told.detail, gap, told.failed))
