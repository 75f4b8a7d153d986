"""What is wrong with guild documents, told in the log and in Redis, once for each time it changes."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict

import structlog
from redis.asyncio import Redis

from guildwright.platform.config.keys import ERRORS
from guildwright.platform.config.record import Known, News
from guildwright.platform.config.store import State
from guildwright_crds.check import Problem

_log = structlog.get_logger(__name__)


class Reports:
    """The problems of every guild, and of every document whose guild nobody can tell."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._wanted: dict[str, tuple[Problem, ...]] = {}
        self._strays: dict[str, tuple[Problem, ...]] = {}
        self._written: dict[str, str] | None = None

    def take(self, change: News) -> None:
        """Log what is new, and remember it for Redis."""
        if change.complete:
            self._wanted.clear()
        for guild_id, stored in change.guilds.items():
            known = self._wanted.pop(guild_id, ())
            if stored is not None and stored.problems:
                self._wanted[guild_id] = stored.problems
                if stored.problems != known:
                    _complain(stored.problems, _consequence(stored), guild_id)
            elif known and stored is not None:
                _log.info("the guild's document is good again", guild=guild_id, generation=stored.generation)
        strays = {stray.source: stray.problems for stray in change.strays}
        for source, problems in strays.items():
            if self._strays.get(source) != problems:
                _complain(problems, "it is passed over; the other documents are in force")
        self._strays = strays

    def forget(self) -> None:
        """Trust Redis no longer to hold what was written."""
        self._written = None

    async def write(self) -> None:
        """Replace what Redis says by what is the case, unless it is the same."""
        wanted = {key: _json(problems) for key, problems in (self._wanted | self._strays).items()}
        if wanted == self._written:
            return
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.delete(ERRORS)
            if wanted:
                pipe.hset(ERRORS, items=[part for item in wanted.items() for part in item])
            await pipe.execute()
        self._written = wanted


def where(problem: Problem | Mapping[str, object]) -> str:
    """`file:line:column`, as editors understand it; of an object of a cluster, which has no lines, only its name."""
    said = problem if isinstance(problem, Mapping) else asdict(problem)
    return f"{said['file']}:{said['line']}:{said['column']}" if said["line"] else str(said["file"])


def _consequence(stored: Known) -> str:
    if stored.state is State.KEPT:
        return f"the last good one stays in force, generation {stored.generation}"
    return "the guild runs on defaults, it never had a good one"


def _complain(problems: Iterable[Problem], consequence: str, guild_id: str | None = None) -> None:
    for problem in problems:
        said = {
            "guild": guild_id,
            "field": problem.field,
            "why": problem.message,
            "allowed": list(problem.allowed),
            "hint": problem.hint,
            "consequence": consequence,
        }
        _log.error(
            "a guild document cannot be used",
            where=where(problem),
            **{key: value for key, value in said.items() if value},
        )


def _json(problems: Iterable[Problem]) -> str:
    return json.dumps([asdict(problem) for problem in problems])
