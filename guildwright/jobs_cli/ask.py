"""How every `jobs` command ends: 0 done, 1 refused, 2 the question or the database is at fault."""

import asyncio
import errno
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

import asyncpg
import typer

from guildwright.platform.database import engine
from guildwright.platform.database.errors import has_given_up, is_database_away
from guildwright.platform.jobs.admin import OUTCOMES
from guildwright.platform.jobs.tables import JobState, Outcome
from guildwright.platform.settings import Settings

DONE, REFUSED, FAULT = 0, 1, 2
_LARGEST_ID = 2**63 - 1
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # no socket says so


class Mistaken(Exception):  # noqa: N818  a person's mistake, not a fault
    """The command cannot mean what it says; the text says how to mend it."""


@dataclass(frozen=True)
class Wanted:
    """Which jobs to list, as the person wrote it."""

    states: tuple[str, ...] = ()
    outcome: str | None = None
    kind: str | None = None
    guild: str | None = None
    limit: int = 50

    def checked_states(self) -> list[str]:
        """The states asked for; without any, those of jobs that are not done.

        Raises:
            Mistaken: naming those that there are.
        """
        for state in self.states:
            _allowed("--state", state, JobState)
        if self.kind is not None and not self.kind.isprintable():  # half a character, which no database takes
            raise Mistaken(f"--kind {self.kind!r} is none; kinds are words such as giveaways.end")
        if self.outcome is not None:
            _allowed("--outcome", self.outcome, (outcome for outcome in Outcome if outcome))
        if self.outcome is None:
            return list(self.states) or [state.value for state in JobState if state is not JobState.DONE]
        possible = [state for state, outcomes in OUTCOMES.items() if self.outcome in outcomes]
        if self.states and not set(self.states) & set(possible):
            raise Mistaken(
                f"--outcome {self.outcome!r} is of jobs that are {' or '.join(possible)}, and --state says "
                f"{', '.join(self.states)}; allowed: "
                + "; ".join(f"--state {state} --outcome {'|'.join(named)}" for state, named in OUTCOMES.items())
                + ". Or leave out --state"
            )
        return list(self.states) or possible

    def guild_id(self) -> int | None:
        """The guild asked for.

        Raises:
            Mistaken: when it is no id.
        """
        if self.guild is None:
            return None
        number = self.guild.isascii() and self.guild.isdigit()
        if not number or len(self.guild) > len(str(_LARGEST_ID)) or int(self.guild) > _LARGEST_ID:
            raise Mistaken(f"--guild {self.guild!r} is no guild: give its id, which Discord copies with Copy Server ID")
        return int(self.guild)


def _allowed(option: str, value: str, among: Iterable[str]) -> None:
    names = [str(name) for name in among]
    if value not in names:
        raise Mistaken(f"{option} {value!r} is none; allowed: {', '.join(names)}")


def with_database(settings: Settings, work: Callable[[], Awaitable[int]]) -> int:
    """Run `work` on the database that the settings name; what goes wrong is said on stderr."""

    async def opened() -> int:
        await engine.open_database(settings, pool_size=1)
        try:
            return await work()
        finally:
            await engine.close_database()

    try:
        return asyncio.run(opened())
    except (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError):
        complain("the database's tables are not those of this version: run `guildwright migrate`")
    except (Mistaken, ValueError) as error:
        complain(str(error))
    except BrokenPipeError:  # `| head` has read enough: typer ends quietly
        raise
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            complain(f"cannot write: {error.strerror}")
            return FAULT
        if has_given_up(error):
            complain(f"PostgreSQL gave up: {error}. Somebody may hold a lock, or the disk is slow: try again")
            return FAULT
        away = "PostgreSQL does not answer" if is_database_away(error) else "PostgreSQL refuses"
        complain(f"{away}: {error or type(error).__name__}. Is DATABASE_URL right, or is `guildwright up` running?")
    return FAULT


def complain(*lines: str) -> None:
    """Say it on stderr."""
    for line in lines:
        typer.echo(line, err=True)
