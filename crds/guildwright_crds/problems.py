"""What `check` finds: one thing that is wrong with a document, where it stands, and how to mend it."""

from dataclasses import dataclass
from typing import Any

from guildwright_crds.guild_config import GuildConfigSpec


@dataclass(frozen=True)
class Problem:
    """One mistake. `line` and `column` count from 1; `field` is a path such as `spec.giveaways.claimTimeout`."""

    file: str
    line: int
    column: int
    field: str
    message: str
    allowed: tuple[str, ...] = ()
    hint: str | None = None


@dataclass(frozen=True)
class Checked:
    """The verdict on one file: a document without problems has a `guild_id` and a `spec`.

    `document` is the plain data, where it could be read; `guild_id` is known as soon as the name is a snowflake, so
    that a guild keeps its last good config when something else is wrong.
    """

    file: str
    document: dict[str, Any] | None
    guild_id: str | None
    spec: GuildConfigSpec | None
    problems: tuple[Problem, ...]

    @property
    def valid(self) -> bool:
        """Whether the document may be applied."""
        return not self.problems
