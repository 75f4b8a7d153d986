"""`guildwright up`: everything on one machine, in one command, ended in order.

Composition root: it decides what runs and where; `supervisor` keeps it running.
"""

import asyncio
import contextlib
import hashlib
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import asyncpg
from pydantic import SecretStr

from guildwright import first_guild, holder, probes, redis_server, system
from guildwright.documents import NotedStore
from guildwright.platform import log
from guildwright.platform.clock import SystemClock
from guildwright.platform.config.publish import Publisher
from guildwright.platform.config.record import FromStore
from guildwright.platform.database import embedded
from guildwright.platform.settings import Settings
from guildwright.platform.stream import connect
from guildwright.supervisor import Child, Failed, Supervisor

DEFAULT_PORT = 8420
DECLARED_WITHIN = 10.0  # seconds
START_UP_LIMIT = 120.0  # seconds after which a start-up that hangs says what it waits for
Say = Callable[[str], None]


@dataclass(frozen=True)
class Asked:
    """What the command line asked for. `port` None: the remembered or the usual one; 0: any free port."""

    data: Path
    guilds: Path | None
    port: int | None
    as_json: bool


def run(asked: Asked, settings: Settings) -> int:
    """Run everything until SIGINT or SIGTERM. Return the exit code."""
    log.configure(settings, "up")
    up = Up(asked, settings)
    try:
        with holder.hold(asked.data):
            up.install()
            asyncio.run(up.main())
    except (holder.Held, system.Missing, Failed, PortTaken, embedded.EmbeddedError) as error:
        print(f"guildwright up: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        where = f"{error.filename or asked.data}: {error.strerror or error}"
        print(f"guildwright up: {where}. Name directories to write in with --data and --guilds.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # before the event loop runs, there is nothing to end yet
        return 130
    return 0


class PortTaken(Exception):  # noqa: N818  reads as the sentence it ends
    """The port that was asked for is taken."""


@dataclass
class Up:
    """One run of `guildwright up`."""

    asked: Asked
    settings: Settings
    env: dict[str, str] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.data = self.asked.data.resolve()
        self.guilds = (self.asked.guilds or self.settings.guilds).resolve()
        digest = hashlib.sha256(str(self.data).encode()).hexdigest()[:12]
        # Sockets live under a short path: a unix socket's is limited to 107 bytes.
        self.run = Path(tempfile.gettempdir()) / f"guildwright-{os.getuid()}-{digest}"
        self.supervisor = Supervisor(self.say, self._pids_changed)

    def say(self, text: str) -> None:
        """Tell the person at the terminal. Stdout is theirs, or the one JSON line's."""
        with contextlib.suppress(OSError):  # whoever read us may be gone; that must not keep us from ending
            print(text, file=sys.stderr if self.asked.as_json else sys.stdout, flush=True)

    def install(self) -> None:
        """Find or install what we need beside Python.

        Raises:
            system.Missing: with the exact line to run.
        """
        self.redis_program = "" if self.settings.redis_url else system.ensure(system.REDIS, self.say)

    async def main(self) -> None:
        """Start, report, and wait for the signal to end."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task  # noqa: S101  asyncio.run made one
        stopping = False

        def end() -> None:
            nonlocal stopping
            if not stopping:  # a second Ctrl-C must not break the orderly end
                stopping = True
                self.say("Stopping.")
                task.cancel()

        for sent in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(sent, end)
        started = loop.time()
        try:
            await self._start()
            self._report(loop.time() - started)
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if not stopping:
                raise
        finally:
            stopping = True
            await self._stop()

    async def _start(self) -> None:
        self.say(f"Guildwright {version('guildwright')}: starting")
        self.guilds.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self.run, ignore_errors=True)
        self.run.mkdir(mode=0o755)
        self.env = {
            "GUILDWRIGHT_DATA": str(self.data),
            "GUILDWRIGHT_GUILDS": str(self.guilds),
            "PYTHONUNBUFFERED": "1",
        }
        await _together(self._discord(), self._redis(), self._postgres())
        self._publishing = asyncio.create_task(self._publish())
        async with self._timed("shard", "and worker: connected"):
            await _together(*(self.supervisor.start(self._process(name)) for name in ("shard", "worker")))
            with contextlib.suppress(TimeoutError, OSError, asyncpg.PostgresError):  # the log says why it is late
                await asyncio.wait_for(probes.declared(self.env["DATABASE_URL"]), DECLARED_WITHIN)

    async def _discord(self) -> None:
        if token := self.settings.discord_token:
            self.env |= {
                "DISCORD_TOKEN": token.get_secret_value(),
                "GUILDWRIGHT_DISCORD_API": self.settings.discord_api,
            }
            self.say(f"  discord     the real one ({self.settings.discord_api}), because DISCORD_TOKEN is set")
            return
        port = _free_port(self.asked.port)
        ready = self.data / "playground.json"
        ready.unlink(missing_ok=True)
        async with self._timed("playground", "a Discord of its own; nothing reaches the real one"):
            child = Child(
                "playground",
                (sys.executable, "-m", "guildwright", "playground", "--port", str(port), "--ready-file", str(ready)),
                env={**self.env, "GUILDWRIGHT_PLAYGROUND_PROCESSES": str(self.data / "processes.json")},
                ready=lambda: probes.file(ready),
            )
            await self.supervisor.start(child)
        self.facts = json.loads(ready.read_text())
        self.env |= {"DISCORD_TOKEN": self.facts["token"], "GUILDWRIGHT_DISCORD_API": self.facts["api"]}
        if self.asked.guilds is None:
            first_guild.write(self.guilds, self.facts)

    async def _redis(self) -> None:
        if url := self.settings.redis_url:
            self.env["REDIS_URL"] = url.get_secret_value()
            async with self._timed("redis", "from REDIS_URL"):
                await probes.redis(url.get_secret_value())
            return
        async with self._timed("redis", "its own, on a private socket"):
            await self.supervisor.start(redis_server.child(self.redis_program, self.run, self.data / "logs"))
        self.env["REDIS_URL"] = redis_server.url(self.run)

    async def _postgres(self) -> None:
        if url := self.settings.database_url:
            self.env["DATABASE_URL"] = url.get_secret_value()
            self.say("  postgres    from DATABASE_URL")
        else:
            async with self._timed("postgres", "its own, version 18"):
                prepared = await asyncio.to_thread(embedded.prepare, self.data / "postgres", self.run / "pg")
                await self.supervisor.start(
                    Child(
                        "postgres",
                        tuple(prepared.argv),
                        env=prepared.env,
                        user=prepared.user,
                        cwd=prepared.cwd,
                        ready=lambda: embedded.answers(prepared.url),
                        stop=signal.SIGINT,  # Postgres: "fast shutdown", sessions are ended
                        log=self.data / "logs" / "postgres.log",
                    )
                )
            self.env["DATABASE_URL"] = prepared.url
        async with self._timed("migrations", "the tables are current"):
            await self.supervisor.run(self._process("migrate", lasting=False))

    async def _publish(self) -> None:
        store = NotedStore(self.guilds, self.data)
        redis = connect(self.settings.model_copy(update={"redis_url": SecretStr(self.env["REDIS_URL"])}))
        await Publisher(FromStore(store), redis, SystemClock()).run(asyncio.Event())

    def _process(self, name: str, *, lasting: bool = True) -> Child:
        health = self.data / "health" / f"{name}.json"
        health.parent.mkdir(exist_ok=True)
        health.unlink(missing_ok=True)
        return Child(
            name,
            (sys.executable, "-m", "guildwright", name),
            env={**self.env, "GUILDWRIGHT_HEALTH_FILE": str(health), "GUILDWRIGHT_HEALTH_PORT": "0"},
            ready=(lambda: probes.healthy(health)) if lasting else None,
        )

    @contextlib.asynccontextmanager
    async def _timed(self, name: str, what: str) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        started = loop.time()
        slow = loop.call_later(
            START_UP_LIMIT, lambda: self.say(f"  {name}: still not ready after {START_UP_LIMIT:g} s")
        )
        try:
            yield
        finally:
            slow.cancel()
        self.say(f"  {name:<11} ready in {loop.time() - started:4.1f} s   {what}")

    def _report(self, seconds: float) -> None:
        holder.write_running(self.data, {"env": self.env, "page": self.facts.get("page")})
        if self.asked.as_json:
            keys = ("page", "control", "api", "token", "application_id", "guild_id", "channels")
            line: dict[str, Any] = {key: self.facts.get(key) for key in keys}
            print(json.dumps(line | {"dashboard": None, "pids": self.supervisor.pids}), flush=True)
            return
        self.say(f"\nReady in {seconds:.1f} s. State is in {self.data}; guild documents are in {self.guilds}.")
        if page := self.facts.get("page"):
            self.say(
                f"\n  Open {page}\n"
                "  Choose Ana under 'Act as', type /giveaway start in #giveaways, enter as Bo, and watch it end.\n"
                f"  Edit a file in {self.guilds} while it runs: the bot obeys within a second.\n"
            )
        self.say("Ctrl-C stops everything; the next `guildwright up` continues where this one was.")

    def _pids_changed(self, pids: dict[str, int]) -> None:
        holder.replace_json(self.data / "processes.json", {"up": os.getpid(), **pids})

    async def _stop(self) -> None:
        publishing = getattr(self, "_publishing", None)
        if publishing:
            publishing.cancel()
            await asyncio.gather(publishing, return_exceptions=True)
        # In order: those who use the others first. 2.5 + 0.7 + 1.3 s, so that the whole stays under 5.
        await self.supervisor.stop("shard", "worker", "migrate", grace=2.5)
        await self.supervisor.stop("playground", grace=0.7)
        await self.supervisor.stop("postgres", "redis", grace=1.3)
        holder.forget_running(self.data)
        shutil.rmtree(self.run, ignore_errors=True)


def _free_port(asked: int | None) -> int:
    """Return the port to listen on: the one asked for, else the usual one if free, else any (0)."""
    if asked == 0:
        return 0
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", asked or DEFAULT_PORT))
        except OSError as error:
            if asked is None:
                return 0
            raise PortTaken(
                f"port {asked} cannot be used ({error.strerror}). Choose another with --port N, or --port 0 for any."
            ) from error
    return asked or DEFAULT_PORT


async def _together(*work: Coroutine[Any, Any, None]) -> None:
    """Await all; at the first failure the others are cancelled, and it is raised by itself."""
    try:
        async with asyncio.TaskGroup() as group:
            for each in work:
                group.create_task(each)
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
