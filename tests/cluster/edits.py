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

from tests.cluster.community import Community, numbered
from tests.cluster.waiting import wait_for

EDIT_EVERY = 0.3  # seconds
ASK_EVERY = 1.0
ANSWERED = "replied"
SETTLES_WITHIN = 120


@dataclass
class Tally:
    """What was sent, and what came of it."""

    accepted: dict[str, int] = field(default_factory=dict)
    edits: int = 0
    turned_away: int = 0
    answers: int = 0
    silences: list[str] = field(default_factory=list)
    lost: int = 0
    settled: float = 0.0

    def __str__(self) -> str:
        return (
            f"{self.edits} edits accepted ({self.turned_away} more not taken by the API server), lost = {self.lost}, "
            f"all obeyed {self.settled:.1f} s after the last; "
            f"commands answered {self.answers}, not answered {len(self.silences)}"
        )


@dataclass
class Unrest:
    """Guilds whose documents change all the time."""

    trial: Community
    guilds: list[dict[str, Any]]
    number: int = 0

    @contextlib.contextmanager
    def during(self) -> Iterator[Tally]:
        """Edit and ask while the `with` lasts; then count which guild's last accepted edit the bot does not obey."""
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
        assert tally.answers, f"no command was answered: {tally.silences}"
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
            taken = False  # an edit whose answer was lost: the next one of this guild replaces it
        if taken:
            tally.edits += 1
            tally.accepted[guild["id"]] = self.number
        else:
            tally.turned_away += 1

    def _ask(self, tally: Tally) -> None:
        try:
            status = self.trial.command(self.guilds[0], "help")["status"]
        except httpx.HTTPError as error:
            status = repr(error)
        if status == ANSWERED:
            tally.answers += 1
        else:
            tally.silences.append(status)

    def _settle(self, tally: Tally) -> None:
        began = time.monotonic()
        waiting = {guild["id"]: guild for guild in self.guilds if guild["id"] in tally.accepted}
        tally.lost = len(waiting)

        def all_obeyed() -> bool:
            for id_, guild in list(waiting.items()):
                with contextlib.suppress(httpx.HTTPError):
                    if self.trial.obeys(guild, tally.accepted[id_]):
                        del waiting[id_]
            tally.lost = len(waiting)
            return not waiting

        with contextlib.suppress(AssertionError):  # the tally says it, and the test asserts on that
            wait_for("every edit obeyed", all_obeyed, SETTLES_WITHIN)
        tally.settled = time.monotonic() - began
