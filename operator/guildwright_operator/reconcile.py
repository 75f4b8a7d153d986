"""What a status ought to say: pure, from what is known of a document to the status and the Events.

Nothing is said that was said before: the same facts give the same status, and a time changes only with its status.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from guildwright.platform.config.keys import InMemory
from guildwright_crds.conditions import (
    MAX_MESSAGE,
    AcceptedReason,
    ConditionType,
    EventReason,
    LiveReason,
    PublishedReason,
)
from guildwright_crds.problems import Problem

type Status = dict[str, Any]
type Said = Mapping[str, Any]


@dataclass(frozen=True)
class Facts:
    """What is known of one document.

    `published` is the uid and generation of the guild's record in Redis; None where it has none. `trouble` is why Redis
    takes nothing, "" where it does. `live` is what the guild's shard has in memory; `live_known` says whether anybody
    could tell.
    """

    uid: str
    generation: int
    problems: Sequence[Problem]
    published: tuple[str, int] | None
    trouble: str = ""
    live: InMemory | None = None
    live_known: bool = False


@dataclass(frozen=True)
class Happened:
    """What becomes an Event: `warning` is its type, `reason` one of `EventReason`."""

    reason: str
    note: str
    warning: bool = False


@dataclass(frozen=True)
class Plan:
    """The status to write and what to tell of it; None where everything was said."""

    status: Status | None
    events: tuple[Happened, ...] = field(default=())


def reconcile(facts: Facts, said: Said, now: datetime) -> Plan:
    """Compare what is with what the status said."""
    in_force = facts.published[1] if facts.published is not None and facts.published[0] == facts.uid else 0
    error = _error(facts, in_force)
    status: Status = {"observedGeneration": facts.generation}
    if in_force:
        status["publishedGeneration"] = in_force
    if error:
        status["lastError"] = error
    before = {one.get("type"): one for one in said.get("conditions", ())}
    facets = [*_conditions(facts, in_force, error), *_live(facts, before.get(ConditionType.LIVE))]
    status["conditions"] = [_dated(facet, before.get(facet["type"]), facts.generation, now) for facet in facets]
    if _same(status, said, before):
        return Plan(None)
    return Plan(status, tuple(_events(facts, status, said)))


def _same(status: Status, said: Said, before: Mapping[str, Said]) -> bool:
    """Whether everything of ours was said; others may have added conditions of their own."""
    ours = [before[kind] for kind in ConditionType if kind in before]
    wanted = sorted(status["conditions"], key=lambda one: list(ConditionType).index(one["type"]))
    rest = {key: value for key, value in said.items() if key != "conditions"}
    return ours == wanted and rest == {key: value for key, value in status.items() if key != "conditions"}


def withdrawn() -> Happened:
    """The Event of a document that is gone."""
    return Happened(EventReason.WITHDRAWN, "the document was deleted: the guild is back to the defaults")


def _error(facts: Facts, in_force: int) -> str:
    if facts.problems:
        return cut("; ".join(explained(problem) for problem in facts.problems))
    if facts.trouble and in_force != facts.generation:
        return cut(f"Redis does not take it, trying again: {facts.trouble}")
    return ""


def _conditions(facts: Facts, in_force: int, error: str) -> list[Status]:
    stays = _what_stays(facts, in_force)
    if facts.problems:
        reason = AcceptedReason.INVALID
        return [
            _condition(ConditionType.ACCEPTED, False, reason, error),
            _condition(ConditionType.PUBLISHED, False, PublishedReason.INVALID, stays),
            _condition(ConditionType.READY, False, reason, error),
            _condition(ConditionType.STALLED, True, reason, cut(f"change the document: {error}")),
        ]
    accepted = _condition(ConditionType.ACCEPTED, True, AcceptedReason.VALID, "the document keeps every rule")
    if in_force == facts.generation:
        here = f"generation {in_force} is in force"
        return [
            accepted,
            _condition(ConditionType.PUBLISHED, True, PublishedReason.PUBLISHED, here),
            _condition(ConditionType.READY, True, PublishedReason.PUBLISHED, here),
        ]
    reason_why = PublishedReason.REDIS_AWAY if facts.trouble else PublishedReason.PENDING
    text = error or "waits for its turn to be published"
    return [
        accepted,
        _condition(ConditionType.PUBLISHED, False, reason_why, cut(f"{text}; {stays}")),
        _condition(ConditionType.READY, False, reason_why, cut(text)),
        _condition(ConditionType.RECONCILING, True, reason_why, cut(text)),
    ]


def _what_stays(facts: Facts, in_force: int) -> str:
    if in_force:
        return f"generation {in_force} stays in force"
    if facts.published is not None:
        return "what was in force before stays"
    return "the guild runs on the defaults"


def _live(facts: Facts, before: Said | None) -> list[Status]:
    if not facts.live_known and before is not None:
        return [dict(before)]
    if facts.live is None:
        asks = "no shard reports this guild: is the bot in it?"
        return [_condition(ConditionType.LIVE, None, LiveReason.NOT_IN_GUILD, asks)]
    if (facts.live.uid, facts.live.generation) == (facts.uid, facts.generation):
        return [_condition(ConditionType.LIVE, True, LiveReason.IN_MEMORY, "the guild's shard obeys this generation")]
    has = f"generation {facts.live.generation}" if facts.live.uid == facts.uid else "another document"
    return [_condition(ConditionType.LIVE, False, LiveReason.BEHIND, f"the guild's shard still obeys {has}")]


def _condition(kind: str, status: bool | None, reason: str, message: str) -> Status:
    word = "Unknown" if status is None else str(status)
    return {"type": str(kind), "status": word, "reason": str(reason), "message": message}


def _dated(facet: Status, before: Said | None, generation: int, now: datetime) -> Status:
    """With the time of its last flip, and the generation it is about (for one that was taken over, the old one)."""
    unchanged = before is not None and before.get("status") == facet["status"]
    at = before["lastTransitionTime"] if before is not None and unchanged else now.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"observedGeneration": generation} | facet | {"lastTransitionTime": at}


def _events(facts: Facts, status: Status, said: Said) -> list[Happened]:
    """What changed since the status before; a new generation counts as a change."""
    before = {one.get("type"): one for one in said.get("conditions", ())}
    events: list[Happened] = []
    was_accepted = before.get(ConditionType.ACCEPTED, {}).get("status")
    if facts.problems:
        if was_accepted != "False" or said.get("observedGeneration") != facts.generation:
            note = cut(f"generation {facts.generation} cannot be used: {status['lastError']}")
            events.append(Happened(EventReason.REJECTED, note, warning=True))
        return events
    if was_accepted == "False":
        events.append(Happened(EventReason.ACCEPTED, f"generation {facts.generation} keeps every rule again"))
    in_force = status.get("publishedGeneration", 0)
    if in_force == facts.generation and said.get("publishedGeneration") != in_force:
        events.append(Happened(EventReason.PUBLISHED, f"generation {in_force} is in force"))
    was = before.get(ConditionType.PUBLISHED, {}).get("reason")
    if facts.trouble and in_force != facts.generation and was != PublishedReason.REDIS_AWAY:
        events.append(Happened(EventReason.NOT_PUBLISHED, status["lastError"], warning=True))
    return events


def explained(problem: Problem) -> str:
    """One problem in one sentence: where, what, and how to mend it."""
    text = f"{problem.field}: {problem.message}" if problem.field else problem.message
    if problem.allowed:
        text += f" (allowed: {', '.join(problem.allowed)})"
    return f"{text}; {problem.hint}" if problem.hint else text


def cut(text: str) -> str:
    """As much of a text as a status may hold."""
    return text if len(text) <= MAX_MESSAGE else f"{text[: MAX_MESSAGE - 1]}…"
