"""One client of a gateway, in a process of its own: says on stdout what it heard and how long it took."""

import asyncio
import json
import sys
import time

import msgspec
from websockets.asyncio.client import ClientConnection, connect


class Order(msgspec.Struct, kw_only=True):
    """Whom to listen to, and for how many messages so many times."""

    url: str
    token: str
    intents: int
    guilds: int
    events: int
    runs: int


class Heard(msgspec.Struct, kw_only=True):
    """A stretch of listening: first to last message. `in_order` is false when a sequence number was left out."""

    events: int
    seconds: float
    in_order: bool
    sample: str

    @property
    def rate(self) -> float:
        """Messages per second."""
        return (self.events - 1) / self.seconds


class Frame(msgspec.Struct):
    """What of a payload it reads: a client that does more would measure itself."""

    op: int
    t: str | None = None
    s: int | None = None


_decode = msgspec.json.Decoder(Frame).decode


async def listen(order: Order) -> None:
    """Identify, hear everything, and tell."""
    async with connect(order.url, compression=None, max_size=None, ping_interval=None) as socket:
        await socket.recv()
        started = time.monotonic()
        identify = {"token": order.token, "intents": order.intents, "properties": {}}
        await socket.send(json.dumps({"op": 2, "d": identify}))
        for _ in range(1 + order.guilds):  # READY, and each GUILD_CREATE
            assert _decode(await socket.recv()).op == 0
        _tell(Heard(events=order.guilds, seconds=time.monotonic() - started, in_order=True, sample=""))
        for _ in range(order.runs):
            _tell(await _stretch(socket, order.events))


async def _stretch(socket: ClientConnection, events: int) -> Heard:
    first = last = 0.0
    found, in_order, sequence, text = 0, True, None, ""
    while found < events:
        text = str(await socket.recv())
        frame = _decode(text)
        if frame.t == "MESSAGE_CREATE":
            last = time.monotonic()
            first = first or last
            in_order &= sequence is None or frame.s == sequence + 1
            found += 1
        sequence = frame.s or sequence
    return Heard(events=found, seconds=last - first, in_order=in_order, sample=text)


def _tell(heard: Heard) -> None:
    sys.stdout.write(msgspec.json.encode(heard).decode() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(listen(msgspec.json.decode(sys.argv[1], type=Order)))
