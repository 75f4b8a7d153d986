"""Edits that do not stop while something breaks, and members who use the bot meanwhile: both counted."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx
import urllib3

from tests.cluster.community import Community, numbered, told
from tests.cluster.waiting import wait_for

EDIT_EVERY = 0.3  # seconds
ASK_EVERY = 1.0
ANSWERED = "replied"
LATE = "no_answer"  # the bot was there, and more than Discord's 3 s went by
LATE_SHARE = 10  # one command in so many may be late: the cluster has as few processors as whoever runs the tests
SETTLES_WITHIN = 120
NEVER = -1  # the edit of a guild without a document


@dataclass
class Tally:
    """What was sent, and what came of it."""

    accepted: dict[str, int] = field(default_factory=dict)
    edits: int = 0
    turned_away: int = 0
    answers: int = 0
    nobody: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    lost: int = 0
    settled: float = 0.0

    @property
    def silences(self) -> list[str]:
        """Commands that nobody was there for, and late ones where they are more than a busy machine explains."""
        asked = self.answers + len(self.nobody) + len(self.late)
        return self.nobody + (self.late if len(self.late) > max(1, asked // LATE_SHARE) else [])

    def __str__(self) -> str:
        return (
            f"{self.edits} edits accepted ({self.turned_away} more not taken by the API server), lost = {self.lost}, "
            f"all obeyed {self.settled:.1f} s after the last; "
            f"commands answered {self.answers}, nobody there for {len(self.nobody)}, too late {len(self.late)}"
        )


@dataclass
class Unrest:
    """Guilds whose documents change all the time."""

    trial: Community
    guilds: list[dict[str, Any]]
    number: int = 0

    @contextlib.contextmanager
    def during(self) -> Iterator[Tally]:
        """Edit and ask while the `with` lasts; then count guilds that lost their last edit, or do not obey it."""
        tally, end = Tally(), threading.Event()
        with ThreadPoolExecutor() as pool:
            running = [
                pool.submit(self._repeat, end, EDIT_EVERY, lambda: self._edit(tally)),
                pool.submit(self._repeat, end, ASK_EVERY, lambda: self._ask(tally)),
            ]
            try:
                yield tally
            finally:
                end.set()
        for each in running:
            each.result()  # one that ended by a fault counted nothing from then on
        assert tally.edits, "no edit was accepted, so none could be lost"
        assert tally.answers, f"no command was answered: {tally.nobody + tally.late}"
        self._settle(tally)

    @staticmethod
    def _repeat(end: threading.Event, every: float, work: Callable[[], None]) -> None:
        while not end.wait(every):
            work()

    def _edit(self, tally: Tally) -> None:
        self.number += 1
        guild = self.guilds[self.number % len(self.guilds)]
        try:
            taken = self.trial.edit(guild, numbered(self.number)).status in {200, 201}
        except (OSError, urllib3.exceptions.HTTPError):
            taken = False  # or it was taken and its answer lost: what the document says in the end is what counts
        if taken:
            tally.edits += 1
            tally.accepted[guild["id"]] = self.number
        else:
            tally.turned_away += 1

    def _ask(self, tally: Tally) -> None:
        try:
            answer = self.trial.command(self.guilds[0], "help")
        except httpx.TimeoutException as error:
            tally.late.append(repr(error))
        except httpx.HTTPError as error:
            tally.nobody.append(repr(error))
        else:
            code = (answer.get("error") or {}).get("code", answer["status"])
            if code == ANSWERED:
                tally.answers += 1
            else:
                (tally.late if code == LATE else tally.nobody).append(code)

    def _settle(self, tally: Tally) -> None:
        began = time.monotonic()
        said = {guild["id"]: self._said(guild) for guild in self.guilds}
        undone = sum(said[id_] < last for id_, last in tally.accepted.items())
        waiting = {guild["id"]: guild for guild in self.guilds if said[guild["id"]] != NEVER}
        tally.lost = len(waiting)

        def all_obeyed() -> bool:
            for id_, guild in list(waiting.items()):
                with contextlib.suppress(httpx.HTTPError):
                    if self.trial.obeys(guild, said[id_]):
                        del waiting[id_]
            tally.lost = len(waiting) + undone
            return not waiting

        with contextlib.suppress(AssertionError):  # the tally says it, and the test asserts on that
            wait_for("every edit obeyed", all_obeyed, SETTLES_WITHIN)
        tally.settled = time.monotonic() - began

    def _said(self, guild: dict[str, Any]) -> int:
        """The edit that a guild's document has in the end."""
        stored = self.trial.stored(guild)
        return NEVER if stored is None else told(stored)
