"""Files and folders → verdicts. Nothing here raises for what a person wrote, named or left lying about.

`judge.py` holds the verdict on one text; this adds what only files have: size, bytes, permissions, links, and two
files about one guild.
"""

import codecs
import os
import stat
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from guildwright_crds.judge import check_text
from guildwright_crds.problems import Checked, Problem, shown

__all__ = ["Checked", "Problem", "check_file", "check_paths", "check_text", "find_documents", "with_twins"]

MAX_BYTES = 256 * 1024
"""Several times what the longest valid document needs."""
SUFFIXES = frozenset({".yaml", ".yml"})


def printable(path: Path) -> str:
    """A path as text that any terminal can show on one line: its other bytes and characters are escaped."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def _refused(path: Path, message: str, *, hint: str | None = None, at: tuple[int, int] = (1, 1)) -> Checked:
    problem = Problem(printable(path), *at, "", message, hint=hint)
    return Checked(printable(path), None, None, None, (problem,))


def check_file(path: Path) -> Checked:
    """Judge one file; what cannot be read is a problem, never an exception."""
    try:
        content = _read(path)
    except OSError as error:
        link = "a link, and " if path.is_symlink() else ""
        return _refused(path, f"{link}cannot be read: {error.strerror or error}")
    if isinstance(content, Checked):
        return content
    try:
        return check_text(content.decode("utf-8"), printable(path))
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        at = (before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
        return _refused(path, f"not UTF-8: byte 0x{content[error.start]:02x}", hint="save the file as UTF-8", at=at)


def _read(path: Path) -> bytes | Checked:
    """The content, refused before it is read where it is no ordinary file of ordinary size."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        return _refused(path, "not a file" if not path.is_dir() else "a folder, where a file belongs")
    size = status.st_size
    if size <= MAX_BYTES:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        size = len(content)
    if size > MAX_BYTES:
        return _refused(path, f"larger than {MAX_BYTES // 1024} KiB, which no document needs")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _refused(path, "not UTF-8 but UTF-16", hint="save the file as UTF-8")
    if b"\0" in content:
        return _refused(path, "binary: it contains a zero byte")
    return content


def find_documents(folder: Path) -> list[Path]:
    """The YAML files below a folder, in order; hidden ones are left out, links are followed, each file once.

    A folder mounted by Kubernetes shows its files as links into a hidden folder: they are found once.
    """
    return [file for file, _ in _unique(_walk(folder, set()))]


def _walk(folder: Path, visited: set[Path]) -> Iterator[Path]:
    try:
        real = folder.resolve(strict=True)
        entries = sorted(folder.iterdir())
    except OSError:
        yield folder  # check_file says why
        return
    if real in visited:
        return
    visited.add(real)
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _walk(entry, visited)
        elif entry.suffix.lower() in SUFFIXES:
            yield entry


def _unique(paths: Iterator[Path]) -> Iterator[tuple[Path, Path]]:
    seen: set[Path] = set()
    for path in paths:
        try:
            real = path.resolve()
        except OSError:
            real = path
        if real not in seen:
            seen.add(real)
            yield path, real


def check_paths(paths: Sequence[Path]) -> list[Checked]:
    """Judge files, and all YAML files of folders, each once; two files about one guild are refused, both."""

    def files() -> Iterator[Path]:
        for path in paths:
            if path.is_dir():
                yield from find_documents(path)
            else:
                yield path

    return with_twins([check_file(path) for path, _ in _unique(files())])


def with_twins(checked: Sequence[Checked]) -> list[Checked]:
    """Add to each file the problem that others are about the same guild: then none of them may be applied."""
    by_guild: dict[str, list[Checked]] = defaultdict(list)
    for one in checked:
        if one.guild_id:
            by_guild[one.guild_id].append(one)
    return [_beside(one, by_guild[one.guild_id]) if one.guild_id else one for one in checked]


def _beside(one: Checked, same_guild: Sequence[Checked]) -> Checked:
    others = [other.file for other in same_guild if other is not one]
    if not others:
        return one
    problem = Problem(
        one.file,
        *one.name_at,
        "metadata.name",
        f"the guild {shown(one.guild_id)} has {len(others) + 1} files, and none of them is applied",
        hint=f"keep one of them; see also {', '.join(others[:3])}",
    )
    problems = sorted((*one.problems, problem), key=lambda each: (each.line, each.column))
    return replace(one, spec=None, problems=tuple(problems))
