"""How fast are jobs? Run `uv run python -m tests.bench.jobs`; `--help` lists the sizes.

Adds jobs that do nothing and runs them, one call each and in bulk, with Guildwright (PostgreSQL with fsync; leases,
fencing, retries and dedupe on) and with BullMQ (Redis that appends each write to its file, synced every second and
always). Each contender is one process that adds and one that runs. Their rounds alternate, since other work on the
machine slows whoever runs just then; a figure is the best of its rounds, and the ratios say more than the figures.
Beside it stands the processor time that a job cost in all processes of a contender, its servers among them, which other
work disturbs least: on a machine that is busy with nothing else, that is what the rate comes from.
"""

import argparse
import asyncio
import os
import shutil
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import psutil

from guildwright.platform.database import engine, migrate
from tests.bench.jobs_peer import installed
from tests.fakes.postgres_server import postgres_server
from tests.fakes.redis_server import redis_server

SINGLE_GOAL, BULK_GOAL = 1.5, 3.0
_WITHIN = 180.0


@dataclass(frozen=True)
class Sizes:
    """Of a run: jobs per round, callers at once (single), jobs per call (bulk), hands of a worker, rounds."""

    single: int = 5000
    bulk: int = 20000
    callers: int = 100
    chunk: int = 1000
    hands: int = 200
    rounds: int = 3


@dataclass
class Contender:
    """Two processes, and jobs per second of each round."""

    name: str
    keeps: str
    adder: asyncio.subprocess.Process
    runner: asyncio.subprocess.Process
    servers: list[int]
    single: list[float] = field(default_factory=list)
    bulk: list[float] = field(default_factory=list)
    single_cost: list[float] = field(default_factory=list)
    bulk_cost: list[float] = field(default_factory=list)

    def used(self) -> float:
        """Seconds of processor time that all its processes had so far."""
        roots = [psutil.Process(pid) for pid in (self.adder.pid, self.runner.pid, *self.servers)]
        times = [one.cpu_times() for root in roots for one in (root, *root.children(recursive=True))]
        return sum(time.user + time.system for time in times)

    async def single_round(self, sizes: Sizes) -> None:
        """A call of add for each job."""
        before = self.used()
        self.single.append(await self.round("single", sizes.single, sizes.callers))
        self.single_cost.append((self.used() - before) / sizes.single)

    async def bulk_round(self, sizes: Sizes) -> None:
        """Many jobs in a call of add."""
        before = self.used()
        self.bulk.append(await self.round("bulk", sizes.bulk, sizes.chunk))
        self.bulk_cost.append((self.used() - before) / sizes.bulk)

    async def round(self, how: str, number: int, size: int) -> float:
        """Jobs per second from the first call of add to the last finished job."""
        await _tell(self.runner, f"expect {number}")
        await _hear(self.runner, "ready")
        began = time.monotonic()
        await _tell(self.adder, f"{how} {number} {size}")
        await _hear(self.runner, "done")
        took = time.monotonic() - began
        await _hear(self.adder, "added")
        return number / took


async def _tell(process: asyncio.subprocess.Process, line: str) -> None:
    assert process.stdin
    process.stdin.write(f"{line}\n".encode())
    await process.stdin.drain()


async def _hear(process: asyncio.subprocess.Process, word: str) -> None:
    assert process.stdout
    line = await asyncio.wait_for(process.stdout.readline(), _WITHIN)
    assert line.decode().strip() == word, f"{word!r} was awaited, and {line!r} came"


@asynccontextmanager
async def _process(*argv: str) -> AsyncIterator[asyncio.subprocess.Process]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*argv, stdin=pipe, stdout=pipe)
    try:
        await _hear(process, "ready")
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@asynccontextmanager
async def bullmq(fsync: str, sizes: Sizes) -> AsyncIterator[Contender]:
    """BullMQ on a Redis of its own, which appends to its file and syncs that `everysec` or `always`."""
    node = shutil.which("node")
    assert node, "node is needed to compare with BullMQ: apt-get install nodejs"
    script = str(installed())
    async with AsyncExitStack() as stack:
        redis = stack.enter_context(redis_server(lasting=True, fsync=fsync))
        argv = (str(redis.socket), str(sizes.hands))
        runner = await stack.enter_async_context(_process(node, script, "run", *argv))
        adder = await stack.enter_async_context(_process(node, script, "add", *argv))
        yield Contender(f"BullMQ {fsync}", f"Redis, appendfsync {fsync}", adder, runner, [redis.pid])


