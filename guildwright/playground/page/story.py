"""The recorded traffic in words: what the bot was told, and what it asked of Discord because of it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice

from guildwright.platform.markup.names import Names
from guildwright.playground.page.telling import Told, cause, step
from guildwright.playground.recorder import Exchange

# Bytes of an exchange: what is larger is no message, but a guild with all its members.
LARGEST = 100_000
_GROUPS = 8
_STEPS = 12
# Later than this the bot acted by itself: an answer has three seconds, and follow-ups come soon after.
_REACTION = timedelta(seconds=5)
ITSELF = "By itself"


@dataclass(frozen=True)
class Step:
    """One thing the bot did or, with `heard`, was told; `number` is the exchange's.

    `gap` is milliseconds since its cause, None where it acted by itself.
    """

    at: datetime
    what: str
    detail: str = ""
    gap: int | None = None
    failed: bool = False
    number: int = 0
    heard: bool = False


@dataclass
class Group:
    """What one interaction led to, or what the bot did by itself, oldest first.

    `answered` is milliseconds until the bot answered the interaction, None while it has not. `number` is the exchange
    in which it was told.
    """

    at: datetime
    title: str
    cause: str | None = None
    answered: int | None = None
    steps: list[Step] = field(default_factory=list)
    number: int = 0


type Owner = Callable[[Told], str | None]


def nobody(told: Told) -> str | None:
    """The interaction that the step itself names."""
    return told.answers


def story(exchanges: Sequence[Exchange], names: Names, owner: Owner = nobody) -> list[Group]:
    """The newest groups, newest first. `owner` finds a step's interaction where it is known."""
    newest = list(islice(reversed(grouped(exchanges, names, owner)), _GROUPS))
    return [replace(group, steps=group.steps[-_STEPS:]) for group in newest]


def grouped(
    exchanges: Iterable[Exchange], names: Names, owner: Owner = nobody, *, reading: bool = False
) -> list[Group]:
    """Every group, oldest first; with `reading` also what the bot only looked up."""
    groups: list[Group] = []
    for exchange in exchanges:
        if found := cause(exchange, names):
            groups.append(Group(_moment(exchange), found.title, found.id, number=exchange.number))
        elif told := step(exchange, names, reading=reading):
            at = _moment(exchange)
            _add(_group(groups, at, owner(told)), at, told, exchange.number)
    return groups


def with_cause(group: Group) -> Group:
    """The same, beginning with what the bot was told."""
    if group.cause is None:
        return group
    received = Step(group.at, "Interaction received", group.title, 0, number=group.number, heard=True)
    return replace(group, steps=[received, *group.steps])


def _moment(exchange: Exchange) -> datetime:
    return datetime.fromisoformat(exchange.at)


def _group(groups: list[Group], at: datetime, owner: str | None) -> Group:
    """Where the step belongs: an answer to its interaction, another step to what was answered a moment ago."""
    if owner:
        for group in reversed(groups):
            if group.cause == owner:
                return group
    last = groups[-1] if groups else None
    if last and (last.cause is None or (last.answered is not None and at - last.at < _REACTION)):
        return last
    groups.append(Group(at, ITSELF))
    return groups[-1]


def milliseconds(gap: timedelta) -> int:
    """Whole ones."""
    return int(gap / timedelta(milliseconds=1))


def _add(group: Group, at: datetime, told: Told, number: int) -> None:
    gap = milliseconds(at - group.at) if group.cause else None
    if group.cause and told.answers == group.cause and not told.failed:
        group.answered = gap
    group.steps.append(Step(at, told.what, told.detail, gap, told.failed, number))
