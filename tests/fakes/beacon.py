"""A drand network of one's own over HTTP: real signatures by a key of the tests, and as reliable as a test wants."""

import asyncio
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from py_ecc.bls.g2_primitives import G1_to_pubkey, G2_to_signature
from py_ecc.bls.hash_to_curve import hash_to_G1
from py_ecc.optimized_bls12_381 import G2, multiply

from guildwright.platform.beacon import Chain, Pulse
from guildwright.platform.clock import SystemClock

SECRET = 0x6F616B_63686169
_DOMAIN = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"


def signed(number: int, secret: int = SECRET) -> Pulse:
    """A round, signed."""
    hash_function: Any = hashlib.sha256
    hashed = hash_to_G1(hashlib.sha256(number.to_bytes(8, "big")).digest(), _DOMAIN, hash_function)
    return Pulse(number, bytes(G1_to_pubkey(multiply(hashed, secret))).hex())


def chain(genesis: int = 1_700_000_000, period: int = 3) -> Chain:
    """The network of `SECRET`."""
    return Chain("f0" * 32, bytes(G2_to_signature(multiply(G2, SECRET))).hex(), period, genesis)


@dataclass
class FakeBeacon:
    """Serves rounds up to `newest`, or those whose time has come on the network of `timely`.

    `answers` are what it says first instead: a status, or a whole body.
    """

    newest: int = 2**63
    timely: Chain | None = None
    secret: int = SECRET
    answers: list[int | bytes] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    url: str = ""
    _runner: web.AppRunner | None = None

    async def start(self) -> "FakeBeacon":
        """Listen on a free port of the loopback."""
        app = web.Application()
        app.router.add_get("/{chain}/public/{round}", self._serve)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}"
        return self

    async def stop(self) -> None:
        """Listen no more; the address stays."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.Response:
        number = int(request.match_info["round"])
        self.asked.append(number)
        if self.answers:
            answer = self.answers.pop(0)
            return web.Response(status=answer) if isinstance(answer, int) else web.Response(body=answer)
        if request.match_info["chain"] != "f0" * 32:
            return web.Response(status=404)
        now = SystemClock().now().timestamp()
        if number > self.newest or (self.timely is not None and self.timely.time_of(number) > now):
            return web.Response(status=425)
        pulse = signed(number, self.secret)
        return web.json_response({"round": number, "signature": pulse.signature, "randomness": pulse.randomness})


@contextmanager
def in_a_thread(beacon: FakeBeacon) -> Iterator[FakeBeacon]:
    """A network for tests that have no event loop."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(beacon.start(), loop).result(10)
    try:
        yield beacon
    finally:
        asyncio.run_coroutine_threadsafe(beacon.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