@asynccontextmanager
async def ours(role: str, name: str, sizes: Sizes) -> AsyncIterator[Contender]:
    """Guildwright on a PostgreSQL of its own, and on a Redis that keeps nothing: it only carries."""
    async with AsyncExitStack() as stack:
        postgres = await asyncio.to_thread(lambda: stack.enter_context(postgres_server()))
        redis = stack.enter_context(redis_server())
        await engine.open_url(postgres.url)
        await migrate.run_migrations([])
        [setting] = await engine.fetch("SELECT current_setting('fsync') || current_setting('synchronous_commit') AS on")
        assert setting["on"] == "onon", "PostgreSQL is to keep what it has committed"
        await engine.close_database()
        argv = (sys.executable, "-m", "tests.bench.jobs_ours")
        runner = await stack.enter_async_context(_process(*argv, role, postgres.url, redis.url, str(sizes.hands)))
        adder = await stack.enter_async_context(_process(*argv, "add", postgres.url, redis.url, str(sizes.hands)))
        assert postgres.process
        servers = [postgres.process.pid, redis.pid]
        yield Contender(name, "PostgreSQL, fsync and synchronous_commit on", adder, runner, servers)


async def measure(sizes: Sizes) -> list[Contender]:
    """All contenders after all rounds: ours, ours with a batch consumer, BullMQ everysec, BullMQ always."""
    async with AsyncExitStack() as stack:
        contenders = [
            await stack.enter_async_context(ours("run", "Guildwright", sizes)),
            await stack.enter_async_context(ours("run-batch", "Guildwright, batches", sizes)),
            await stack.enter_async_context(bullmq("everysec", sizes)),
            await stack.enter_async_context(bullmq("always", sizes)),
        ]
        for contender in contenders:  # everybody warm: compiled, connected, tables known
            await contender.round("single", max(1, sizes.single // 5), sizes.callers)
            await contender.round("bulk", max(1, sizes.bulk // 5), sizes.chunk)
        for _ in range(sizes.rounds):
            for contender in contenders:
                await contender.single_round(sizes)
            for contender in contenders:
                await contender.bulk_round(sizes)
        return contenders


def report(contenders: list[Contender], sizes: Sizes) -> str:
    """A table, and the ratios on the last line."""
    lines = [
        f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}; {sizes}",
        f"{'':<22}{'single/s':>10}{'bulk/s':>10}{'µs/single':>11}{'µs/bulk':>9}  rates of all rounds; what is kept",
    ]
    for one in contenders:
        rounds = " ".join(f"{rate:,.0f}" for rate in one.single) + " | " + " ".join(f"{rate:,.0f}" for rate in one.bulk)
        rates = f"{max(one.single):>10,.0f}{max(one.bulk):>10,.0f}"
        costs = f"{min(one.single_cost) * 1e6:>11.0f}{min(one.bulk_cost) * 1e6:>9.0f}"
        lines.append(f"{one.name:<22}{rates}{costs}  {rounds}; {one.keeps}")
    mine, batches, *peers = contenders
    ratios = []
    for peer in peers:
        single, bulk = max(mine.single) / max(peer.single), max(mine.bulk) / max(peer.bulk)
        many = max(batches.single) / max(peer.single), max(batches.bulk) / max(peer.bulk)
        ratios.append(
            f"to {peer.name}: single {single:.2f}, bulk {bulk:.2f}; batch consumer {many[0]:.2f}, {many[1]:.2f}"
        )
    return "\n".join([*lines, f"ratios {' | '.join(ratios)} (wanted: single {SINGLE_GOAL}, bulk {BULK_GOAL})"])


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in vars(Sizes()).items():
        parser.add_argument(f"--{name}", type=int, default=default)
    sizes = Sizes(**vars(parser.parse_args()))
    print(report(asyncio.run(measure(sizes)), sizes))  # noqa: T201


if __name__ == "__main__":
    main()
