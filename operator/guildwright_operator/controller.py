"""From what was seen to what is published and said: the one place where documents, publisher and statuses meet."""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any

import msgspec
import structlog
from redis.asyncio import Redis

from guildwright.platform.clock import Clock, first_of
from guildwright.platform.config.cluster import Cluster, ClusterAway, ClusterRefused
from guildwright.platform.config.publish import Published, Publisher
from guildwright_operator.apply import Writer
from guildwright_operator.documents import Document, Documents, News, Raw, encoded, raw_from
from guildwright_operator.lease import Election
from guildwright_operator.listing import ListExpired, pages
from guildwright_operator.live import Live
from guildwright_operator.metrics import DOCUMENTS, LAG, LISTS, RECONCILE
from guildwright_operator.queue import Again, Queue
from guildwright_operator.reconcile import Facts, reconcile, withdrawn
from guildwright_operator.source import Feed

WRITERS = 16  # statuses written at once
PENDING_SECONDS = 1.0  # a document is said to be waiting only when it waits for longer
RESYNC_SECONDS = 300.0
UNHEARD_SECONDS = 2.0
RELIST_SECONDS = 1.0  # after kopf listed anew
LIST_RETRY_SECONDS = 0.5
BREATH = 20  # objects of a page that are parsed in one go
_PING = ""

_log = structlog.get_logger(__name__)


