"""Everything that a chaos run needs, as processes of its own: PostgreSQL, Redis, the local Discord, a shard, workers.

Whoever dies is started again at once, as a supervisor would; who ends without having been killed is noted.
"""

import asyncio
import logging
import multiprocessing
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import structlog
from pydantic import SecretStr

from guildwright.documents import NotedStore
from guildwright.platform.clock import SystemClock
from guildwright.platform.config.publish import Publisher
from guildwright.platform.config.record import FromStore
from guildwright.platform.database import engine, migrate
from guildwright.platform.database.errors import is_database_away
from guildwright.platform.settings import Settings
from guildwright.platform.stream import connect
from guildwright_bot.features import piccolo_apps
from tests.chaos.processes import run_shard, run_worker
from tests.chaos.watch import Surroundings
from tests.fakes.playground_process import PlaygroundProcess
from tests.fakes.postgres_server import PostgresServer, postgres_server
from tests.fakes.redis_server import RedisServer, redis_server

WORKERS = 2
READY_WITHIN = 60.0  # seconds
_FOLDERS = ("plans", "hits", "asked", "done", "logs", "guilds", "data")
_DOCUMENT = """\
apiVersion: guildwright.dev/v1alpha1
kind: GuildConfig
metadata:
  name: "{guild}"
spec:
  giveaways:
    claimTimeout: 10s
    rerollLimit: 1
    logChannel: "{log}"
    blacklist: {{ members: ["{barred}"] }}
"""


class Lasting:
    """A process that is started again whenever it ends."""

    def __init__(self, name: str, start: Callable[[float], Any]) -> None:
        """`start(seconds its clock is ahead)` makes the process, unstarted."""
        self.name = name
        self.ahead = 0.0
        self.born = 0
        self.ended_by_itself: list[int] = []
        self._start = start
        self._process: Any = None
        self._task = asyncio.create_task(self._live(), name=name)

    async def _live(self) -> None:
        while True:
            self._process = self._start(self.ahead)
            self._process.start()
            self.born += 1
            await asyncio.to_thread(self._process.join)
            # The fork server does not always hear how a killed process ended, and then says 255.
            if self._process.exitcode in range(128):
                self.ended_by_itself.append(self._process.exitcode)
                await asyncio.sleep(0.5)

    def kill(self) -> None:
        """SIGKILL; it is back in a moment."""
        with suppress(ProcessLookupError, AttributeError, TypeError):
            os.kill(self._process.pid, signal.SIGKILL)

    async def stop(self) -> None:
        """For good."""
        self._task.cancel()
        self.kill()
        await asyncio.gather(self._task, return_exceptions=True)


