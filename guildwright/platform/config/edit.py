"""One change to one guild's file: refused when the file moved on, or when the outcome would be no good document."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guildwright.platform.config.assemble import assemble, live
from guildwright.platform.config.document import fresh_document, patched
from guildwright.platform.config.files import DirectoryAway, Folder, printable, replace, version_of
from guildwright.platform.config.last_good import LastGood, LastGoodAway, Session
from guildwright.platform.config.store import CannotWrite, StaleWrite, State, Stored
from guildwright_crds.check import Problem, check_text


@dataclass(frozen=True)
class Edit:
    """What is asked of `ConfigStore.write`."""

    guild_id: str
    patch: Mapping[str, Any]
    expected_version: str
    dry_run: bool = False


def write(folder: Folder, kept: LastGood, edit: Edit) -> Stored:
    """Do what `ConfigStore.write` promises, while writers in all processes take turns.

    A person's editor takes no turn: what it saves between our look and our replacing, microseconds, is lost.
    """
    folder.root.mkdir(parents=True, exist_ok=True)
    folder.read()  # the slow part, before others have to wait
    replaced: list[_Replaced] = []
    try:
        with kept.change() as session:
            return _write(folder, session, edit, replaced)
    except LastGoodAway as error:
        for one in replaced:
            try:
                one.put_back()
            except FileNotFoundError:
                pass  # somebody removed it since
            except OSError as reason:
                why = reason.strerror or reason
                left = f"{printable(one.path)} could not be put back ({why}): it holds the change"
                raise LastGoodAway(f"{error}; and {left}") from reason
        raise


@dataclass(frozen=True)
class _Replaced:
    """A file that was written, and what it held before ("": nothing)."""

    path: Path
    old: str
    new: bytes

    def put_back(self) -> None:
        """Undo it, unless somebody else wrote since."""
        if self.path.read_bytes() != self.new:
            return
        if self.old:
            replace(self.path, self.old.encode())
        else:
            self.path.unlink()


def _write(folder: Folder, session: Session, edit: Edit, replaced: list[_Replaced]) -> Stored:
    guild_id = edit.guild_id
    folder.sweep()
    path, text = _present(folder, session, guild_id, edit.expected_version)
    new = _changed(guild_id, path, text, edit.patch)
    data = new.encode()
    checked = check_text(new, printable(path))
    if checked.problems or checked.spec is None or checked.guild_id != guild_id:
        raise CannotWrite(guild_id, checked.problems)
    source = printable(path.relative_to(folder.root))
    if edit.dry_run:
        return Stored(guild_id, version_of(data), "", 0, checked.spec, source, (), State.WAITING)
    if checked.spec == (check_text(text, printable(path)).spec if text else None):
        data = text.encode()  # nothing was asked for that is not so already: leave the author's spacing alone
    else:
        replace(path, data)
        replaced.append(_Replaced(path, text, data))
    return live(session.keep(guild_id, checked.spec, source, version_of(data)))


def _present(folder: Folder, session: Session, guild_id: str, expected_version: str) -> tuple[Path, str]:
    """The guild's file and its text, if it still is the expected one."""
    try:
        readings = folder.read()
    except DirectoryAway as reason:
        raise _cannot(guild_id, folder.root, str(reason)) from None
    stored = assemble(readings, session.all()).guilds.get(guild_id)
    if stored is not None and stored.version == "":
        raise CannotWrite(guild_id, stored.problems)
    if stored is None:
        if expected_version:
            raise StaleWrite(guild_id, expected_version, "")
        return _free_path(folder.root, guild_id), ""
    path = readings[stored.source].path
    data = path.read_bytes()
    if version_of(data) != expected_version:
        raise StaleWrite(guild_id, expected_version, version_of(data))
    return path, data.decode()


def _changed(guild_id: str, path: Path, text: str, patch: Mapping[str, Any]) -> str:
    try:
        return patched(text or fresh_document(guild_id), patch)
    except ValueError as error:
        raise _cannot(guild_id, path, f"mend it by hand first: {error}") from None


def _free_path(root: Path, guild_id: str) -> Path:
    names = (f"{guild_id}{suffix}.yaml" for suffix in ("", *(f"-{number}" for number in range(2, 1000))))
    return next(root / name for name in names if not (root / name).exists())


def _cannot(guild_id: str, path: Path, message: str) -> CannotWrite:
    return CannotWrite(guild_id, [Problem(printable(path), 1, 1, "", message, (), None)])
