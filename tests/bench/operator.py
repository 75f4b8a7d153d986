"""How fast and how heavy is the operator? Run `uv run python -m tests.bench.operator`; `--help` lists the sizes.

On a real API server, etcd and Redis: so many GuildConfigs of 3 kB from cold, then edits at steady rates until a status
says so and until a shard's memory has them; what the operator weighs, and what etcd keeps. Then all of it once more for
the operator that one would write with kopf's own create and update handlers, and the ratios. Figures of one machine
mean little, and less while others use it; the ratios say more. What falls short of its goal says what limits it.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from guildwright_crds.cli import MANIFESTS
from guildwright_crds.guild_config import API_VERSION, KIND
from guildwright_crds.schema import CRD_FILE
from tests.bench.operator_documents import Document, documents, edited
from tests.bench.operator_load import OPERATOR, WRITER, Burst, Load, load
from tests.bench.operator_process import OURS, PEER, Contender, Shard, contender, cpu, servers, shard
from tests.bench.operator_report import report
from tests.bench.operator_stored import Stored, stored
from tests.cluster.binaries import binaries
from tests.cluster.control_plane import ControlPlane, control_plane
from tests.fakes.redis_server import redis_server

SERVER_MEMORY = "6GiB"
COLD_SECONDS = 900.0
SETTLE_SECONDS = 60.0
REST_SECONDS = 3.0
BARE = 500  # statuses that the bare client writes


@dataclass(frozen=True)
class Order:
    """What to measure."""

    guilds: int
    size: int
    rates: tuple[float, ...]
    seconds: float
    seed: int


@dataclass
class Figures:
    """What one operator did. Sizes in MiB, times in seconds; `cpu` is seconds of processor from cold, by whom."""

    name: str
    order: Order
    filled: float = 0.0  # documents applied per second, before it began
    first: float = 0.0
    cold: float = 0.0
    cpu: dict[str, float] = field(default_factory=dict)
    memory: float = 0.0
    peak: float = 0.0
    bursts: list[tuple[Burst, list[float], list[float]]] = field(default_factory=list)  # until the status, the shard
    lost: int = 0
    wrong: list[str] = field(default_factory=list)
    stored: Stored | None = None
    bare: float = 0.0  # statuses per second by a client that does nothing else
    load: tuple[float, float] = (0.0, 0.0)

    @property
    def rate(self) -> float:
        """Documents per second from the start of the process to the last status."""
        return self.order.guilds / self.cold


def measure(name: str, argv: Sequence[str], folder: Path, order: Order) -> Figures:
    """Everything once, with servers of its own."""
    folder.mkdir()
    with control_plane(folder, binaries(), SERVER_MEMORY) as plane, redis_server() as redis, shard(redis.url) as reader:
        for arguments in (["apply", "-f"], ["wait", "--for=condition=Established", "--timeout=20s", "-f"]):
            done = plane.kubectl(*arguments, str(MANIFESTS / CRD_FILE))
            assert done.returncode == 0, done.stderr
        found = Figures(name, order, load=(os.getloadavg()[0], 0.0))
        asyncio.run(_measure(found, argv, plane, redis.url, reader))
        found.stored = stored(plane.etcd, WRITER)
        found.load = (found.load[0], os.getloadavg()[0])
        return found


async def _measure(found: Figures, argv: Sequence[str], plane: ControlPlane, redis_url: str, reader: Shard) -> None:
    order = found.order
    all_of_them = list(documents(order.guilds, order.seed, order.size))
    async with load(plane) as client:
        found.filled = await client.fill(all_of_them)
        async with client.watching() as statuses:
            with contender(argv, plane.folder / "operator", plane.kubeconfig, redis_url) as running:
                await _cold(found, running, client)
                turn = 0
                for rate in order.rates:
                    burst = await client.edit(all_of_them, rate, order.seconds, turn)
                    await _settled(burst, client, reader, running)
                    found.bursts.append((burst, burst.until(statuses), burst.until(reader.arrivals)))
                    found.lost += max(burst.lost(statuses), burst.lost(reader.arrivals))
                    turn += len(burst.edits)
                found.peak = running.peak
                found.wrong = await asyncio.to_thread(_wrong, all_of_them, turn, reader)
        found.bare = await client.fill(_statuses(all_of_them[:BARE]), OPERATOR, "/status")


async def _cold(found: Figures, running: Contender, client: Load) -> None:
    """From the start of the process to the last status; what it weighs when that is done."""
    before = {name: cpu(one) for name, one in servers().items()}
    deadline = time.monotonic() + COLD_SECONDS
    while len(client.statuses.newest) < found.order.guilds:
        running.check()
        assert time.monotonic() < deadline, f"{len(client.statuses.newest)} statuses after {COLD_SECONDS} s"
        if client.statuses.newest and not found.first:
            found.first = client.statuses.last - running.began
        await asyncio.sleep(0.01)
    found.cold = client.statuses.last - running.began
    found.cpu = {name: cpu(one) - before[name] for name, one in servers().items()} | {"operator": running.cpu}
    await asyncio.sleep(REST_SECONDS)
    found.memory = running.memory


async def _settled(burst: Burst, client: Load, reader: Shard, running: Contender) -> None:
    """Wait for the last edit to arrive everywhere, but not for ever."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while burst.lost(client.statuses) or burst.lost(reader.arrivals):
        running.check()
        if time.monotonic() > deadline:
            return
        await asyncio.sleep(0.1)


