"""Every guild's document as this process knows it: compiled bytes and a status, of thousands of guilds.

A resource is parsed once for each generation and let go: what stays is what Redis gets, and what the status said.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import msgspec
import structlog

from guildwright.platform.config.record import Known, known
from guildwright.platform.config.resource import stored_from, stray_from, unusable
from guildwright.platform.config.store import State

type Object = Mapping[str, Any]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Raw:
    """A resource before it is parsed, without what nobody here reads (managedFields take most of its room)."""

    name: str
    uid: str
    generation: int
    version: int
    spec: bytes
    status: bytes
    gone: bool = False


@dataclass(slots=True)
class Document:
    """A resource. `known` is what is in force of it, `status` what it said when last seen or written."""

    name: str
    uid: str
    generation: int
    version: int
    known: Known
    status: bytes
    seen: float | None

    @property
    def accepted(self) -> bool:
        """Whether this generation keeps every rule."""
        return not self.known.problems


def raw_from(obj: Object, *, gone: bool = False) -> Raw:
    """What matters of an object of the API."""
    metadata = obj["metadata"]
    spec, status = obj.get("spec"), obj.get("status")
    return Raw(
        str(metadata["name"]),
        str(metadata["uid"]),
        int(metadata["generation"]),
        int(metadata["resourceVersion"]),
        b"" if spec is None else msgspec.json.encode(spec),
        b"" if not status else encoded(status),
        gone,
    )


def encoded(status: Object) -> bytes:
    """A status as it is compared: the API server sorts its keys, and what was just written comes back as an event."""
    return msgspec.json.encode(status, order="sorted")


class News(Enum):
    """What a resource told that was not known."""

    NOTHING = 0
    STATUS = 1
    DOCUMENT = 2


class Documents:
    """All of them by name, which is the guild's id."""

    def __init__(self) -> None:
        self._all: dict[str, Document] = {}
        self._gone: dict[str, int] = {}  # while a list is read: what was deleted meanwhile

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Document]:
        return iter(self._all.values())

    def get(self, name: str) -> Document | None:
        """The document; None where there is none."""
        return self._all.get(name)

    def take(self, raw: Raw, now: float) -> News:
        """Note a resource as the API told it.

        Events and lists reach us in any order: what is older than what is known is none.
        """
        old = self._all.get(raw.name)
        if raw.version < self._gone.get(raw.name, 0) or (old is not None and raw.version < old.version):
            return News.NOTHING
        if old is not None and (old.uid, old.generation) == (raw.uid, raw.generation):
            old.version = raw.version
            if old.status == raw.status:
                return News.NOTHING
            old.status = raw.status
            return News.STATUS
        new = Document(raw.name, raw.uid, raw.generation, raw.version, _judge(raw, old), raw.status, now)
        self._all[raw.name] = new
        return News.DOCUMENT

    def remove(self, raw: Raw) -> Document | None:
        """Note that a resource is gone; the document where it was known."""
        old = self._all.get(raw.name)
        self._gone[raw.name] = max(raw.version, self._gone.get(raw.name, 0))
        if old is None or old.version > raw.version:
            return None
        return self._all.pop(raw.name)

    def begin_list(self) -> None:
        """A complete list is about to be read."""
        self._gone.clear()

    def end_list(self, names: set[str], version: int) -> list[Document]:
        """Remove, and return, what is not in the list and not newer than it."""
        absent = [one for one in self._all.values() if one.name not in names and one.version <= version]
        for one in absent:
            del self._all[one.name]
        return absent


def _judge(raw: Raw, old: Document | None) -> Known:
    """Hold the resource to the models. What cannot be used leaves in force what was before it."""
    obj = {"metadata": {"name": raw.name, "uid": raw.uid, "generation": raw.generation}}
    try:
        spec = msgspec.json.decode(raw.spec) if raw.spec else None
        stray = stray_from(obj | {"spec": spec})
        if stray is not None:
            return Known(raw.uid, raw.generation, None, State.REFUSED, stray.problems)
        new = known(stored_from(obj | {"spec": spec}))
    except Exception as error:  # noqa: BLE001  a mistake of ours about one document: its guild keeps what it has
        _log.exception("a guild document cannot be judged", guild=raw.name, generation=raw.generation)
        new = Known(raw.uid, raw.generation, None, State.REFUSED, (unusable(raw.name, f"fails on it: {error}"),))
    if new.state is not State.REFUSED:
        return new
    if old is not None and old.known.record is not None:
        return Known(old.known.uid, old.known.generation, old.known.record, State.KEPT, new.problems)
    once = bool(raw.status) and bool(msgspec.json.decode(raw.status).get("publishedGeneration"))
    return Known(raw.uid, raw.generation, None, State.KEPT, new.problems, keep=True, never_defaults=once)
