"""Do giveaways stay fast when there are many? Run `uv run python -m tests.bench.giveaways`; `--help` has the sizes.

Fills a real PostgreSQL with 20,000 active giveaways, of which one has 500,000 entries, each with its waiting job. Then
people start, enter, leave, end and list, and the jobs run, as in a worker. Prints p50 and p99 of each, and the plan of
every statement that was sent: one that reads a whole table exits with 1.
"""

import argparse
import asyncio
import logging
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from guildwright.platform.chance import SystemChance
from guildwright.platform.database import engine, migrate
from guildwright.platform.database.engine import fetch, transaction
from guildwright_bot.features import piccolo_apps
from guildwright_bot.features.giveaways import consumers, service, store
from guildwright_bot.features.giveaways.domain import Caps, Giveaway, Person, Terms, rules_of
from guildwright_bot.refusal import Refusal
from tests.bench.statements import Recorded, whole_tables
from tests.fakes.bot import CHANNEL, config, deps
from tests.fakes.channels import FakeChannels
from tests.fakes.clock import FakeClock
from tests.fakes.jobs_by_hand import Bench
from tests.fakes.postgres_server import postgres_server

GUILD = 700_000_000_000_000_000  # and those that follow
_GUILDS_EACH = 20  # giveaways that run in one guild
_ENTRIES_EACH = 50  # of those that are not the big one
_CAPS = Caps(active=1000, winners=50, entries=10_000_000)
_AT_ONCE = 50_000  # rows in one statement
_SLOW_CLICK = 10_000_000_000


@dataclass
class Sizes:
    """How much there is, and how often each thing is done."""

    giveaways: int = 20_000
    entries: int = 500_000
    times: int = 300

    @property
    def small(self) -> bool:
        """So small that PostgreSQL is right to read whole tables."""
        return self.giveaways < 20_000 or self.entries < 500_000


@dataclass
class Figures:
    """Seconds of each operation, and the statements that read whole tables."""

    took: dict[str, list[float]] = field(default_factory=dict)
    statements: int = 0
    scans: dict[str, set[str]] = field(default_factory=dict)

    async def timed[T](self, what: str, act: Callable[[], Awaitable[T]]) -> T:
        """Do it, and remember how long it took."""
        began = time.perf_counter()
        answer = await act()
        self.took.setdefault(what, []).append(time.perf_counter() - began)
        return answer

    def lines(self) -> list[str]:
        """A table."""
        made = [f"{'':34} {'times':>6} {'p50 ms':>9} {'p99 ms':>9}"]
        for what, seconds in self.took.items():
            made.append(f"{what:34} {len(seconds):6} {_of(seconds, 50):9.2f} {_of(seconds, 99):9.2f}")
        return made


def _of(seconds: list[float], percent: int) -> float:
    if len(seconds) == 1:
        return seconds[0] * 1000
    return statistics.quantiles(seconds, n=100, method="inclusive")[percent - 1] * 1000


class World:
    """The service and the jobs on a full database."""

    def __init__(self) -> None:
        self.clock = FakeClock(datetime(2026, 1, 1, 12, 0, tzinfo=UTC))
        self.discord = FakeChannels(members=_Everybody())
        self.config = config()
        made = deps(clock=self.clock, discord=self.discord, config=self, chance=SystemChance())
        self.jobs = Bench(consumers.consumers(made), self.clock)
        self._source = 0

    def get(self, guild_id: int) -> Any:
        """The config of a guild."""
        del guild_id
        return self.config

    async def start(self, guild: int) -> Giveaway:
        """What `/giveaway start` does."""
        self._source += 1
        async with transaction():
            made = await service.start(
                guild_id=guild,
                channel_id=CHANNEL,
                host_id=300,
                source_id=self._source,
                terms=Terms("Oak chair", 3, timedelta(days=1)),
                caps=_CAPS,
                now=self.clock.now(),
            )
        assert not isinstance(made, Refusal), made
        return made

    async def click(self, guild: int, giveaway: int, member: int, click: int) -> None:
        """What a click on Enter does."""
        async with transaction():
            done = await service.enter_or_leave(
                guild,
                giveaway,
                Person(member),
                click_id=click,
                rules=rules_of(self.config.giveaways),
                caps=_CAPS,
                now=self.clock.now(),
            )
        assert not isinstance(done, Refusal), done

    async def end(self, guild: int, giveaway: int) -> None:
        """What `/giveaway end` does."""
        async with transaction():
            done = await service.end(guild, giveaway, now=self.clock.now())
        assert not isinstance(done, Refusal), done

    async def list_active(self, guild: int) -> None:
        """What `/giveaway list` does."""
        async with transaction():
            await store.recent(guild, store.ACTIVE)

    async def work(self) -> None:
        """Run the jobs that are due now."""
        await self.jobs.run_until(self.clock.now())


class _Everybody(dict[int, tuple[int, ...]]):
    """Every member is there, with no role."""

    def __contains__(self, member: object) -> bool:
        return True

    def __missing__(self, member: int) -> tuple[int, ...]:
        return ()


