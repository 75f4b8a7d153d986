"""kopf's part: it watches the GuildConfigs of one namespace and hands over what it saw. It writes nothing.

It runs in a thread and an event loop of its own: when kopf stops, for whatever reason, it cancels every task of its
loop that is younger than itself, which would be all of ours; and the Lease is renewed while it reads a long list.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import kopf
import structlog
from kopf._cogs.structs.references import Insights  # kopf says nowhere else that it found nothing to watch
from kubernetes.aio.client import Configuration

from guildwright.platform.clock import Clock
from guildwright_crds.guild_config import GROUP, VERSION

PAGE = 100  # objects; what a page takes in memory is never given back whole
SERVER_SECONDS = 600
CLIENT_SECONDS = 660
CONNECT_SECONDS = 10
IDLE_SECONDS = 0.05  # kopf keeps a task for each object that long; nothing of ours waits in it
BACKOFFS = (0.1, 0.2, 0.5, *([1.0] * 10))
RESTART_SECONDS = 1.0
MISSING_SECONDS = 5.0  # kopf logs each time that it found nothing
MISSING = "the cluster does not know GuildConfig: install the chart guildwright-crds"

type Seen = Callable[[str | None, Mapping[str, Any]], None]
"""Takes the type of an event (None: from kopf's own list) and the object."""

_log = structlog.get_logger(__name__)


class _NoDiffs(kopf.DiffBaseStorage):
    """Remembers no former state of an object, in its annotations or anywhere: no handler asks for a difference."""

    def build(self, **_: object) -> Any:  # noqa: ANN401  # kopf's own type is private
        return {}

    def fetch(self, **_: object) -> None:
        return None

    def store(self, **_: object) -> None:
        return None


class _NoProgress(kopf.ProgressStorage):
    """Remembers no progress of handlers: ours is done when it returns."""

    def fetch(self, **_: object) -> None:
        return None

    def store(self, **_: object) -> None:
        return None

    def purge(self, **_: object) -> None:
        return None

    def touch(self, **_: object) -> None:
        return None

    def clear(self, *, essence: Any) -> Any:  # noqa: ANN401  # kopf's own type is private
        return essence


def settings() -> kopf.OperatorSettings:
    """How kopf shall watch."""
    chosen = kopf.OperatorSettings()
    chosen.scanning.disabled = True
    chosen.posting.enabled = False
    chosen.peering.standalone = True
    chosen.process.ultimate_exiting_timeout = None
    chosen.watching.server_timeout = SERVER_SECONDS
    chosen.watching.client_timeout = CLIENT_SECONDS
    chosen.watching.connect_timeout = CONNECT_SECONDS
    chosen.watching.chunk_size = PAGE
    chosen.networking.connect_timeout = CONNECT_SECONDS
    chosen.networking.error_backoffs = BACKOFFS
    chosen.queueing.idle_timeout = IDLE_SECONDS
    chosen.persistence.diffbase_storage = _NoDiffs()
    chosen.persistence.progress_storage = _NoProgress()
    return chosen


def registry(configuration: Configuration, seen: Seen) -> kopf.OperatorRegistry:
    """Our one handler, and the way to log in: with what the official client was configured with."""
    chosen = kopf.OperatorRegistry()

    async def login(**_: object) -> kopf.ConnectionInfo:
        header = await configuration.get_api_key_with_prefix("BearerToken")
        scheme, _space, token = (header or "").partition(" ")
        return kopf.ConnectionInfo(
            server=configuration.host,
            ca_path=configuration.ssl_ca_cert,
            insecure=not configuration.verify_ssl,
            username=configuration.username or None,
            password=configuration.password or None,
            scheme=scheme if token else None,
            token=token or scheme or None,
            certificate_path=configuration.cert_file,
            private_key_path=configuration.key_file,
            proxy_url=configuration.proxy,
        )

    async def see(event: Mapping[str, Any], **_: object) -> None:
        seen(event["type"], event["object"])

    kopf.on.login(registry=chosen)(login)
    kopf.on.event(GROUP, VERSION, "guildconfigs", registry=chosen)(see)
    return chosen


@dataclass(frozen=True)
class _Kopf:
    """One run of kopf, as other threads reach it."""

    loop: asyncio.AbstractEventLoop
    stop: asyncio.Event


class Watch:
    """kopf in its thread, started again whenever it ends."""

    def __init__(self, configuration: Configuration, namespace: str, seen: Seen, clock: Clock) -> None:
        self._configuration = configuration
        self._namespace = namespace
        self._seen = seen
        self._clock = clock
        self._ended = False
        self._kopf: _Kopf | None = None

    async def run(self) -> None:
        """Watch until cancelled."""
        said = ""
        try:
            while True:
                ended = asyncio.get_running_loop().create_future()
                thread = threading.Thread(target=self._thread, args=(ended,), name="kopf", daemon=True)
                thread.start()
                why = await asyncio.shield(ended)
                if why != said or why != MISSING:
                    _log.warning("the watch of the guild documents ended, starting it again", why=why)
                said = why
                await self._clock.sleep(MISSING_SECONDS if why == MISSING else RESTART_SECONDS)
        finally:
            self._ended = True
            if (kopfs := self._kopf) is not None:
                with contextlib.suppress(RuntimeError):  # it has ended meanwhile
                    kopfs.loop.call_soon_threadsafe(kopfs.stop.set)

    async def ping(self) -> None:
        """Return after a round trip through kopf's event loop; at once while it is being started again."""
        kopfs = self._kopf
        if kopfs is None:
            return
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(asyncio.sleep(0), kopfs.loop))

    def _thread(self, ended: "asyncio.Future[str]") -> None:
        try:
            why = asyncio.run(self._operate())
        except BaseException as error:  # noqa: BLE001  whatever ends it, it is started again
            why = str(error) or type(error).__name__
        finally:
            self._kopf = None
        if not self._ended:
            ended.get_loop().call_soon_threadsafe(ended.set_result, why)

    async def _operate(self) -> str:
        # No threading.Event: a thread would wait for it, and a kopf that failed for minutes on that thread.
        stop = asyncio.Event()
        self._kopf = _Kopf(asyncio.get_running_loop(), stop)
        if self._ended:
            return "it stopped"
        insights = Insights()

        async def found_nothing() -> bool:
            """It looks once only for what the cluster knows, and then would wait for ever."""
            await insights.ready_resources.wait()
            if insights.watched_resources:
                return False
            stop.set()
            return True

        finding = asyncio.create_task(found_nothing())
        await kopf.operator(
            registry=registry(self._configuration, self._seen),
            settings=settings(),
            namespaces=[self._namespace],
            standalone=True,
            stop_flag=stop,
            insights=insights,
        )
        return MISSING if finding.done() and finding.result() else "it stopped"