class Controller:
    """Takes what was seen at all times; publishes and writes while it leads."""

    def __init__(self, cluster: Cluster, redis: Redis, clock: Clock, election: Election, writer: Writer) -> None:
        self._cluster, self._redis, self._clock = cluster, redis, clock
        self._election, self._writer = election, writer
        self._documents = Documents()
        self._feed = Feed(self._documents)
        self._pending: dict[str, Raw] = {}
        self._intake: Queue[str] = Queue("documents", clock)
        self._statuses: Queue[str] = Queue("statuses", clock)
        self._published: dict[str, tuple[str, int]] = {}
        self._told_all = False  # whether Redis was read since this process leads; before, the statuses are believed
        self._withdrawn: dict[str, tuple[str, int]] = {}  # uid and generation of what is gone, until it was told
        self._publisher: Publisher | None = None
        self._live = Live(redis, clock)
        self._relist = asyncio.Event()
        self._heard = False  # whether kopf has told of any document: then it watches
        self._pong: list[asyncio.Future[None]] = []

    def seen(self, raw: Raw, *, listed: bool = False) -> None:
        """Remember a resource to be looked at. `listed`: kopf began anew, and may have missed that others are gone."""
        waiting = self._pending.get(raw.name)
        if waiting is None or waiting.version <= raw.version:
            self._pending[raw.name] = raw
            self._intake.add(raw.name)
        if listed or not self._heard:
            self._relist.set()
        self._heard = True

    async def run(self) -> None:
        """Take what is seen, until cancelled."""
        await self._intake.run(self._look, 1)

    async def round_trip(self) -> None:
        """Return when the queue has worked off what was in it."""
        pong = asyncio.get_running_loop().create_future()
        self._pong.append(pong)
        self._intake.add(_PING)
        await pong

    async def lead(self) -> None:
        """List everything, then publish and report, until cancelled."""
        self._relist.clear()
        for document in self._documents:
            document.seen = None  # how long it waited for a leader is nobody's latency
        try:
            await self._list("lead")
            self._live = Live(self._redis, self._clock)
            self._publisher = Publisher(
                self._feed, self._redis, self._clock, published=self._told, may_write=lambda: self._election.holds
            )
            async with asyncio.TaskGroup() as group:
                group.create_task(self._publisher.run(asyncio.Event()))
                group.create_task(self._statuses.run(self._report, WRITERS))
                group.create_task(self._list_again())
                group.create_task(self._follow_live())
                group.create_task(self._say_what_waits())
        finally:
            self._publisher = None
            self._statuses.clear()
            self._published.clear()
            self._told_all = False
            self._withdrawn.clear()

    @property
    def trouble(self) -> str:
        """Why Redis takes nothing; "" while it does, or while this process does not lead."""
        return self._publisher.trouble if self._publisher is not None else ""

    def relist(self) -> None:
        """The API server was away: what it told meanwhile may have been lost."""
        self._relist.set()

    async def measure(self) -> None:
        """Bring the gauges up to date."""
        states = {"accepted": 0, "refused": 0}
        lag = 0
        for one in self._documents:
            states["accepted" if one.accepted else "refused"] += 1
            lag += one.accepted and self._published.get(one.name) != (one.uid, one.generation)
        for state, count in states.items():
            DOCUMENTS.labels(state).set(count)
        LAG.set(lag if self._publisher is not None else 0)

    async def _look(self, name: str) -> None:
        if name == _PING:
            pongs, self._pong = self._pong, []
            for pong in pongs:
                if not pong.done():
                    pong.set_result(None)
            return
        raw = self._pending.get(name)
        if raw is not None:
            self._take(raw)
            del self._pending[name]  # only now: after a fault the queue looks once more, and is to find it

    def _take(self, raw: Raw) -> None:
        if raw.gone:
            document = self._documents.remove(raw)
            if document is not None:
                self._lost(document)
            return
        news = self._documents.take(raw, self._clock.monotonic())
        if news is News.DOCUMENT:
            self._withdrawn.pop(raw.name, None)
            self._feed.changed(raw.name)
        if news is News.NOTHING or self._publisher is None:
            return
        self._statuses.add(raw.name)
        if news is News.DOCUMENT:
            self._statuses.add_later(raw.name, PENDING_SECONDS)

    def _lost(self, document: Document) -> None:
        if self._publisher is not None:
            self._withdrawn[document.name] = (document.uid, document.generation)
            self._statuses.add(document.name)
        self._feed.changed(document.name)

    async def _list(self, why: str) -> None:
        """Read everything, however long the API server takes to answer."""
        LISTS.labels(why).inc()
        said = ""
        while True:
            try:
                await self._list_once()
            except (ClusterAway, ClusterRefused, ListExpired) as error:
                if str(error) != said:
                    said = str(error)
                    _log.warning("the guild documents cannot be listed, trying again", why=said)
                await self._clock.sleep(LIST_RETRY_SECONDS)
            else:
                _log.info("guild documents listed", documents=len(self._documents), why=why)
                return

    async def _list_once(self) -> None:
        names: set[str] = set()
        version = 0
        self._documents.begin_list()
        async with contextlib.aclosing(pages(self._cluster)) as told:
            async for objects, version in told:  # noqa: B007  the last one is used
                for count, obj in enumerate(objects):
                    names.add(str(obj["metadata"]["name"]))
                    self._take_listed(obj)
                    if count % BREATH == 0:
                        await asyncio.sleep(0)
        for document in self._documents.end_list(names, version):
            self._lost(document)

    def _take_listed(self, obj: Mapping[str, Any]) -> None:
        try:
            self._take(raw_from(obj))
        except Exception:  # noqa: BLE001  one document that we trip over must not keep the others from their guilds
            _log.exception("a guild document cannot be taken, passed over", guild=obj["metadata"]["name"])

    async def _list_again(self) -> None:
        while True:
            # A list of kopf's that is empty tells us nothing: what was there in ours may have gone just before it.
            unheard = not self._heard and len(self._documents) > 0
            due = self._clock.sleep(UNHEARD_SECONDS if unheard else RESYNC_SECONDS)
            await first_of(self._relist.wait(), due)
            await self._clock.sleep(RELIST_SECONDS)
            why = "watch began anew" if self._relist.is_set() else "time"
            self._relist.clear()
            await self._list(why)

    def _told(self, published: Published, complete: bool) -> None:
        """The publisher says what Redis holds now."""
        if complete:
            self._published.clear()
            self._told_all = True
        now = self._clock.monotonic()
        for name, record in published.items():
            self._note(name, record, now)
        everything = (*(one.name for one in self._documents), *self._withdrawn)
        for name in everything if complete else published:
            self._statuses.add(name)

    async def _say_what_waits(self) -> None:
        """Where Redis is away from the beginning nobody tells what is published; the statuses are to say why."""
        while not self._told_all:
            await self._clock.sleep(PENDING_SECONDS)
            if self.trouble:
                for document in self._documents:
                    self._statuses.add(document.name)
                return

    async def _follow_live(self) -> None:
        async for changed in self._live.changes():
            for name in [one.name for one in self._documents] if changed is None else changed:
                self._statuses.add(name)

    def _note(self, name: str, record: tuple[str, int] | None, now: float) -> None:
        if record is None:
            self._published.pop(name, None)
            return
        self._published[name] = record
        document = self._documents.get(name)
        if document is not None and document.seen is not None and record == (document.uid, document.generation):
            RECONCILE.labels("published").observe(now - document.seen)

    async def _report(self, name: str) -> None:
        """Say of a document what has become of it."""
        document = self._documents.get(name)
        if document is None:
            await self._report_gone(name)
            return
        said = msgspec.json.decode(document.status) if document.status else {}
        published = self._published.get(name)
        if not self._told_all and said.get("publishedGeneration"):
            published = (document.uid, said["publishedGeneration"])
        waits = document.accepted and published != (document.uid, document.generation)
        now = self._clock.monotonic()
        if waits and document.seen is not None and now - document.seen < PENDING_SECONDS:
            return
        live, known = self._live.get(name), self._live.ready
        facts = Facts(document.uid, document.generation, document.known.problems, published, self.trouble, live, known)
        plan = reconcile(facts, said, self._clock.now())
        if plan.status is not None:
            version = await self._writer.status(name, document.uid, plan.status)
            if version is None:
                return
            document.status, document.version = encoded(plan.status), max(version, document.version)
            for happened in plan.events:
                await self._writer.event(name, document.uid, document.generation, happened)
        if waits:
            raise Again("not published yet")
        if document.seen is not None:
            RECONCILE.labels("status").observe(self._clock.monotonic() - document.seen)
            document.seen = None

    async def _report_gone(self, name: str) -> None:
        if name in self._published:
            return  # the publisher has yet to take it away, and says so
        gone = self._withdrawn.pop(name, None)
        if gone is not None:
            await self._writer.event(name, *gone, withdrawn())
