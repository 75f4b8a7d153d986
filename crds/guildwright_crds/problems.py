"""What `check` finds: one thing that is wrong with a document, where it stands, and how to mend it."""

import json
from dataclasses import dataclass
from typing import Any

from guildwright_crds.guild_config import GuildConfigSpec

_SHOWN = 60


@dataclass(frozen=True)
class Problem:
    """One mistake. `line` and `column` count from 1; `field` is a path such as `spec.giveaways.claimTimeout`.

    `allowed` says what may stand there instead, `hint` how to mend it.
    """

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

    `document` is the plain data, where it could be read. `guild_id` is known as soon as the name is a snowflake, so
    that a guild keeps its last good config when something else is wrong; `name_at` is where the name stands.
    """

    file: str
    document: dict[str, Any] | None
    guild_id: str | None
    spec: GuildConfigSpec | None
    problems: tuple[Problem, ...]
    name_at: tuple[int, int] = (1, 1)

    @property
    def valid(self) -> bool:
        """Whether the document may be applied."""
        return not self.problems


def shown(value: object) -> str:
    """A value as it can be shown on one line of any terminal: short, and nothing in it is an escape sequence."""
    if isinstance(value, str):
        return f'"{one_line(value)}"'
    return one_line(json.dumps(value, ensure_ascii=False, default=str))


def one_line(text: str) -> str:
    """A text cut to what fits on a line, and escaped."""
    cut = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in cut)


def field_path(path: tuple[str | int, ...]) -> str:
    """A path in the words of kubectl: `spec.commands.rules[0].name`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part.isidentifier():
            text += f".{part}" if text else part
        else:
            text += f"[{shown(part)}]"
    return text
