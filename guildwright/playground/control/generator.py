"""Worlds and traffic on order: what the control API checks before the generator begins."""

from typing import Literal

import msgspec

from guildwright.playground.control.errors import ControlError, invalid
from guildwright.playground.control.lookup import Lookup
from guildwright.playground.control.models import View
from guildwright.playground.control.requests import Body
from guildwright.playground.generator.runner import Generator, Order
from guildwright.playground.generator.world import Plan, populate
from guildwright.playground.playground import Playground

_MOST_GUILDS, _MOST_MEMBERS, _MOST_PEOPLE = 5_000, 100_000, 1_000_000
_FASTEST, _LONGEST, _MOST_EVENTS = 100_000.0, 7 * 24 * 3600.0, 1_000_000_000


class Seed(Body, frozen=True, kw_only=True):
    """Many guilds at once, each with `members` people, three channels, a moderators' role and the bot."""

    guilds: int
    members: int
    seed: int = 1


class SeedView(View, frozen=True, kw_only=True):
    """What was made, and what there is now."""

    guild_ids: list[str]
    guilds: int
    members: int


class Traffic(Body, frozen=True, kw_only=True):
    """What members shall do by themselves, the same again for the same `seed` in the same world.

    `scenario`: `messages` (only those), `chat` (with typing and reactions), `joins` (and leaves), `voice`, `raid`
    (strangers join, shout and go) or `mixed`. `rate` is acts per second; 0: as fast as the connected clients take
    them. It ends after `events` acts or `seconds`, whichever comes first; without either after 60 seconds. Without
    `guild_ids` it plays in every guild that the bot is in.
    """

    scenario: Literal["messages", "chat", "joins", "voice", "raid", "mixed"] = "chat"
    seed: int = 1
    rate: float = 10.0
    events: int | None = None
    seconds: float | None = None
    guild_ids: list[str] = msgspec.field(default_factory=list)


class TrafficGeneratorView(View, frozen=True, kw_only=True):
    """How far it is. `refused` acts are those that Discord would refuse, for instance of a member in timeout."""

    running: bool
    scenario: str | None
    seed: int | None
    done: int
    by_kind: dict[str, int]
    refused: int
    seconds: float


class Generators:
    """Makes worlds and lets them live."""

    def __init__(self, play: Playground) -> None:
        self._play = play
        self._find = Lookup(play)
        self._generator = Generator(play)

    async def seed(self, body: Seed) -> SeedView:
        """Make guilds."""
        _within("guilds", body.guilds, 1, _MOST_GUILDS)
        _within("members", body.members, 1, _MOST_MEMBERS)
        if body.guilds * body.members > _MOST_PEOPLE:
            raise invalid("members", f"{body.guilds} guilds of {body.members} are more than {_MOST_PEOPLE} people.")
        made = await populate(self._play, Plan(guilds=body.guilds, members=body.members, seed=body.seed))
        memory = self._play.memory
        return SeedView(
            guild_ids=[str(guild_id) for guild_id in made],
            guilds=len(memory.guilds),
            members=sum(len(members) for members in memory.members.values()),
        )

    def start(self, body: Traffic) -> TrafficGeneratorView:
        """Let members act."""
        _within("rate", body.rate, 0, _FASTEST)
        _within("events", body.events, 1, _MOST_EVENTS)
        _within("seconds", body.seconds, 0.01, _LONGEST)
        guild_ids = tuple(self._find.guild(guild_id, "guild_ids").id for guild_id in body.guild_ids)
        endless = body.events is None and body.seconds is None
        order = Order(
            scenario=body.scenario,
            seed=body.seed,
            rate=body.rate,
            events=body.events,
            seconds=60.0 if endless else body.seconds,
            guild_ids=guild_ids,
        )
        if not self._generator.start(order):
            raise ControlError(409, "nobody", "There is no member who could write anywhere; add some.", "guild_ids")
        return self.status()

    def stop(self) -> TrafficGeneratorView:
        """Let them rest."""
        self._generator.stop()
        return self.status()

    def status(self) -> TrafficGeneratorView:
        """How far it is."""
        generator = self._generator
        return TrafficGeneratorView(
            running=generator.running,
            scenario=generator.order.scenario if generator.order else None,
            seed=generator.order.seed if generator.order else None,
            done=generator.done.total(),
            by_kind=dict(generator.done),
            refused=generator.refused,
            seconds=round(generator.took, 3),
        )


def _within(field: str, value: float | None, low: float, high: float) -> None:
    if value is not None and not low <= value <= high:
        raise invalid(field, f"{value} is not between {low:g} and {high:g}.")
