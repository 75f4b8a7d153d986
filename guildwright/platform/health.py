"""What a supervisor, a cluster and a person ask a process: does it live, can it work, and how much.

`/livez` answers as long as the event loop turns, whatever PostgreSQL and Redis do: restarting us would not mend them. A
process with more to it than that loop adds a check of its own.
`/readyz` runs the checks it was given. `/metrics` is Prometheus' text format.
"""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from guildwright.platform import metrics
from guildwright.platform.clock import Clock
from guildwright.platform.log import redact

if TYPE_CHECKING:
    from guildwright.platform.settings import Settings

# Returns a detail to show, or raises with the reason why not.
type Check = Callable[[], Awaitable[object]]

_CHECK_SECONDS = 2.0


class NotReady(Exception):  # noqa: N818  a state, not a fault
    """Raised by a check: its text says what is missing."""


class Health:
    """A small HTTP server beside the real work."""

    def __init__(
        self,
        settings: "Settings",
        clock: Clock,
        checks: Mapping[str, Check],
        before_metrics: Callable[[], Awaitable[None]] | None = None,
        *,
        live: Check | None = None,
    ) -> None:
        """`before_metrics` brings gauges up to date before they are read; `live` is what lives besides this server."""
        self._settings = settings
        self._clock = clock
        self._checks = dict(checks)
        self._before_metrics = before_metrics
        self._live = live
        self._runner: web.AppRunner | None = None
        self.port = 0

    async def start(self) -> None:
        """Listen, then write the address to `GUILDWRIGHT_HEALTH_FILE`.

        Raises:
            OSError: when the address is taken.
        """
        app = web.Application()
        app.router.add_get("/livez", self._livez)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._metrics)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._settings.health_host, self._settings.health_port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        if self._settings.health_file is not None:
            _write(self._settings.health_file, self._settings.health_host, self.port)

    async def stop(self) -> None:
        """Close, and take the file back."""
        if self._settings.health_file is not None:
            with suppress(OSError):
                self._settings.health_file.unlink()
        if self._runner is not None:
            await self._runner.cleanup()

    async def examine(self) -> dict[str, dict[str, object]]:
        """Every check's result: ok, detail, seconds."""
        results = await asyncio.gather(*(self._examine(check) for check in self._checks.values()))
        return dict(zip(self._checks, results, strict=True))

    async def _examine(self, check: Check) -> dict[str, object]:
        began = self._clock.monotonic()
        try:
            detail, ok = await asyncio.wait_for(check(), timeout=_CHECK_SECONDS), True
        except TimeoutError:
            detail, ok = f"no answer within {_CHECK_SECONDS:.0f} s", False
        except Exception as error:  # noqa: BLE001  whatever it raises is the answer
            said = str(error) if isinstance(error, NotReady) else f"{type(error).__name__}: {error}"
            detail, ok = redact(said), False
        return {"ok": ok, "detail": detail, "seconds": round(self._clock.monotonic() - began, 4)}

    async def _livez(self, _: web.Request) -> web.Response:
        result = await self._examine(self._live) if self._live is not None else {"ok": True}
        answer = {"live": result["ok"], "pid": os.getpid()}
        if not result["ok"]:
            answer["why"] = result["detail"]
        return web.json_response(answer, status=200 if result["ok"] else 503)

    async def _readyz(self, _: web.Request) -> web.Response:
        checks = await self.examine()
        ready = all(result["ok"] for result in checks.values())
        return web.json_response({"ready": ready, "checks": checks}, status=200 if ready else 503)

    async def _metrics(self, _: web.Request) -> web.Response:
        if self._before_metrics is not None:
            with suppress(Exception):  # old gauges are better than no metrics
                await asyncio.wait_for(self._before_metrics(), timeout=_CHECK_SECONDS)
        return web.Response(body=metrics.page(), headers={"Content-Type": metrics.CONTENT_TYPE})


def _write(path: Path, host: str, port: int) -> None:
    """In one move, since somebody may be waiting to read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.write_text(json.dumps({"host": host, "port": port, "pid": os.getpid()}))
    part.replace(path)
