"""Where a job of a feature can be cut off, read from the code: every transaction it commits, every request it sends.

Nobody types the list. A step that is added to the code is on it the same day, and the chaos run fails until one of its
lives has gone through the step.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FrameType

from guildwright_bot.features import giveaways

FEATURE = Path(giveaways.__file__).parent
_EDGES = {"commands.py", "listeners.py"}  # a member waits there, no job
_COMMITS = {"step", "finish"}


@dataclass(frozen=True, order=True)
class Place:
    """A step: a transaction that is committed, or a call of the Discord client. `line` is where it begins."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.what}"


@cache
def places() -> frozenset[Place]:
    """All steps of the feature's jobs."""
    found: set[Place] = set()
    for file in sorted(FEATURE.glob("*.py")):
        if file.name not in _EDGES:
            found.update(_steps(file.name, ast.parse(file.read_text())))
    return frozenset(found)


def _steps(file: str, tree: ast.AST) -> Iterator[Place]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        owner, name = node.func.value, node.func.attr
        if isinstance(owner, ast.Name) and owner.id == "run" and name in _COMMITS:
            yield Place(file, node.lineno, f"run.{name}")
        elif _is_discord(owner):
            yield Place(file, node.lineno, f"discord.{name}")


def _is_discord(owner: ast.expr) -> bool:
    names = (owner.attr,) if isinstance(owner, ast.Attribute) else (owner.id,) if isinstance(owner, ast.Name) else ()
    return "discord" in names


def caller(what: str) -> Place:
    """The place in the feature from where this is called; where none of it is on the stack, the caller itself."""
    first = frame = sys._getframe(2)
    while frame is not None and Path(frame.f_code.co_filename).parent != FEATURE:
        frame = _outer(frame)
    seen = frame or first
    return Place(Path(seen.f_code.co_filename).name, seen.f_lineno, what)


def _outer(frame: FrameType) -> FrameType | None:
    return frame.f_back
