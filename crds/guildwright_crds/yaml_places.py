"""Where things stand in a document, and what is wrong with its YAML."""

from dataclasses import dataclass, field
from typing import Any

type Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Mark:
    """A place in the text, counted from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Place:
    """Where a value stands, and its key, if it has one. `plain` is the text of an unquoted scalar."""

    value: Mark
    key: Mark | None = None
    plain: str | None = None
    scalar: bool = False


@dataclass(frozen=True)
class Flaw:
    """What is wrong with the YAML itself."""

    path: Path
    mark: Mark
    message: str
    allowed: tuple[str, ...] = ()
    hint: str | None = None


@dataclass
class Reading:
    """One document: `data` is plain JSON, `places` says where each path stands. `broken`: there is no data."""

    data: Any = None
    places: dict[Path, Place] = field(default_factory=dict)
    flaws: list[Flaw] = field(default_factory=list)
    broken: bool = False
