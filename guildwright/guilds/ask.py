"""How every `guilds` command ends: 0 done, 1 refused or different, 2 the question or the store is at fault."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any

import typer

from guildwright.platform.config.document import fresh_document, patched
from guildwright.platform.config.report import where
from guildwright.platform.config.resource import without_lines
from guildwright.platform.config.specs import tidy
from guildwright.platform.config.store import CannotWrite, ConfigStore, StaleWrite, StoreAway
from guildwright.platform.config.stores import open_store
from guildwright.platform.settings import Settings
from guildwright_crds.base import SNOWFLAKE_PATTERN
from guildwright_crds.check import Problem
from guildwright_crds.guild_config import GuildConfigSpec
from guildwright_crds.problems import shown

DONE, REFUSED, FAULT = 0, 1, 2


class Mistaken(Exception):  # noqa: N818  a person's mistake, not a fault
    """The command cannot mean what it says; the text says how to mend it."""


def with_store(settings: Settings, work: Callable[[ConfigStore], Awaitable[int]]) -> int:
    """Run `work` on the store that the settings name; what goes wrong is said on stderr."""

    async def opened() -> int:
        async with open_store(settings) as store:
            return await work(store)

    try:
        return asyncio.run(opened())
    except (StoreAway, Mistaken) as error:
        complain(str(error))
        return FAULT
    except CannotWrite as error:
        complain(*told(error.problems, error.guild_id))
        return REFUSED
    except StaleWrite as error:
        complain(str(error))
        return REFUSED
    except BrokenPipeError:
        raise  # whoever read us has seen enough
    except OSError as error:
        complain(f"{error.filename or 'the output'}: {error.strerror or error}")
        return FAULT


def complain(*lines: str) -> None:
    """Say it on stderr."""
    for line in lines:
        typer.echo(line, err=True)


def guild_of(text: str) -> str:
    """A guild's id.

    Raises:
        Mistaken: the text is none.
    """
    if not re.fullmatch(SNOWFLAKE_PATTERN, text):
        raise Mistaken(
            f"{shown(text)} is no guild: give its id, 17 to 19 digits, which Discord copies with Copy Server ID; "
            "`guildwright guilds list` shows those that have a document"
        )
    return text


def told(problems: Iterable[Problem], guild_id: str = "") -> Iterator[str]:
    """Problems in lines: of files with their places, of one guild with its id."""
    for problem in problems:
        place = f"guild {guild_id}" if guild_id else where(problem)
        yield f"{place}: {problem.field + ': ' if problem.field else ''}{problem.message}"
        if problem.allowed:
            yield f"    allowed: {', '.join(problem.allowed)}"
        hint = without_lines(problem.hint) if guild_id else problem.hint
        if hint:
            yield f"    hint: {hint}"


def authored(spec: GuildConfigSpec) -> dict[str, Any]:
    """What the author of a spec decided, as plain JSON; everything left out keeps its default."""
    return dict(tidy(spec.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude_none=True)))


def as_yaml(guild_id: str, spec: dict[str, Any]) -> str:
    """The document as a person would write it."""
    return patched(fresh_document(guild_id), spec)


def in_words(value: object) -> str:
    """A value on one line."""
    return "(default)" if value is None else shown(value)
