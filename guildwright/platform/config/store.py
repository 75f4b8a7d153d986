"""What a source of guild documents can do, be it a directory of YAML files or a cluster.

The publisher, `guilds list` and whoever edits a document know this and nothing of files.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from guildwright_crds.check import Problem
from guildwright_crds.guild_config import GuildConfigSpec


class State(StrEnum):
    """What became of a guild's document."""

    LIVE = "live"
    WAITING = "not taken up yet"  # good, but no publisher has recorded it
    KEPT = "last good kept"  # the document cannot be used; what it said before stays in force
    REFUSED = "refused"  # the document cannot be used and never could: the guild runs on defaults
    DEFAULTS = "defaults"  # no document


@dataclass(frozen=True)
class Stored:
    """A guild's document and what is in force.

    `version` names the document's present content and is what `write` wants back ("" where there is none). `spec`,
    `uid` and `generation` are what is in force; of a document that waits, `spec` is already its own. `source` is where
    a person finds it (for files: the path below the directory).
    """

    guild_id: str
    version: str
    uid: str
    generation: int
    spec: GuildConfigSpec
    source: str
    problems: tuple[Problem, ...]
    state: State

    @property
    def in_force(self) -> bool:
        """Whether there is something to publish."""
        return self.state in (State.LIVE, State.KEPT)


@dataclass(frozen=True)
class Stray:
    """A document that cannot be used and whose guild nobody can tell."""

    source: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Change:
    """What differs from the change before; the first of a watch is `complete`: guilds not in it have no document.

    A guild with None lost its document. `strays` is always the whole list.
    """

    guilds: Mapping[str, Stored | None]
    strays: tuple[Stray, ...]
    complete: bool = False


class StoreAway(Exception):  # noqa: N818  a state, not a fault
    """The store does not answer, or not to us; the text says why and how to mend it."""


class StaleWrite(Exception):  # noqa: N818  the contract's name
    """The document changed since it was read; read it again and repeat."""

    def __init__(self, guild_id: str, expected: str, found: str) -> None:
        super().__init__(
            f"the configuration of guild {guild_id} changed since it was read: read it again and repeat the change"
        )
        self.guild_id, self.expected, self.found = guild_id, expected, found


class CannotWrite(Exception):  # noqa: N818  beside StaleWrite
    """The change would leave a document that cannot be used, or there is none that could be changed."""

    def __init__(self, guild_id: str, problems: Sequence[Problem]) -> None:
        said = "; ".join(
            f"{problem.field}: {problem.message}" if problem.field else problem.message for problem in problems
        )
        super().__init__(f"the configuration of guild {guild_id} cannot be changed: {said}")
        self.guild_id, self.problems = guild_id, tuple(problems)


class Owned(CannotWrite):
    """Others own what the change is about: it is theirs to change. `owners`: field to the names of its managers."""

    def __init__(self, guild_id: str, owners: Mapping[str, Sequence[str]], problems: Sequence[Problem]) -> None:
        super().__init__(guild_id, problems)
        self.owners = dict(owners)


class ConfigStore(Protocol):
    """A source of guild documents."""

    async def list(self) -> list[Stored]:
        """Every guild that has a document or a last good one, by guild id."""
        ...

    async def strays(self) -> tuple[Stray, ...]:
        """The documents whose guild nobody can tell."""
        ...

    async def read(self, guild_id: str) -> Stored:
        """One guild's; of state `DEFAULTS` where it has no document."""
        ...

    def watch(self) -> AsyncGenerator[Change]:
        """Everything there is, then every change. Only one process at a time may watch: it records generations."""
        ...

    async def write(
        self, guild_id: str, patch: Mapping[str, Any], expected_version: str, *, dry_run: bool = False
    ) -> Stored:
        """Merge `patch` (RFC 7386: null removes) into the document's spec, creating the document where there is none.

        With `dry_run` everything is examined, nothing is written, and the answer is what would be.

        Raises:
            StaleWrite: the document is no longer `expected_version`.
            CannotWrite: the outcome would not pass the check; `Owned` where a field is another's to change.
            StoreAway: the store does not answer.
        """
        ...

    async def outgrow(self, guild_id: str, published: int) -> Stored | None:
        """Answer a record that was published under our uid with a generation as high as ours, but other content.

        The store's generation rises above `published` where it is the store's own to count; None where the published
        record is the newer one and must stand.
        """
        ...
