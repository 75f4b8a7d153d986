"""Runs a script at a rate, or as fast as the connected clients take what comes of it."""

import asyncio
import itertools
import logging
from collections import Counter
from collections.abc import Iterator

import msgspec

from guildwright.playground.generator.actor import Actor, stages
from guildwright.playground.generator.script import Act, script
from guildwright.playground.playground import Playground

_log = logging.getLogger(__name__)
_TURN = 32
_PAUSE = 0.002  # seconds
_MOST_WAITING = 512 * 1024  # bytes in a connection's queue


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What is to happen. `rate` is acts per second, 0 as fast as it goes; it ends after `events`, `seconds` or both."""

    scenario: str
    seed: int = 1
    rate: float = 10.0
    events: int | None = None
    seconds: float | None = None
    guild_ids: tuple[int, ...] = ()


class Generator:
    """One script at a time."""

    def __init__(self, play: Playground) -> None:
        self._play = play
        self._task: asyncio.Task[None] | None = None
        self.order: Order | None = None
        self.done: Counter[str] = Counter()
        self.refused = 0
        self.took = 0.0
        play.on_close.append(self.stop)

    @property
    def running(self) -> bool:
        """Whether a script runs now."""
        return self._task is not None and not self._task.done()

    def start(self, order: Order) -> int:
        """Run it, in place of what ran before; returns how many guilds it plays in."""
        self.stop()
        cast = stages(self._play, list(order.guild_ids) or [guild.id for guild in self._play.memory.bot_guilds()])
        self.order, self.done, self.refused, self.took = order, Counter(), 0, 0.0
        if cast:
            acts = itertools.islice(script(order.seed, order.scenario, cast), order.events)
            self._task = asyncio.create_task(self._run(order, Actor(self._play, cast), acts))
        return len(cast)

    def stop(self) -> None:
        """End it."""
        if self._task:
            self._task.cancel()
            self._task = None

    async def _run(self, order: Order, actor: Actor, acts: Iterator[Act]) -> None:
        clock = self._play.clock
        start = clock.monotonic()
        try:
            while order.seconds is None or self.took < order.seconds:
                due = self._due(order, clock.monotonic() - start)
                turn = list(itertools.islice(acts, due))
                if due and not turn:
                    break
                for act in turn:
                    self._count(act, done=actor.act(act))
                self.took = clock.monotonic() - start
                await asyncio.sleep(0 if due else _PAUSE)
        except Exception:
            _log.exception("the traffic generator failed")
            raise
        self.took = clock.monotonic() - start

    def _due(self, order: Order, passed: float) -> int:
        """How many acts this turn of the loop may do."""
        if any(session.wire and session.wire.waiting > _MOST_WAITING for session in self._play.hub.sessions.values()):
            return 0
        if order.rate == 0:
            return _TURN
        return min(_TURN, int(passed * order.rate) - self.done.total() - self.refused)

    def _count(self, act: Act, *, done: bool) -> None:
        if done:
            self.done[act.kind] += 1
        else:
            self.refused += 1
