"""The one `up` that holds a data directory, and where other commands find what it runs."""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

LOCK = "up.lock"
RUNNING = "up.json"


class Held(Exception):  # noqa: N818  reads as the sentence it ends
    """Another `up` holds the data directory."""


@contextlib.contextmanager
def hold(data: Path) -> Iterator[None]:
    """Hold the data directory for as long as the context lasts.

    The kernel lets go of the lock when this process ends, however it ends.

    Raises:
        Held: another process holds it; the text names it.
    """
    data.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(data / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Held(_whose(data, os.read(descriptor, 20).decode(errors="replace").strip())) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _whose(data: Path, pid: str) -> str:
    page = (_said(data) or {}).get("page")
    where = f" and shows its page at {page}" if page else ""
    return (
        f"{data} is held by another `guildwright up` (pid {pid or 'unknown'}){where}.\n"
        f"Stop that one first (kill {pid or 'PID'}), or give this one a directory of its own with --data DIR."
    )


def write_running(data: Path, facts: Mapping[str, Any]) -> None:
    """Say what runs: {"env": {...}, "pids": {...}, "page": ...}. Only its owner may read it, for it holds a token."""
    replace_json(data / RUNNING, facts)


def running(data: Path) -> dict[str, Any] | None:
    """Return what the `up` that holds this data directory said, or None where none runs."""
    try:
        descriptor = os.open(data / LOCK, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _said(data)
    finally:
        os.close(descriptor)
    return None


def _said(data: Path) -> dict[str, Any] | None:
    try:
        facts = json.loads((data / RUNNING).read_text())
    except (OSError, ValueError):
        return None
    return facts if isinstance(facts, dict) else None


def forget_running(data: Path) -> None:
    """Take back what `write_running` said."""
    (data / RUNNING).unlink(missing_ok=True)


def replace_json(path: Path, value: object) -> None:
    """Write JSON so that a reader sees the old or the new, never a half."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(value, file)
    fresh.replace(path)