async def fill(world: World, sizes: Sizes) -> int:
    """Make a few giveaways as people would, and the rest after their example; the id of the one with most entries."""
    past, first = await _past(world), await world.start(GUILD)
    await world.work()
    await world.click(GUILD, first.id, 1, 1)
    await world.work()
    others = sizes.giveaways - 1
    mine, copies = f"giveaway_id = {first.id}", {"giveaway_id": f"{first.id} + n"}
    guild = f"{GUILD} + 1 + (n - 1) / {_GUILDS_EACH}"
    whole = {"id": f"{first.id} + n", "source_id": "-n", "number": "1000 + n", "guild_id": guild, "message_id": "n"}
    await _copy("giveaway", whole, f"id = {first.id}", others)
    job = {"id": f"{10_000_000} + n", "dedupe_key": "'copy ' || n", "guild_id": guild}
    await _copy("job", job, "kind = 'giveaways.end'", others)
    for table in await _tables():
        if table not in {"giveaway_entry", "giveaway_claim"}:
            await _copy(table, copies, mine, others)
    await _copy("giveaway_claim", {"giveaway_id": "-n"}, f"giveaway_id = {past.id}", others)
    await _copy("giveaway_entry", {"member_id": "n + 1"}, mine, sizes.entries - 1)
    few = {"giveaway_id": f"{first.id} + 1 + n % {others}", "member_id": "n"}
    await _copy("giveaway_entry", few, f"{mine} AND member_id = 1", others * _ENTRIES_EACH)
    await fetch(
        "UPDATE giveaway SET entries = e.n FROM (SELECT giveaway_id, count(*) AS n FROM giveaway_entry "
        "WHERE active GROUP BY 1) AS e WHERE e.giveaway_id = giveaway.id"
    )
    await fetch(f"SELECT setval(pg_get_serial_sequence('giveaway', 'id'), {first.id + sizes.giveaways})")
    await fetch("ANALYZE")
    return first.id


async def _past(world: World) -> Giveaway:
    """One that was drawn."""
    past = await world.start(GUILD)
    await world.work()
    await world.click(GUILD, past.id, 1, 1)
    await world.end(GUILD, past.id)
    await world.work()
    return past


async def _tables() -> list[str]:
    """Those with rows of a giveaway."""
    rows = await fetch("SELECT table_name FROM information_schema.columns WHERE column_name = 'giveaway_id'")
    return [row["table_name"] for row in rows]


async def _columns(table: str) -> list[str]:
    rows = await fetch(
        "SELECT column_name FROM information_schema.columns WHERE table_name = $1 ORDER BY ordinal_position", table
    )
    return [row["column_name"] for row in rows]


async def _copy(table: str, changed: dict[str, str], example: str, count: int) -> None:
    """Copy the row where `example` holds `count` times, for n from 1, with these columns changed."""
    names = await _columns(table)
    if "id" in names and "id" not in changed:
        changed = {"id": f"nextval(pg_get_serial_sequence('{table}', 'id'))", **changed}
    values = ", ".join(changed.get(name, f"t.{name}") for name in names)
    for first in range(1, count + 1, _AT_ONCE):
        await fetch(
            f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM (SELECT * FROM {table} "  # noqa: S608  ours
            f"WHERE {example} LIMIT 1) AS t, generate_series($1::bigint, $2::bigint) AS n",
            first,
            min(count, first + _AT_ONCE - 1),
        )


async def measure(sizes: Sizes, url: str) -> Figures:
    """Fill, use, and look at the plans."""
    recorded, found = Recorded(), Figures()
    await recorded.open(url)
    try:
        await migrate.run_migrations(piccolo_apps())
        world = World()
        big = await fill(world, sizes)
        recorded.forget()
        await _use(world, sizes, big, found)
        found.statements = len(recorded.arguments)
        found.scans = await whole_tables(recorded, url, only_where_no_index_serves=sizes.small)
    finally:
        await engine.close_database()
    return found


async def _use(world: World, sizes: Sizes, big: int, found: Figures) -> None:
    spread = max(1, (sizes.giveaways - 2) // sizes.times)
    for n in range(sizes.times):
        other = big + 1 + n * spread
        guild = GUILD + 1 + (other - big - 1) // _GUILDS_EACH
        clicker = _SLOW_CLICK + n
        await found.timed("start", lambda guild=guild: world.start(guild))
        await found.timed("enter, 50 entries", lambda: world.click(guild, other, clicker, clicker))  # noqa: B023
        await found.timed("enter, most entries", lambda: world.click(GUILD, big, clicker, clicker))  # noqa: B023
        if n % 3 == 0:
            await found.timed("leave, most entries", lambda: world.click(GUILD, big, clicker, 2 * clicker))  # noqa: B023
        await found.timed("list", lambda guild=guild: world.list_active(guild))
        if n % 3 == 0:
            await world.work()
            await found.timed("end, 50 entries", lambda: world.end(guild, other))  # noqa: B023
            await found.timed("its jobs", world.work)
        world.clock.set(world.clock.now() + timedelta(seconds=1))
    await found.timed("list, most entries", lambda: world.list_active(GUILD))
    await world.work()
    await found.timed("end, most entries", lambda: world.end(GUILD, big))
    await found.timed("its jobs, most entries", world.work)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in vars(Sizes()).items():
        parser.add_argument(f"--{name}", type=int, default=value)
    sizes = Sizes(**vars(parser.parse_args()))
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with postgres_server() as server:
        found = asyncio.run(measure(sizes, server.url))
    lines = found.lines()
    for text, tables in found.scans.items():
        lines.append(f"WHOLE TABLE {', '.join(sorted(tables))}: {' '.join(text.split())[:300]}")
    lines.append(
        f"{sizes.giveaways} active giveaways, {sizes.entries} entries in one: "
        f"{found.statements} statements, {len(found.scans)} read a whole table"
    )
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if found.scans else 0


if __name__ == "__main__":
    sys.exit(main())
