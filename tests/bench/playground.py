"""Is the playground the bottleneck? Run `uv run python -m tests.bench.playground`; `--help` lists the sizes.

Prints what 1,000 guilds of 200 members weigh, how many MESSAGE_CREATE a second reach one client through everything that
a member's message passes (rights, store, archive, record, wire), and the same frames from a bare websocket server to
the same client as the peer to compare with. Figures of one machine mean little; the ratio says more.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import psutil
from websockets.asyncio.server import ServerConnection, serve

from tests.bench.playground_client import Heard, Order

_INTENTS = (1 << 0) | (1 << 9) | (1 << 15)
_READY_WITHIN = 60.0
type Json = dict[str, Any]


class Figures(msgspec.Struct, kw_only=True):
    """What one run found. Sizes in MB, rates per second, times in seconds; `cpu` is the playground's per message."""

    guilds: int
    members: int
    seeded_in: float
    idle_mb: float
    connected_mb: float
    ready_in: float
    events: int
    rate: float
    peer_rate: float
    busiest_mb: float
    in_order: bool
    cpu: float

    @property
    def ratio(self) -> float:
        """Of the peer's rate."""
        return self.rate / self.peer_rate


class Bench:
    """A playground process of its own, without limits and without a record on disk."""

    def __init__(self, data: Path) -> None:
        ready = data / "ready.json"
        env = os.environ | {"GUILDWRIGHT_PLAYGROUND_RATE_LIMITS": "off"}
        env.pop("GUILDWRIGHT_PLAYGROUND_RECORD", None)
        argv = [sys.executable, "-m", "guildwright", "playground", "--data", str(data), "--ready-file", str(ready)]
        self.process = subprocess.Popen(argv, env=env)
        deadline = time.monotonic() + _READY_WITHIN
        while not ready.is_file():
            assert self.process.poll() is None, "the playground ended"
            assert time.monotonic() < deadline, "the playground does not start"
            time.sleep(0.05)
        self.facts: Json = json.loads(ready.read_text())
        self.http = httpx.Client(base_url=self.facts["control"].rstrip("/"), timeout=600)

    @property
    def memory(self) -> float:
        """Resident MB."""
        return float(psutil.Process(self.process.pid).memory_info().rss) / 1e6

    @property
    def cpu(self) -> float:
        """Seconds of processor time since it began."""
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)

    def told(self, method: str, path: str, body: object = None) -> Json:
        """A request to the control API that succeeds."""
        answer = self.http.request(method, path, json=body)
        assert answer.is_success, answer.text
        found: Json = answer.json()
        return found

    def order(self, guilds: int, events: int, runs: int) -> Order:
        """What a client of this playground is to do."""
        url = f"ws://127.0.0.1:{self.facts['port']}/gateway?v=10&encoding=json"
        token = str(self.facts["token"])
        return Order(url=url, token=token, intents=_INTENTS, guilds=guilds, events=events, runs=runs)

    def end(self) -> None:
        """Stop it."""
        self.http.close()
        self.process.terminate()
        self.process.wait(20)


class Client:
    """The listening process."""

    def __init__(self, order: Order) -> None:
        argv = [sys.executable, "-m", "tests.bench.playground_client", msgspec.json.encode(order).decode()]
        self.process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)

    def heard(self) -> Heard:
        """What it says next."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, "the client ended"
        return msgspec.json.decode(line, type=Heard)


@contextmanager
def bench(data: Path) -> Iterator[Bench]:
    """One that is ended at the end."""
    running = Bench(data)
    try:
        yield running
    finally:
        running.end()


def measure(data: Path, guilds: int, members: int, events: int, runs: int) -> Figures:
    """Everything once, the rates as the median of the runs."""
    with bench(data) as playground:
        started = time.monotonic()
        playground.told("POST", "/seed", {"guilds": guilds, "members": members})
        seeded_in, idle = time.monotonic() - started, playground.memory
        listening = Client(playground.order(guilds + 1, events, runs))
        ready = listening.heard()
        connected = busiest = playground.memory
        found, cpu = [], playground.cpu
        for run in range(runs):
            wished = {"scenario": "messages", "rate": 0, "events": events, "seed": run}
            playground.told("POST", "/traffic-generator", wished)
            found.append(listening.heard())
            busiest = max(busiest, playground.memory)
        cpu = playground.cpu - cpu
        done = playground.told("GET", "/traffic-generator")
        assert (done["done"], done["refused"]) == (events, 0), done
    return Figures(
        guilds=guilds,
        members=members,
        seeded_in=seeded_in,
        idle_mb=idle,
        connected_mb=connected,
        ready_in=ready.seconds,
        events=events * runs,
        rate=statistics.median(one.rate for one in found),
        peer_rate=asyncio.run(peer(found[0].sample, events, runs)),
        busiest_mb=busiest,
        cpu=cpu / (events * runs),
        in_order=all(one.in_order for one in found),
    )


async def peer(sample: str, events: int, runs: int) -> float:
    """The median rate of a websocket server that only sends this frame again and again, to the same client."""

    async def serve_one(socket: ServerConnection) -> None:
        await socket.send(json.dumps({"op": 10}))
        await socket.recv()
        await socket.send(json.dumps({"op": 0, "t": "READY"}))
        for _ in range(events * runs):
            await socket.send(sample)

    async with serve(serve_one, "127.0.0.1", 0, compression=None) as server:
        port = server.sockets[0].getsockname()[1]
        order = Order(url=f"ws://127.0.0.1:{port}", token="", intents=0, guilds=0, events=events, runs=runs)
        listening = Client(order)
        await asyncio.to_thread(listening.heard)
        rates = [(await asyncio.to_thread(listening.heard)).rate for _ in range(runs)]
    return statistics.median(rates)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("guilds", 1000), ("members", 200), ("events", 30_000), ("runs", 3)):
        parser.add_argument(f"--{name}", type=int, default=default)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), chosen.guilds, chosen.members, chosen.events, chosen.runs)
    say = sys.stdout.write
    say(f"{found.guilds} guilds of {found.members} members, made in {found.seeded_in:.1f} s\n")
    say(f"idle {found.idle_mb:.0f} MB, one connected client {found.connected_mb:.0f} MB, after the traffic ")
    say(f"{found.busiest_mb:.0f} MB\nREADY and every GUILD_CREATE in {found.ready_in:.2f} s\n")
    say(f"{found.rate:,.0f} MESSAGE_CREATE/s to one client ({found.events:,} in all, ")
    say(f"{'in order, none lost' if found.in_order else 'NOT IN ORDER'})\n")
    say(f"{found.cpu * 1e6:.0f} µs of the playground's processor for each: the rate if nothing else ran is ")
    say(f"{1 / found.cpu:,.0f}/s\n")
    say(f"a bare websocket server, the same frames and client: {found.peer_rate:,.0f}/s; ratio {found.ratio:.2f}\n")


if __name__ == "__main__":
    main()
