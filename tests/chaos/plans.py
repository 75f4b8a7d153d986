"""Which round strikes where: made from the steps that the calm rounds went through, so that nothing is typed."""

import json
import random  # noqa: TID251  a run is repeated by its seed
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.chaos.lives import LIVES, Life, Round
from tests.chaos.places import Place

# Where the worker is when its server dies, its clock is set, or the answer it waits for is lost.
SERVERS = ("flush", "redis", "postgres", "shard", "playground")
CLOCKS = ("clock +1 h", "clock -1 h", "clock right")
ANSWERS = ("lose_answer", "reset")


@dataclass(frozen=True, order=True)
class Step:
    """A place that jobs of a kind went through in a life."""

    life: str
    kind: str
    place: Place

    def plan(self, act: str, side: str) -> dict[str, Any]:
        """What the watch reads."""
        return {"kind": self.kind, "file": self.place.file, "line": self.place.line, "side": side, "act": act}


def notes(folder: Path) -> list[dict[str, Any]]:
    """Every step that any worker noted, in each one's order; a line that was cut off by a kill does not count."""
    found = []
    for file in sorted(folder.glob("seen-*.jsonl")):
        found += [json.loads(line) for line in file.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]
    return found


def steps(noted: Iterable[dict[str, Any]], rounds: Iterable[Round]) -> list[Step]:
    """The steps of these rounds."""
    lives = {played.prize: played.life.name for played in rounds}
    seen = {
        Step(lives[note["prize"]], note["kind"], Place(note["file"], note["line"], note["what"]))
        for note in noted
        if note["prize"] in lives
    }
    return sorted(seen)


def plans(seen: list[Step], count: int, seed: int) -> list[tuple[Life, dict[str, Any]]]:
    """What befalls each of `count` rounds: every step killed before and after, lost answers, servers, clocks, in turn.

    Where there are fewer rounds than that, chance takes a fair part of each.
    """
    chance = random.Random(seed)  # noqa: S311  nobody has to guess it
    lives = {life.name: life for life in LIVES}
    places: dict[tuple[str, Place], list[Step]] = {}
    for step in seen:
        places.setdefault((step.kind, step.place), []).append(step)

    def struck(keys: Iterable[tuple[str, Place]], acts: Iterable[str]) -> list[tuple[Life, dict[str, Any]]]:
        made = []
        for key in keys:
            for act in acts:
                for side in ("before",) if act in ANSWERS else ("before", "after"):
                    step = chance.choice(places[key])
                    made.append((lives[step.life], step.plan(act, side)))
        chance.shuffle(made)
        return made

    requests = [key for key in places if key[1].what.startswith("discord.")]
    # Half of all is kill -9 of the worker, until each step had it.
    queues = [struck(places, ("kill",)), struck(requests, ANSWERS), struck(places, SERVERS), struck(places, CLOCKS)]
    shares = (4, 1, 2, 1)
    turn = [queue for queue, share in zip(queues, shares, strict=True) for _ in range(share)]
    made: list[tuple[Life, dict[str, Any]]] = []
    while len(made) < count:
        if not any(queues):
            return made + plans(seen, count - len(made), seed + 1)
        made += [queue.pop() for queue in turn if queue]
    return made[:count]