def _wrong(all_of_them: Sequence[Document], turns: int, reader: Shard) -> list[str]:
    """The guilds whose document is not what the shard has in memory."""
    wanted = {one["metadata"]["name"]: one for one in all_of_them}
    for turn in range(turns):
        document = all_of_them[turn % len(all_of_them)]
        wanted[document["metadata"]["name"]] = edited(document, turn)
    wrong = []
    for guild, document in wanted.items():
        found = reader.in_memory(guild)
        knob: Any = document["spec"]["giveaways"]["claimTimeout"]
        if (found["guild"], found["claim_timeout"]) != (guild, knob):
            wrong.append(f"{guild} has {found}, its document says {knob}")
    return wrong


def _statuses(some: Sequence[Document]) -> list[Document]:
    """Statuses such as an operator writes, to see what the API server takes of them."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    condition = {
        "status": "True",
        "reason": "Bench",
        "message": "as long as the real ones are",
        "observedGeneration": 99,
    }
    kinds = ("Accepted", "Published", "Ready")
    status = {
        "observedGeneration": 99,
        "conditions": [condition | {"type": kind, "lastTransitionTime": stamp} for kind in kinds],
    }
    return [{"apiVersion": API_VERSION, "kind": KIND, "metadata": one["metadata"], "status": status} for one in some]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--guilds", type=int, default=5000, help="how many documents (5000)")
    parser.add_argument("--size", type=int, default=3000, help="bytes of a typical document (3000)")
    parser.add_argument("--rates", type=float, nargs="*", default=(10, 50), help="edits a second (10 50)")
    parser.add_argument("--seconds", type=float, default=30, help="how long each rate is kept up (30)")
    parser.add_argument("--seed", type=int, default=0, help="another seed gives other documents (0)")
    parser.add_argument("--alone", action="store_true", help="leave the peer out")
    chosen = parser.parse_args()
    order = Order(chosen.guilds, chosen.size, tuple(chosen.rates), chosen.seconds, chosen.seed)
    contenders = {"guildwright": OURS} if chosen.alone else {"guildwright": OURS, "kopf handlers": PEER}
    with tempfile.TemporaryDirectory(prefix="gw-bench-") as folder:
        found = [measure(name, argv, Path(folder) / name.split()[0], order) for name, argv in contenders.items()]
    sys.stdout.write(report(found[0], found[1] if len(found) > 1 else None))


if __name__ == "__main__":
    main()
