"""The playground in this process, on a real port, so that a test can speak HTTP and gateway and still look inside.

At the end of every test all that it answered is held against Discord's own documents.
"""

import asyncio
import json
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from guildwright.playground.bits import ALL_INTENTS
from guildwright.playground.clock import Clock
from guildwright.playground.main import Server, listen, server
from guildwright.playground.playground import Options, Playground
from tests.contract import spec
from tests.contract.validate import own_violations

type Json = dict[str, Any]
type Answer = Callable[[Json], Awaitable[object]]

# With the embedded activities, which Discord documents no more and interactions.py asks for.
EVERY_INTENT = int(ALL_INTENTS) | 1 << 17
PATIENCE = 30.0  # seconds; a machine may be slow, what never comes still fails


class Gateway:
    """A client of the gateway that does nothing by itself."""

    def __init__(self, socket: ClientConnection, compression: str | None) -> None:
        self._socket = socket
        self._inflate = zlib.decompressobj() if compression == "zlib-stream" else None
        self._compress = compression or False  # said again in IDENTIFY, as oceanic.js does
        self.sequence = 0
        self.session_id = ""

    async def send(self, op: int, data: object) -> None:
        await self._socket.send(json.dumps({"op": op, "d": data}))

    async def send_raw(self, text: str | bytes) -> None:
        await self._socket.send(text)

    async def receive(self) -> Json:
        """The next payload, soon."""
        async with asyncio.timeout(PATIENCE):
            return await self.receive_patiently()

    async def receive_patiently(self) -> Json:
        """The next payload, whenever it comes."""
        data = await self._socket.recv()
        if self._inflate:
            assert isinstance(data, bytes)
            assert data.endswith(b"\x00\x00\xff\xff"), "a zlib-stream payload ends in a flush"
            data = self._inflate.decompress(data)
        payload: Json = json.loads(data)
        self.sequence = payload.get("s") or self.sequence
        if payload.get("t") == "READY":
            self.session_id = payload["d"]["session_id"]
        return payload

    async def expect(self, event: str) -> Json:
        """The data of the next event of that name; others before it are skipped."""
        while True:
            payload = await self.receive()
            if payload.get("t") == event:
                data: Json = payload["d"]
                return data

    async def names(self) -> list[str]:
        """What has come until the answer to a heartbeat: events in order."""
        await self.send(1, self.sequence)
        found = []
        while (payload := await self.receive())["op"] != 11:
            found.append(payload.get("t") or f"op {payload['op']}")
        return found

    async def identify(self, token: str, intents: int = EVERY_INTENT, shard: tuple[int, int] = (0, 1)) -> None:
        hello = {"token": token, "intents": intents, "shard": shard, "properties": {}, "compress": self._compress}
        await self.send(2, hello)

    async def close_code(self) -> int:
        """The code with which the playground ends the connection."""
        try:
            while True:
                await self.receive()
        except ConnectionClosed as end:
            return end.rcvd.code if end.rcvd else 1006

    async def leave(self, code: int) -> None:
        await self._socket.close(code)


