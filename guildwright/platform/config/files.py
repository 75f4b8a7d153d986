"""The guild documents of a directory, read again only where something changed, and replaced whole or not at all."""

import hashlib
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from guildwright_crds.check import Checked, Problem, check_file, check_text

SUFFIXES = (".yaml", ".yml")
TEMPORARY = (".guildwright-", ".tmp")
LARGEST = 1_000_000  # bytes we are willing to read at all; `check` has its own, smaller bound
_NAME_LINE = re.compile(r"""^[ \t]*name:[ \t]*["']?([1-9][0-9]{16,18})\b""", re.MULTILINE)

type Signature = tuple[int, ...] | None


class DirectoryAway(Exception):  # noqa: N818  a state, not a fault
    """The directory cannot be listed: that says nothing about the documents in it."""


@dataclass(frozen=True)
class Reading:
    """One file as it was read: `name` below the directory, `version` of its bytes ("": no text), and the verdict.

    `guess` is the guild that an unreadable document seems to be of, for messages only.
    """

    name: str
    signature: Signature
    version: str
    checked: Checked
    guess: str | None = None


class Folder:
    """Reads a directory of documents; remembers the verdict on each file until the file changes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._readings: dict[str, Reading] = {}

    def signatures(self) -> dict[str, Signature]:
        """What tells one content of each file from the next, without reading it.

        Raises:
            DirectoryAway: the directory is missing or cannot be listed.
        """
        try:
            return {name: self.signature(name) for name in sorted(_names(self.root))}
        except OSError as error:
            raise DirectoryAway(f"{self.root}: {error.strerror or error}") from error

    def signature(self, name: str) -> Signature:
        """The signature of one file; None when it cannot be told."""
        try:
            found = (self.root / name).stat()
        except OSError:
            return None
        return (found.st_dev, found.st_ino, found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns)

    def read(self) -> dict[str, Reading]:
        """Every document by its name.

        Raises:
            DirectoryAway: the directory is missing or cannot be listed.
        """
        self._readings = {name: self._reading(name, signature) for name, signature in self.signatures().items()}
        return dict(self._readings)

    def _reading(self, name: str, signature: Signature) -> Reading:
        known = self._readings.get(name)
        if known is not None and signature is not None and known.signature == signature:
            return known
        return read_document(self.root / name, name, signature)

    def sweep(self) -> None:
        """Remove what a writer that was killed left behind. Call it only while no writer can be at work."""
        begin, end = TEMPORARY
        for path in self.root.rglob(f"{begin}*{end}"):
            path.unlink(missing_ok=True)


def read_document(path: Path, name: str, signature: Signature = None) -> Reading:
    """Read and check one file. Whatever it is, the answer is a verdict, never an exception."""
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            return _unusable(path, name, signature, "is no regular file", "replace it by a YAML file, or move it away")
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            return Reading(name, signature, "", check_file(path))
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return Reading(name, signature, "", check_file(path))
    except OSError as error:
        return _unusable(
            path, name, signature, f"cannot be read: {error.strerror}", "make it readable, or move it away"
        )
    checked = check_text(text, str(path))
    found = None if checked.guild_id else _NAME_LINE.search(text)
    return Reading(name, signature, version_of(data), checked, found.group(1) if found else None)


def version_of(data: bytes) -> str:
    """The name of a content."""
    return hashlib.sha256(data).hexdigest()


def replace(path: Path, data: bytes) -> None:
    """Put `data` in the place of what `path` holds; a reader, or a crash at any moment, sees the old or the new whole.

    A symbolic link stays one; permissions and owner stay.
    """
    path = path.resolve()
    begin, end = TEMPORARY
    handle, temporary = tempfile.mkstemp(prefix=begin, suffix=end, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            _take_over(path, file.fileno())
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _take_over(old: Path, handle: int) -> None:
    try:
        was = old.stat()
    except FileNotFoundError:
        os.fchmod(handle, 0o644)
        return
    os.fchmod(handle, stat.S_IMODE(was.st_mode))
    if os.geteuid() == 0:
        os.fchown(handle, was.st_uid, was.st_gid)


def _names(root: Path) -> Iterator[str]:
    """The documents below `root`; names that begin with a dot are editors' and tools' own."""
    with os.scandir(root):  # os.walk would pass over an error at the top
        pass
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files + [name for name in folders if name.endswith(SUFFIXES)]:
            if name.endswith(SUFFIXES) and not name.startswith("."):
                yield (Path(folder) / name).relative_to(root).as_posix()


def _unusable(path: Path, name: str, signature: Signature, message: str, hint: str) -> Reading:
    problem = Problem(str(path), 1, 1, "", message, (), hint)
    return Reading(name, signature, "", Checked(str(path), None, None, None, (problem,)))
