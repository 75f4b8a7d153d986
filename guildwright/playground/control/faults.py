"""Test controls of misbehaviour: faults for the requests to come."""

from guildwright.playground import faults
from guildwright.playground.control import fault_models as models
from guildwright.playground.control.errors import invalid, unknown
from guildwright.playground.control.lookup import Lookup
from guildwright.playground.playground import Playground

_LONGEST_MS = 24 * 60 * 60 * 1000
_MOST = 1_000_000
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
        rule = faults.Rule(body.effect, self._match(body.match), times=body.times, skip=body.skip)
        match body.effect:
            case "status":
                rule.status = 500 if body.status is None else body.status
            case "rate_limit":
                rule.status, rule.scope = 429, body.scope or "user"
                rule.seconds = 1.0 if body.retry_after is None else body.retry_after
            case _:
                rule.seconds = (body.milliseconds or 0) / 1000
        self._play.faults.add(rule)
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

    def all(self) -> models.FaultsView:
        """Every fault."""
        return models.FaultsView(faults=[models.fault(rule, self._asked[rule.id]) for rule in self._play.faults.rules])

    def remove(self, fault_id: str) -> None:
        """One ends."""
        for rule in self._play.faults.rules:
            if str(rule.id) == fault_id:
                self._play.faults.remove(rule)
                return
        raise unknown("fault", fault_id, "fault_id")

    def clear(self) -> None:
        """All end."""
        self._play.faults.clear()


def _check(body: models.NewFault) -> None:
    """Refuse what cannot be, with the field and what is allowed."""
    for field, effects in _FIELDS.items():
        if getattr(body, field) is not None and body.effect not in effects:
            raise invalid(field, f"{field} belongs to the effect {' or '.join(effects)}, not to {body.effect}.")
    if body.effect in _FIELDS["milliseconds"] and body.milliseconds is None:
        raise invalid("milliseconds", f"The effect {body.effect} needs milliseconds.")
    for field, value, least, most in (
        ("times", body.times, 1, _MOST),
        ("skip", body.skip, 0, _MOST),
        ("status", body.status, 500, 599),
        ("milliseconds", body.milliseconds, 1, _LONGEST_MS),
        ("retry_after", body.retry_after, 0, _LONGEST_MS / 1000),
    ):
        if value is not None and not least <= value <= most:
            raise invalid(field, f"{value} is not between {least} and {most}.")
