"""What happens, in order: the same seed and the same cast give the same acts.

Pure: a person is a number. Those that the cast lists come first; whoever joins later gets the next free number.
"""

from collections.abc import Iterator
from typing import Literal

import msgspec

from guildwright.playground.generator import words
from guildwright.playground.generator.chance import Chance

type Kind = Literal["chat", "typing", "react", "join", "leave", "voice"]

# How often each kind of act happens, of a hundred.
SCENARIOS: dict[str, dict[Kind, int]] = {
    "messages": {"chat": 100},
    "chat": {"chat": 78, "typing": 12, "react": 10},
    "joins": {"join": 55, "leave": 45},
    "voice": {"voice": 90, "chat": 10},
    "mixed": {"chat": 60, "typing": 10, "react": 10, "join": 6, "leave": 4, "voice": 10},
    "raid": {},
}
_EMOJI = ("👍", "🎉", "❤️", "😂", "🔥")
_RAIDERS, _SHOUTS = 12, 4


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """A guild where it plays: where people write and speak, and how many people there are at first."""

    guild_id: int
    texts: tuple[int, ...]
    voices: tuple[int, ...]
    people: tuple[int, ...]


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody does something. `channel_id` is None where it needs none, or for leaving voice."""

    kind: Kind
    guild_id: int
    person: int
    channel_id: int | None = None
    text: str = ""


class Crowd:
    """Who of a guild is there at the moment."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.present = list(range(len(stage.people)))
        self.next = len(stage.people)
        self.speaking: set[int] = set()

    def join(self, chance: Chance) -> Act:
        """A newcomer."""
        person, self.next = self.next, self.next + 1
        self.present.append(person)
        return Act(kind="join", guild_id=self.stage.guild_id, person=person, text=words.person(chance, person)[1])

    def leave(self, chance: Chance) -> Act:
        """Somebody goes, if anybody is left."""
        if len(self.present) < 2:  # noqa: PLR2004 - a guild is never left empty
            return self.join(chance)
        place = chance.below(len(self.present))
        person = self.present[place]
        self.present[place] = self.present[-1]
        self.present.pop()
        self.speaking.discard(person)
        return Act(kind="leave", guild_id=self.stage.guild_id, person=person)

    def speak(self, chance: Chance) -> Act:
        """Somebody joins voice, moves or leaves it."""
        if not self.stage.voices or not self.present:
            return self.write(chance)
        person = chance.one(self.present)
        channel = chance.one(self.stage.voices)
        if person in self.speaking and chance.happens(0.5):
            self.speaking.discard(person)
            return Act(kind="voice", guild_id=self.stage.guild_id, person=person)
        self.speaking.add(person)
        return Act(kind="voice", guild_id=self.stage.guild_id, person=person, channel_id=channel)

    def write(self, chance: Chance, kind: Kind = "chat") -> Act:
        """Somebody writes, types or reacts."""
        if not self.present:
            return self.join(chance)
        text = ""
        if kind == "chat":
            text = words.sentence(chance)
        elif kind == "react":
            text = chance.one(_EMOJI)
        channel, person = chance.one(self.stage.texts), chance.one(self.present)
        return Act(kind=kind, guild_id=self.stage.guild_id, person=person, channel_id=channel, text=text)


def script(seed: int, scenario: str, stages: tuple[Stage, ...]) -> Iterator[Act]:
    """Acts without end."""
    chance = Chance(seed)
    crowds = [Crowd(stage) for stage in stages]
    if scenario == "raid":
        while True:
            yield from _raid(chance, chance.one(crowds))
    kinds = [kind for kind, weight in SCENARIOS[scenario].items() for _ in range(weight)]
    while True:
        yield _act(chance, chance.one(crowds), chance.one(kinds))


def _act(chance: Chance, crowd: Crowd, kind: Kind) -> Act:
    match kind:
        case "join":
            return crowd.join(chance)
        case "leave":
            return crowd.leave(chance)
        case "voice":
            return crowd.speak(chance)
        case _:
            return crowd.write(chance, kind)


def _raid(chance: Chance, crowd: Crowd) -> Iterator[Act]:
    """Strangers come together, shout the same into one channel, and go."""
    raiders = [crowd.join(chance) for _ in range(_RAIDERS)]
    yield from raiders
    channel, text = chance.one(crowd.stage.texts), f"@everyone {words.sentence(chance)} https://example.org/free"
    for _ in range(_SHOUTS):
        for raider in raiders:
            yield Act(kind="chat", guild_id=raider.guild_id, person=raider.person, channel_id=channel, text=text)
    for raider in raiders:
        crowd.present.remove(raider.person)
        yield Act(kind="leave", guild_id=raider.guild_id, person=raider.person)