@dataclass
class Stage:
    """The servers and processes of one run, and how to speak to them."""

    up: "Servers"
    shard: Lasting
    workers: list[Lasting]
    http: httpx.AsyncClient
    guild: str = ""
    owner: str = ""  # of both guilds
    log: str = ""
    other_guild: str = ""  # one without a document
    other_channel: str = ""
    members: dict[str, str] = field(default_factory=dict)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def until_ready(self) -> None:
        """Return once a member finds the command."""
        async with asyncio.timeout(READY_WITHIN):
            while True:
                if self.log:
                    found = await self.control("GET", "/commands", user_id=self.owner, channel_id=self.log)
                    state = await self.control("GET", "/state")
                    if state["bot"]["connected_shards"] and any("giveaway" in str(c) for c in found["commands"]):
                        return
                await asyncio.sleep(0.1)

    async def control(self, method: str, path: str, body: object = None, **query: object) -> Any:
        """A request to the local Discord's control API that succeeds."""
        url = self.up.playground.facts["control"].rstrip("/") + path
        texts = {name: str(value) for name, value in query.items()}
        answer = await self.http.request(method, url, json=body, params=texts)
        if not answer.is_success:
            raise Refused(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json() if answer.content else None

    async def rows(self, sql: str, *args: object) -> list[dict[str, Any]]:
        """Rows of the database, as soon as it answers."""
        while True:
            try:
                return await engine.fetch(sql, *args)
            except Exception as error:
                if not is_database_away(error):
                    raise
                await asyncio.sleep(0.1)

    async def disturb(self, act: str, begun: Callable[[], None]) -> None:
        """Kill a server and bring it back, or set a machine's clock; one such thing at a time."""
        async with self._turn:
            match act:
                case "redis":
                    self.up.redis.kill()
                    begun()
                    await asyncio.sleep(0.3)
                    await asyncio.to_thread(self.up.redis.start)
                case "postgres":
                    self.up.postgres.end(signal.SIGKILL)
                    begun()
                    self.up.postgres.start()
                    await self.up.postgres.answers()
                case "playground":
                    self.up.playground.kill()
                    begun()
                    await asyncio.to_thread(self.up.playground.start)
                case "shard":
                    self.shard.kill()
                    begun()
                case "clock +1 h" | "clock -1 h" | "clock right":
                    ahead = {"+": 3600.0, "-": -3600.0}.get(act[6], 0.0)
                    for process in (*self.workers, self.shard):
                        process.ahead = ahead
                        process.kill()
                    begun()
                case _:
                    raise ValueError(f"nobody knows how to do {act!r}")


class Refused(Exception):  # noqa: N818  reads as what happened
    """The control API did not do it."""


@dataclass
class Servers:
    """What outlives the event loop."""

    folder: Path
    postgres: PostgresServer
    redis: RedisServer
    playground: PlaygroundProcess


@contextmanager
def servers(folder: Path) -> Iterator[Servers]:
    """PostgreSQL, Redis and the local Discord, without limits: how fast one may send is not what is asked here."""
    for name in _FOLDERS:
        (folder / name).mkdir(parents=True)
    with postgres_server() as postgres, redis_server() as redis:
        playground = PlaygroundProcess(folder / "discord", GUILDWRIGHT_PLAYGROUND_RATE_LIMITS="off")
        try:
            yield Servers(folder, postgres, redis, playground)
        finally:
            playground.kill()


@asynccontextmanager
async def stage(up: Servers) -> AsyncIterator[Stage]:
    """Start our own processes, and end them."""
    env = _environment(up)
    os.environ.update(env)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    await engine.open_url(up.postgres.url)
    await migrate.run_migrations(piccolo_apps())
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", "tests.chaos.processes"])
    around = Surroundings(up.folder, up.redis.url, up.playground.facts["control"].rstrip("/"))

    def worker(number: int) -> Callable[[float], Any]:
        log = up.folder / "logs" / f"worker-{number}"
        return lambda ahead: context.Process(target=run_worker, args=(env, log, ahead, around))

    def shard(ahead: float) -> Any:
        return context.Process(target=run_shard, args=(env, up.folder / "logs" / "shard", ahead))

    stop = asyncio.Event()
    async with httpx.AsyncClient(timeout=30, limits=httpx.Limits(max_keepalive_connections=0)) as http:
        made = Stage(up, Lasting("shard", shard), [Lasting(f"worker {n}", worker(n)) for n in range(WORKERS)], http)
        publishing = asyncio.create_task(_publish(up, made, stop))
        try:
            await made.until_ready()
            yield made
        finally:
            stop.set()
            for process in (*made.workers, made.shard):
                await process.stop()
            publishing.cancel()
            await asyncio.gather(publishing, return_exceptions=True)
            await engine.close_database()


def _environment(up: Servers) -> dict[str, str]:
    return {
        "DATABASE_URL": up.postgres.url,
        "REDIS_URL": up.redis.url,
        "DISCORD_TOKEN": up.playground.facts["token"],
        "GUILDWRIGHT_DISCORD_API": up.playground.facts["api"],
        "GUILDWRIGHT_DATA": str(up.folder / "data"),
        "GUILDWRIGHT_GUILDS": str(up.folder / "guilds"),
        "GUILDWRIGHT_HEALTH_PORT": "0",
        "GUILDWRIGHT_LIMIT_GIVEAWAYS_ACTIVE": "1000",
        "GUILDWRIGHT_LOG_FORMAT": "json",
    }


async def _publish(up: Servers, made: Stage, stop: asyncio.Event) -> None:
    """What `up` does beside its children: the guild's document, kept in Redis."""
    state = await made.control("GET", "/state")
    guild = state["guilds"][0]
    made.guild, made.owner = guild["id"], guild["owner_id"]
    made.members = {m["user"]["username"].lower(): m["user"]["id"] for m in guild["members"] if not m["user"]["bot"]}
    log = await made.control("POST", f"/guilds/{made.guild}/channels", {"name": "the-log"})
    other = await made.control("POST", "/guilds", {"name": "Elsewhere", "owner_id": made.owner})
    made.other_guild, made.other_channel = other["id"], other["channels"][0]["id"]
    document = _DOCUMENT.format(guild=made.guild, log=log["id"], barred=made.members["cy"])
    (up.folder / "guilds" / "guild.yaml").write_text(document)
    made.log = log["id"]
    redis = connect(Settings.model_validate({"redis_url": SecretStr(up.redis.url)}))
    await Publisher(FromStore(NotedStore(up.folder / "guilds", up.folder / "data")), redis, SystemClock()).run(stop)