class LocalDiscord:
    """A served playground and the names in its demo guild."""

    def __init__(self, play: Playground, port: int, http: httpx.AsyncClient) -> None:
        self.play = play
        self.port = port
        self.http = http
        self.token = play.application.token
        self.application = str(play.application.id)
        self.guild = str(next(iter(play.memory.guilds)))

    def user(self, name: str) -> str:
        return next(str(user.id) for user in self.play.memory.users.values() if user.username == name)

    def role(self, name: str) -> str:
        return next(str(role.id) for role in self.play.memory.roles.values() if role.name == name)

    @property
    def other_shard(self) -> tuple[int, int]:
        """A shard that has the guild and is not number 0: it may identify right after that one."""
        return next((number, total) for total in range(2, 50) if 0 < (number := (int(self.guild) >> 22) % total) < 16)

    def channel(self, name: str) -> str:
        return next(str(channel.id) for channel in self.play.memory.channels.values() if channel.name == name)

    async def rest(self, method: str, path: str, body: object = None, **more: Any) -> httpx.Response:
        """A request of the bot."""
        headers = {"authorization": f"Bot {self.token}"} | more.pop("headers", {})
        content: dict[str, Any] = {} if body is None else {"json": body}
        return await self.http.request(method, f"/api/v10{path}", headers=headers, **content, **more)

    async def ask(self, method: str, path: str, body: object = None) -> Any:
        """A request of the bot that is answered with success; its body."""
        response = await self.rest(method, path, body)
        assert response.is_success, response.text
        return response.json() if response.content else None

    async def say(self, channel: str, content: str, **more: object) -> Json:
        """The bot writes."""
        message: Json = await self.ask(
            "POST", f"/channels/{self.channel(channel)}/messages", {"content": content, **more}
        )
        return message

    async def control(self, method: str, path: str, body: object = None) -> httpx.Response:
        """A request to the control API."""
        content: dict[str, Any] = {} if body is None else {"json": body}
        return await self.http.request(method, f"/control{path}", **content)

    async def told(self, method: str, path: str, body: object = None) -> Any:
        """A request to the control API that succeeds; its body."""
        response = await self.control(method, path, body)
        assert response.is_success, response.text
        return response.json() if response.content else None

    async def permit(self, role: str, permissions: int) -> None:
        """The owner gives a role exactly these permissions."""
        record = self.play.memory.roles[int(self.role(role))]
        with self.play.store.change() as change:
            change.put(msgspec.structs.replace(record, permissions=int(permissions)))

    async def effects(self) -> dict[str, int]:
        totals: dict[str, int] = (await self.told("GET", "/effects"))["totals"]
        return totals

    @asynccontextmanager
    async def gateway(self, compression: str | None = None) -> AsyncIterator[Gateway]:
        """A connection, before HELLO."""
        query = "?v=10&encoding=json" + (f"&compress={compression}" if compression else "")
        async with connect(f"ws://127.0.0.1:{self.port}/gateway{query}", compression=None, close_timeout=1) as socket:
            yield Gateway(socket, compression)

    @asynccontextmanager
    async def connected(self, **identify: Any) -> AsyncIterator[Gateway]:
        """A connection that is ready."""
        async with self.gateway() as gateway:
            await gateway.identify(self.token, **identify)
            await gateway.expect("READY")
            yield gateway

    @asynccontextmanager
    async def answering(self, answer: Answer) -> AsyncIterator[list[Json]]:
        """A connected bot that answers every interaction; yields the list of those that came."""
        came: list[Json] = []

        async def serve(gateway: Gateway) -> None:
            while True:
                payload = await gateway.receive_patiently()
                if payload.get("t") == "INTERACTION_CREATE":
                    came.append(payload["d"])
                    await answer(payload["d"])

        async with self.connected() as gateway:
            task = asyncio.create_task(serve(gateway))
            try:
                yield came
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def callback(self, interaction: Json, kind: int, data: Json | None = None, query: str = "") -> httpx.Response:
        """The bot's answer to an interaction."""
        path = f"/api/v10/interactions/{interaction['id']}/{interaction['token']}/callback{query}"
        return await self.http.post(path, json={"type": kind} | ({"data": data} if data is not None else {}))

    def wrong_answers(self) -> list[str]:
        """What the playground answered or sent against Discord's documents."""
        if not spec.available("the playground's own answers"):
            return []
        return own_violations(msgspec.to_builtins(entry) for entry in self.play.recorder.after(0))


@asynccontextmanager
async def local_discord(
    file: Path | None = None,
    clock: Clock | None = None,
    *,
    rate_limits: bool = False,
    record: Path | None = None,
) -> AsyncIterator[LocalDiscord]:
    """Serve one until the block ends."""
    play = Playground(Options(file=file, rate_limits=rate_limits, record=record), clock)
    listener = listen("127.0.0.1", 0, None)
    port = listener.getsockname()[1]
    running = server(play)
    task = asyncio.create_task(running.serve(sockets=[listener]))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30, verify=False) as http:  # noqa: S501 - plain http
        discord = LocalDiscord(play, port, http)
        try:
            await _answers(http)
            yield discord
            wrong = discord.wrong_answers()
            assert not wrong, "\n".join(wrong)
        finally:
            await http.aclose()
            await _end(running, task)


async def _end(running: Server, task: asyncio.Task[None]) -> None:
    """What uvicorn does at its end, less the fifth of a second that it spends looking whether it should."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    running.close_streams()
    for serving in running.servers:
        serving.close()
    for connection in list(running.server_state.connections):
        connection.shutdown()
    with suppress(TimeoutError):
        async with asyncio.timeout(1):
            while running.server_state.connections or running.server_state.tasks:  # noqa: ASYNC110  # uvicorn tells nobody
                await asyncio.sleep(0.001)
    for stalled in running.server_state.tasks:
        stalled.cancel()
    await running.lifespan.shutdown()


async def _answers(http: httpx.AsyncClient) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                await http.get("/api/v10/gateway")
            except httpx.TransportError:
                await asyncio.sleep(0.01)
            else:
                return
