"""The guild documents of a directory, read again only where something changed, and replaced whole or not at all."""

import hashlib
import os
import re
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

import structlog

from guildwright_crds.check import MAX_BYTES, Checked, Problem, check_file, check_text, find_documents

TEMPORARY = (".guildwright-", ".tmp")
_NAME_LINE = re.compile(r"""^[ \t]*name:[ \t]*["']?([1-9][0-9]{16,18})\b""", re.MULTILINE)

_log = structlog.get_logger(__name__)

type Signature = tuple[int, ...] | None


class DirectoryAway(Exception):  # noqa: N818  a state, not a fault
    """The directory cannot be listed: that says nothing about the documents in it."""


@dataclass(frozen=True)
class Reading:
    """One file as it was read: `name` below the directory, `version` of its bytes ("": no text), and the verdict.

    `name` is made printable: files may be called anything, texts not.

    `guess` is the guild that an unreadable document seems to be of, for messages only.
    """

    name: str
    path: Path
    signature: Signature
    version: str
    checked: Checked
    guess: str | None = None


class Folder:
    """Reads a directory of documents; remembers the verdict on each file until the file changes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._readings: dict[Path, Reading] = {}

    def signatures(self) -> dict[Path, Signature]:
        """What tells one content of each file from the next, without reading it.

        Raises:
            DirectoryAway: the directory is missing or cannot be listed.
        """
        try:
            self.root.stat()  # find_documents answers a directory that is away with a file of its name
            found = find_documents(self.root)
        except OSError as error:
            raise DirectoryAway(f"{self.root}: {error.strerror or error}") from error
        if self.root in found:
            raise DirectoryAway(f"{self.root}: cannot be listed")
        return {path: signature(path) for path in found}

    def read(self) -> dict[str, Reading]:
        """Every document by its name.

        Raises:
            DirectoryAway: the directory is missing or cannot be listed.
        """
        self._readings = {path: self._reading(path, now) for path, now in self.signatures().items()}
        return {reading.name: reading for reading in self._readings.values()}

    def _reading(self, path: Path, now: Signature) -> Reading:
        known = self._readings.get(path)
        if known is not None and now is not None and known.signature == now:
            return known
        return read_document(path, printable(path.relative_to(self.root)), now)

    def sweep(self) -> None:
        """Remove what a writer that was killed left behind. Call it only while no writer can be at work."""
        begin, end = TEMPORARY
        for path in self.root.rglob(f"{begin}*{end}"):
            path.unlink(missing_ok=True)


def signature(path: Path) -> Signature:
    """The signature of one file; None when it cannot be told."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino, found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def printable(path: Path) -> str:
    """The path as text that any output can hold."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def read_document(path: Path, name: str, now: Signature = None) -> Reading:
    """Read and check one file. Whatever it is, the answer is a verdict, never an exception."""
    try:
        return _read_document(path, name, now)
    except Exception as error:  # noqa: BLE001  one file that breaks the check must not take the others with it
        _log.exception("a guild document broke the check itself", file=printable(path))
        problem = Problem(printable(path), 1, 1, "", f"the check itself failed on it: {type(error).__name__}")
        return Reading(name, path, now, "", Checked(printable(path), None, None, None, (problem,)))


def _read_document(path: Path, name: str, now: Signature) -> Reading:
    data = _ordinary(path)
    try:
        text = data.decode("utf-8") if data is not None and b"\0" not in data else None
    except UnicodeDecodeError:
        text = None
    if data is None or text is None:
        return Reading(name, path, now, "", check_file(path))
    checked = check_text(text, printable(path))
    found = None if checked.guild_id else _NAME_LINE.search(text)
    return Reading(name, path, now, version_of(data), checked, found.group(1) if found else None)


def _ordinary(path: Path) -> bytes | None:
    """The bytes of an ordinary file of ordinary size; of anything else `check_file` says what is wrong with it."""
    try:
        found = path.stat()
        if stat.S_ISREG(found.st_mode) and found.st_size <= MAX_BYTES:
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
            return data if len(data) <= MAX_BYTES else None
    except OSError:
        pass
    return None


def version_of(data: bytes) -> str:
    """The name of a content."""
    return hashlib.sha256(data).hexdigest()


def replace(path: Path, data: bytes) -> None:
    """Put `data` in the place of what `path` holds; a reader, or a crash at any moment, sees the old or the new whole.

    A symbolic link stays one; permissions and owner stay.

    Raises:
        OSError: it cannot be written; `filename` is the path.
    """
    path = path.resolve()
    try:
        _replace(path, data)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def _replace(path: Path, data: bytes) -> None:
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
