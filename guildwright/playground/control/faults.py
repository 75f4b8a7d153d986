"""Test controls of misbehaviour: faults for the requests and events to come."""

import re

from guildwright.playground import faults
from guildwright.playground.control import fault_models as models
from guildwright.playground.control.errors import invalid, unknown
from guildwright.playground.control.lookup import Lookup
from guildwright.playground.gateway.detours import Detour
from guildwright.playground.playground import Playground

_LONGEST_MS = 24 * 60 * 60 * 1000
_EVENT = re.compile(r"[A-Z_]{2,60}")
_BOUNDS = {
    "times": (1, 1_000_000),
    "skip": (0, 1_000_000),
    "status": (500, 599),
    "milliseconds": (1, _LONGEST_MS),
    "retry_after": (0, _LONGEST_MS / 1000),
}
# Which field belongs to which effects.
_FIELDS = {
    "status": ("status",),
    "milliseconds": ("delay", "delay_answer"),
    "retry_after": ("rate_limit",),
    "scope": ("rate_limit",),
}


class Faults:
    """Adds, shows and removes them."""

    def __init__(self, play: Playground) -> None:
        self._play = play
        self._find = Lookup(play)
        self._asked: dict[int, models.NewMatch] = {}

    def add(self, body: models.NewFault) -> models.FaultView:
        """From now on."""
        _check(body)
        rule = faults.Rule(body.effect, self._match(body.match), faults.Count(body.times, body.skip))
        match body.effect:
            case "status":
                rule.status = 500 if body.status is None else body.status
            case "rate_limit":
                rule.status, rule.scope = 429, body.scope or "user"
                rule.seconds = 1.0 if body.retry_after is None else body.retry_after
            case _:
                rule.seconds = (body.milliseconds or 0) / 1000
        rule.id = self._play.faults.number()
        self._play.faults.rules.append(rule)
        self._asked[rule.id] = body.match
        return models.fault(rule, body.match)

    def _match(self, asked: models.NewMatch) -> faults.Match:
        if asked.path is not None and not asked.path.startswith(("/", "*")):
            raise invalid("match.path", f"{asked.path[:100]!r} starts with neither / nor *; leave /api/v10 out.")
        if asked.path is not None and asked.path.startswith(faults.PREFIX):
            raise invalid("match.path", f"Leave {faults.PREFIX} out of the path.")
        guild = self._find.guild(asked.guild_id, "match.guild_id") if asked.guild_id else None
        channel = self._find.channel(asked.channel_id, "match.channel_id") if asked.channel_id else None
        return faults.Match(
            method=asked.method,
            path=faults.glob(asked.path) if asked.path is not None else None,
            guild_id=guild.id if guild else None,
            channel_id=channel.id if channel else None,
        )

    def add_event(self, body: models.NewEventFault) -> models.EventFaultView:
        """From now on."""
        _check_event(body)
        guild = self._find.guild(body.guild_id) if body.guild_id else None
        if body.session_id is not None and body.session_id not in self._play.hub.sessions:
            raise unknown("session", body.session_id, "session_id")
        rule = Detour(body.effect, body.event, faults.Count(body.times, body.skip))
        rule.id = self._play.faults.number()
        rule.session_id, rule.guild_id = body.session_id, guild.id if guild else None
        rule.seconds = (1000 if body.milliseconds is None else body.milliseconds) / 1000
        self._play.hub.detours.rules.append(rule)
        return models.event_fault(rule)

    def all(self) -> models.FaultsView:
        """Every fault."""
        play = self._play
        return models.FaultsView(
            faults=[models.fault(rule, self._asked[rule.id]) for rule in play.faults.rules],
            events=[models.event_fault(rule) for rule in play.hub.detours.rules],
            stalled=[
                session.id
                for session in play.hub.sessions.values()
                if (line := play.lines.get(session.wire)) and line.stalled
            ],
        )

    def remove(self, fault_id: str) -> None:
        """One ends."""
        play = self._play
        for rule in play.faults.rules:
            if str(rule.id) == fault_id:
                play.faults.remove(rule)
                return
        for detour in play.hub.detours.rules:
            if str(detour.id) == fault_id:
                play.hub.detours.remove(detour)
                return
        raise unknown("fault", fault_id, "fault_id")

    def clear(self) -> None:
        """All end."""
        for rule in [*self._play.faults.rules]:
            self._play.faults.remove(rule)
        for detour in [*self._play.hub.detours.rules]:
            self._play.hub.detours.remove(detour)
        for line in self._play.lines.values():
            line.flow()


def _check(body: models.NewFault) -> None:
    """Refuse what cannot be, with the field and what is allowed."""
    for field, effects in _FIELDS.items():
        if getattr(body, field) is not None and body.effect not in effects:
            raise invalid(field, f"{field} belongs to the effect {' or '.join(effects)}, not to {body.effect}.")
    if body.effect in _FIELDS["milliseconds"] and body.milliseconds is None:
        raise invalid("milliseconds", f"The effect {body.effect} needs milliseconds.")
    _check_bounds(body, ("times", "skip", "status", "milliseconds", "retry_after"))


def _check_event(body: models.NewEventFault) -> None:
    if body.event is not None and not _EVENT.fullmatch(body.event):
        raise invalid("event", f"{body.event[:40]!r} is not an event's name, such as MESSAGE_CREATE.")
    if body.milliseconds is not None and body.effect not in {"delay", "reorder"}:
        raise invalid("milliseconds", f"milliseconds belongs to the effect delay or reorder, not to {body.effect}.")
    if body.milliseconds is None and body.effect == "delay":
        raise invalid("milliseconds", "The effect delay needs milliseconds.")
    _check_bounds(body, ("times", "skip", "milliseconds"))


def _check_bounds(body: models.NewFault | models.NewEventFault, fields: tuple[str, ...]) -> None:
    for field in fields:
        value, (least, most) = getattr(body, field), _BOUNDS[field]
        if value is not None and not least <= value <= most:
            raise invalid(field, f"{value} is not between {least} and {most}.")
