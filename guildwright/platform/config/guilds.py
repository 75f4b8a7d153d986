"""`guildwright guilds list`: every guild, the document that speaks for it, and what became of it."""

import asyncio
import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

import typer
from redis.exceptions import RedisError

from guildwright.platform.config.keys import COMPLETE, CONFIG, SHARDS, as_text
from guildwright.platform.config.report import where
from guildwright.platform.config.store import ConfigStore, State, Stored, Stray
from guildwright.platform.settings import Settings
from guildwright.platform.stream import connect
from guildwright_crds.check import Problem
from guildwright_crds.guild_config import GuildConfigSpec

REDIS_SECONDS = 3.0
_COLUMNS = "{:<20} {:<17} {:>4} {:<14} {:<4} {}"


@dataclass(frozen=True)
class Published:
    """What Redis says; `why_not` where it says nothing. `bot_in` is None where no shard said where it is."""

    generations: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    bot_in: frozenset[str] | None = None
    why_not: str | None = None


@dataclass(frozen=True)
class Row:
    """One guild. `published` is "yes", "no", "unknown", or what is published instead."""

    stored: Stored
    published: str
    bot: bool | None


async def guilds_list(store: ConfigStore, settings: Settings, *, as_json: bool) -> int:
    """Print the guilds. 0 also when some are refused, for it is `check` that judges."""
    stored, strays, published = await store.list(), await store.strays(), await _published(settings)
    rows = list(rows_of(stored, published))
    if as_json:
        typer.echo(json.dumps(_as_json(rows, strays, published), indent=2))
    else:
        for line in _as_text(rows, strays, published, settings):
            typer.echo(line)
    return 0


async def _published(settings: Settings) -> Published:
    try:
        redis = connect(settings)
    except ValueError as error:
        return Published(why_not=str(error))
    try:
        async with redis, asyncio.timeout(REDIS_SECONDS):
            complete = await redis.exists(COMPLETE)
            records = await redis.hgetall(CONFIG)
            shards = await redis.hgetall(SHARDS)
    except (RedisError, OSError, TimeoutError) as error:
        return Published(why_not=f"Redis does not answer: {error or 'it is too slow'}")
    bot_in = _guilds_of(shards.values()) if shards else None
    if not complete:
        return Published({}, bot_in, "nothing complete is published; `guildwright up` or the operator does that")
    return Published({as_text(guild): _identity(record) for guild, record in records.items()}, bot_in)


def _identity(record: str | bytes) -> tuple[str, int]:
    with contextlib.suppress(ValueError, TypeError, KeyError):
        said = json.loads(record)
        return str(said["uid"]), int(said["generation"])
    return "", 0


def _guilds_of(statuses: Iterable[str | bytes]) -> frozenset[str]:
    found: set[str] = set()
    for status in statuses:
        with contextlib.suppress(ValueError, TypeError, AttributeError):
            found.update(str(guild) for guild in json.loads(status).get("guilds", ()))
    return frozenset(found)


def rows_of(stored: Sequence[Stored], published: Published) -> Iterator[Row]:
    """The guilds with a document, and those that only the bot or Redis knows."""
    known = {one.guild_id: one for one in stored}
    others = published.generations.keys() | (published.bot_in or frozenset())
    for guild_id in sorted(known.keys() | others, key=lambda text: (len(text), text)):
        one = known.get(guild_id) or Stored(guild_id, "", "", 0, GuildConfigSpec(), "", (), State.DEFAULTS)
        bot = None if published.bot_in is None else guild_id in published.bot_in
        yield Row(one, _what_is_published(one, published), bot)


def _what_is_published(one: Stored, published: Published) -> str:
    if published.why_not:
        return "unknown"
    found = published.generations.get(one.guild_id)
    if found is None:
        return "no" if one.in_force else "-"
    return "yes" if found == (one.uid, one.generation) and one.in_force else f"generation {found[1]}"


def _as_json(rows: Sequence[Row], strays: Sequence[Stray], published: Published) -> dict[str, object]:
    return {
        "published": published.why_not or "ok",
        "guilds": [
            {
                "guild_id": row.stored.guild_id,
                "state": str(row.stored.state),
                "source": row.stored.source or None,
                "generation": row.stored.generation or None,
                "uid": row.stored.uid or None,
                "published": row.published,
                "bot": row.bot,
                "problems": [asdict(problem) for problem in row.stored.problems],
            }
            for row in rows
        ],
        "documents_of_no_guild": [
            {"source": stray.source, "problems": [asdict(problem) for problem in stray.problems]} for stray in strays
        ],
    }


def _as_text(rows: Sequence[Row], strays: Sequence[Stray], published: Published, settings: Settings) -> Iterator[str]:
    if rows:
        yield _COLUMNS.format("GUILD", "STATE", "GEN", "PUBLISHED", "BOT", "SOURCE").rstrip()
    else:
        where_looked = settings.guilds if settings.store == "directory" else _cluster_words(settings)
        yield f"No guild has a document in {where_looked}, so every guild runs on defaults."
    for row in rows:
        one, bot = row.stored, {True: "yes", False: "no", None: "?"}[row.bot]
        generation = one.generation or "-"
        yield _COLUMNS.format(one.guild_id, one.state, generation, row.published, bot, one.source or "-").rstrip()
        yield from _told(one.problems)
        if one.state is State.WAITING:
            yield "    good, but nobody publishes it: is `guildwright up` running with this --data and --guilds?"
    if strays:
        yield "\nPassed over, because nobody can tell whose they are:"
    for stray in strays:
        yield f"  {stray.source}"
        yield from _told(stray.problems)
    if published.why_not:
        yield f"\nWhat is published is not known: {published.why_not}"


def _cluster_words(settings: Settings) -> str:
    return f"namespace {settings.namespace}" if settings.namespace else "the cluster's namespace"


def _told(problems: Iterable[Problem]) -> Iterator[str]:
    for problem in problems:
        about = f"{problem.field}: " if problem.field else ""
        yield f"    {where(problem)}: {about}{problem.message}"
        if problem.allowed:
            yield f"        allowed: {', '.join(problem.allowed)}"
        if problem.hint:
            yield f"        hint: {problem.hint}"
