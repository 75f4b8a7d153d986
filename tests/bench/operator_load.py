"""Who edits, and who looks at the statuses: the bench's own way to the API server, as cheap as it can be.

Open loop: edit number i is due at i/rate, whether or not those before it were answered, and every time is counted from
when it was due. Otherwise a slow server would slow the questions down and look fast (coordinated omission).
"""

import asyncio
import json
import ssl
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import msgspec

from guildwright_crds.guild_config import GROUP, VERSION
from tests.bench.operator_documents import Document, edited
from tests.cluster.control_plane import ControlPlane

WRITER = "guildwright-bench"
OPERATOR = "guildwright-operator"
AT_ONCE = 16
LOST_SECONDS = 60.0


class _Metadata(msgspec.Struct):
    name: str = ""
    generation: int = 0
    resource_version: str = msgspec.field(name="resourceVersion", default="")
    token: str = msgspec.field(name="continue", default="")


class _Status(msgspec.Struct):
    observed: int = msgspec.field(name="observedGeneration", default=0)
    published: int = msgspec.field(name="publishedGeneration", default=0)


class Answered(msgspec.Struct):
    """What of a GuildConfig the bench reads: whoever parses more measures himself."""

    metadata: _Metadata
    status: _Status = msgspec.field(default_factory=_Status)


class _Event(msgspec.Struct):
    type: str
    object: Answered


class _List(msgspec.Struct):
    metadata: _Metadata
    items: list[Answered]


class Arrivals:
    """Which generation of which guild was seen, and when first (CLOCK_MONOTONIC)."""

    def __init__(self) -> None:
        self.newest: dict[str, int] = {}
        self._seen: dict[str, list[tuple[int, float]]] = {}
        self.last = 0.0

    def note(self, guild: str, generation: int, at: float) -> None:
        """It is there now."""
        if generation > self.newest.get(guild, 0):
            self.newest[guild] = generation
            self._seen.setdefault(guild, []).append((generation, at))
            self.last = at

    def when(self, guild: str, generation: int) -> float | None:
        """When that generation, or a newer one that made it needless, was first seen; None: not yet."""
        return next((at for found, at in self._seen.get(guild, ()) if found >= generation), None)


@dataclass
class Edit:
    """One edit: when it was due, when it was answered, and the generation that it made."""

    guild: str
    due: float
    answered: float = 0.0
    generation: int = 0


@dataclass
class Burst:
    """All edits at one rate, and what became of them. Times in seconds since each was due."""

    rate: float
    edits: list[Edit] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    @property
    def answers(self) -> list[float]:
        """Until the API server had it."""
        return sorted(one.answered - one.due for one in self.edits if one.generation)

    def until(self, arrivals: Arrivals) -> list[float]:
        """Until it was seen there."""
        found = ((one, arrivals.when(one.guild, one.generation)) for one in self.edits if one.generation)
        return sorted(at - one.due for one, at in found if at is not None)

    def lost(self, arrivals: Arrivals) -> int:
        """How many never came."""
        return len(self.edits) - len(self.until(arrivals))


class Load:
    """Writes documents, and watches statuses while `watching`."""

    def __init__(self, plane: ControlPlane, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._url = f"https://127.0.0.1:{plane.port}/apis/{GROUP}/{VERSION}/namespaces/default/guildconfigs"
        self.statuses = Arrivals()

    async def apply(self, document: Document, manager: str = WRITER, sub: str = "") -> int:
        """Server-side apply, as `kubectl apply --server-side` and the dashboard do; the generation that it has now."""
        url = f"{self._url}/{document['metadata']['name']}{sub}"
        async with self._session.patch(
            url,
            params={"fieldManager": manager, "force": "true", "fieldValidation": "Strict"},
            data=json.dumps(document),
            headers={"Content-Type": "application/apply-patch+yaml"},
        ) as answer:
            body = await answer.read()
            assert answer.ok, body.decode()[:2000]
            return msgspec.json.decode(body, type=Answered).metadata.generation

    async def fill(self, documents: Iterable[Document], manager: str = WRITER, sub: str = "") -> float:
        """Apply them all, some at once; per second."""
        waiting, count, began = iter(documents), 0, time.monotonic()

        async def work() -> None:
            nonlocal count
            for document in waiting:
                await self.apply(document, manager, sub)
                count += 1

        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(work())
        return count / (time.monotonic() - began)

    async def edit(self, documents: Sequence[Document], rate: float, seconds: float, turn: int) -> Burst:
        """Turn a knob of one document after the other, so many a second."""
        burst, began = Burst(rate), time.monotonic() + 0.5
        async with asyncio.TaskGroup() as group:
            for number in range(round(rate * seconds)):
                document = documents[(turn + number) % len(documents)]
                edit = Edit(document["metadata"]["name"], began + number / rate)
                burst.edits.append(edit)
                await asyncio.sleep(edit.due - time.monotonic())
                group.create_task(self._one(edited(document, turn + number), edit, burst))
        return burst

    async def _one(self, document: Document, edit: Edit, burst: Burst) -> None:
        try:
            edit.generation = await self.apply(document)
        except (AssertionError, OSError, aiohttp.ClientError) as error:
            burst.failed.append(str(error))
        edit.answered = time.monotonic()

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[Arrivals]:
        """Note when each document's status says that its generation is published."""
        task = asyncio.create_task(self._watch(await self._list()))
        try:
            yield self.statuses
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _list(self) -> str:
        query = {"limit": "500"}
        while True:
            async with self._session.get(self._url, params=query) as answer:
                page = msgspec.json.decode(await answer.read(), type=_List)
            for one in page.items:
                self._note(one)
            if not page.metadata.token:
                return page.metadata.resource_version
            query["continue"] = page.metadata.token

    async def _watch(self, version: str) -> None:
        decode = msgspec.json.Decoder(_Event).decode
        forever = aiohttp.ClientTimeout(total=None)
        query = {"watch": "true", "resourceVersion": version, "timeoutSeconds": "3600"}
        async with self._session.get(self._url, params=query, timeout=forever) as answer:
            async for line in answer.content:
                event = decode(line)
                assert event.type in ("ADDED", "MODIFIED", "DELETED"), line
                self._note(event.object)

    def _note(self, found: Answered) -> None:
        if found.status.observed and found.status.observed == found.status.published:
            self.statuses.note(found.metadata.name, found.status.published, time.monotonic())


@asynccontextmanager
async def load(plane: ControlPlane) -> AsyncIterator[Load]:
    """One with connections of its own."""
    trust = ssl.create_default_context(cafile=str(plane.authority))
    connector = aiohttp.TCPConnector(ssl=trust, limit=200)
    timeout = aiohttp.ClientTimeout(total=LOST_SECONDS)
    headers = {"Authorization": f"Bearer {plane.token}"}
    async with aiohttp.ClientSession(
        connector=connector, headers=headers, timeout=timeout, read_bufsize=2**20
    ) as session:
        yield Load(plane, session)
