"""`guildwright doctor`: examines what a host can get wrong, and says how to mend each thing it finds."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import Literal, NamedTuple

import aiohttp
import asyncpg
import hikari
from redis.exceptions import RedisError

from guildwright.platform import log
from guildwright.platform.clock import Clock, SystemClock
from guildwright.platform.config.store import StoreAway
from guildwright.platform.database.engine import close_database, fetch, open_database
from guildwright.platform.discord.client import DiscordClient, DiscordRefused, DiscordUnauthorized, DiscordUnavailable
from guildwright.platform.discord.limiter import forgive
from guildwright.platform.settings import Settings, misspelled
from guildwright.platform.stream import connect
from guildwright_bot.core.setup import LEAST, invite_link

SKEW_LIMIT = 2.0  # seconds; a giveaway's end is shown by Discord's clock and decided by ours
WITHIN = 8.0  # seconds for each examination
OLDEST_POSTGRES, OLDEST_REDIS = 14, (6, 2)
SHOWN = 10  # guilds named in one line
Flag = hikari.ApplicationFlags
# The switch's name in the portal → our setting, and the flags that either kind of grant (small or verified bot) sets.
INTENTS = {
    "Message Content Intent": (
        "intents_message_content",
        Flag.MESSAGE_CONTENT_INTENT | Flag.MESSAGE_CONTENT_INTENT_LIMITED,
    ),
    "Server Members Intent": ("intents_members", Flag.GUILD_MEMBERS_INTENT | Flag.VERIFIED_FOR_GUILD_MEMBERS_INTENT),
    "Presence Intent": ("intents_presences", Flag.GUILD_PRESENCES_INTENT | Flag.VERIFIED_FOR_GUILD_PRESENCES),
}
PORTAL = "the developer portal, your application, Bot, Privileged Gateway Intents"


class Finding(NamedTuple):
    """What one examination found. `mend` is empty when there is nothing to mend."""

    name: str
    state: Literal["fine", "warning", "broken"]
    found: str
    mend: str = ""


@dataclass(frozen=True)
class Patient:
    """What is examined, and by which clock."""

    settings: Settings
    clock: Clock


def main(settings: Settings, *, as_json: bool) -> int:
    """Print the findings. Return 1 when something is broken."""
    log.configure(settings, "doctor")  # stdout is for the findings
    findings = asyncio.run(examine(Patient(settings, SystemClock())))
    if as_json:
        print(json.dumps([finding._asdict() for finding in findings], indent=2))
    else:
        _print(findings)
    return int(any(finding.state == "broken" for finding in findings))


async def examine(patient: Patient) -> list[Finding]:
    """Return what every examination found, in a fixed order. None of them raises."""
    results = await asyncio.gather(*(_within_reason(patient, name, look) for name, look in EXAMINATIONS.items()))
    return [finding for findings in results for finding in findings]


async def _within_reason(patient: Patient, name: str, look: "Examination") -> list[Finding]:
    found: list[Finding] = []
    try:
        async with asyncio.timeout(WITHIN):
            found.extend([finding async for finding in look(patient)])
    except TimeoutError:
        found.append(Finding(name, "broken", f"no answer within {WITHIN:g} s", "See that it runs and can be reached."))
    return found


async def _versions(patient: Patient) -> AsyncIterator[Finding]:
    del patient
    python = ".".join(map(str, sys.version_info[:3]))
    names = ("guildwright", "hikari", "hikari-tanjun", "faststream", "piccolo")
    yield Finding("versions", "fine", f"Python {python}, " + ", ".join(f"{name} {version(name)}" for name in names))
    for sentence in misspelled():
        yield Finding("settings", "warning", sentence, "Correct the variable's name, or remove it.")


async def _discord(patient: Patient) -> AsyncIterator[Finding]:
    mend = "Copy the token from the developer portal, your application, Bot, into DISCORD_TOKEN."
    try:
        client = DiscordClient(patient.settings, patient.clock)
    except ValueError as error:
        yield Finding("token", "broken", str(error), mend)
        return
    await client.start()
    try:
        me = await client.me()
        yield Finding("token", "fine", f"{me.username} ({me.id}) at {patient.settings.discord_api}")
        if await _forgiven(patient):
            yield Finding("token", "warning", "it was refused before, and nothing was sent", "Restart every process.")
        async for finding in _intents(patient, client):
            yield finding
        async for finding in _permissions(client):
            yield finding
    except DiscordUnauthorized:
        yield Finding("token", "broken", "Discord refuses the token", mend)
    except (DiscordRefused, DiscordUnavailable) as error:
        yield Finding("discord", "broken", str(error), "See https://discordstatus.com, then try again.")
    finally:
        await client.stop()


async def _forgiven(patient: Patient) -> bool:
    """Whether processes had stopped on a refusal of this token, which Discord takes: they may use it again."""
    token = patient.settings.discord_token
    if token is None or patient.settings.redis_url is None:
        return False
    try:
        async with connect(patient.settings) as redis:
            return await forgive(redis, token.get_secret_value())
    except (RedisError, OSError):
        return False


async def _intents(patient: Patient, client: DiscordClient) -> AsyncIterator[Finding]:
    application = await client.call("GET /applications/@me", client.rest.fetch_application, repeatable=True)
    settings, granted = patient.settings, application.flags
    wanted = {switch: (getattr(settings, field), flags) for switch, (field, flags) in INTENTS.items()}
    for switch, (asked, flags) in wanted.items():
        if asked and not granted & flags:
            yield Finding("intents", "broken", f"{switch} is asked for and not granted", f"Turn it on in {PORTAL}.")
    asked_for = [switch for switch, (asked, _) in wanted.items() if asked]
    yield Finding("intents", "fine", "privileged intents asked for: " + (", ".join(asked_for) or "none"))


async def _permissions(client: DiscordClient) -> AsyncIterator[Finding]:
    async def guilds() -> list[hikari.OwnGuild]:
        return [guild async for guild in client.rest.fetch_my_guilds()]

    mine = await client.call("GET /users/@me/guilds", guilds, repeatable=True)
    link = invite_link(client.application_id)
    if not mine:
        yield Finding("guilds", "warning", "the bot is in no guild", f"Invite it: {link}")
    for guild in mine:
        missing = LEAST & ~guild.my_permissions
        if missing and not guild.my_permissions & hikari.Permissions.ADMINISTRATOR:
            names = ", ".join(sorted((flag.name or "").replace("_", " ").lower() for flag in missing))
            yield Finding(
                "permissions",
                "broken",
                f"{guild.name} ({guild.id}): missing {names}",
                f"Grant them to the bot's role in Server settings, Roles, or invite it again: {link}",
            )
    yield Finding("guilds", "fine", f"{len(mine)}: " + ", ".join(guild.name for guild in mine[:SHOWN]))


async def _clock(patient: Patient) -> AsyncIterator[Finding]:
    mend = "Synchronise this machine's clock, such as with `timedatectl set-ntp true`."
    try:
        async with aiohttp.ClientSession() as session, session.get(f"{patient.settings.discord_api}/gateway") as answer:
            theirs = parsedate_to_datetime(answer.headers["Date"])
    except (aiohttp.ClientError, KeyError, ValueError) as error:
        yield Finding("clock", "warning", f"could not be compared with Discord's: {error}", "Reach Discord first.")
        return
    # The header has whole seconds: compare with the middle of the one it names.
    skew = (patient.clock.now() - theirs).total_seconds() - 0.5
    state: Literal["fine", "broken"] = "fine" if abs(skew) <= SKEW_LIMIT else "broken"
    yield Finding("clock", state, f"{skew:+.1f} s against Discord's", "" if state == "fine" else mend)


async def _redis(patient: Patient) -> AsyncIterator[Finding]:
    mend = "Start Redis or set REDIS_URL; `guildwright up` brings one of its own."
    try:
        client = connect(patient.settings)
    except ValueError as error:
        yield Finding("redis", "broken", str(error), mend)
        return
    try:
        async with client:
            info = await client.info("server")
            policy = (await client.config_get("maxmemory-policy")).get("maxmemory-policy")
            complete = await client.exists("guildwright:config:complete")
    except (RedisError, OSError) as error:
        yield Finding("redis", "broken", f"does not answer: {error}", mend)
        return
    found = str(info.get("redis_version", "unknown"))
    old = tuple(int(part) for part in found.split(".")[:2] if part.isdigit()) < OLDEST_REDIS
    yield Finding("redis", "broken" if old else "fine", f"version {found}", "Redis 6.2 is the oldest." if old else "")
    if policy != "noeviction":
        yield Finding(
            "redis",
            "broken",
            f"maxmemory-policy is {policy}: Redis may forget what it was given",
            "redis-cli config set maxmemory-policy noeviction, and the same in redis.conf.",
        )
    if not complete:
        yield Finding("config", "warning", "not published to Redis", "`guildwright up` or the operator publishes it.")


async def _postgres(patient: Patient) -> AsyncIterator[Finding]:
    mend = "Start PostgreSQL or set DATABASE_URL; `guildwright up` brings one of its own."
    if patient.settings.database_url is None:
        yield Finding("postgres", "broken", "DATABASE_URL is not set", mend)
        return
    try:
        await open_database(patient.settings, pool_size=1)
        number, now = (await fetch("SELECT current_setting('server_version_num')::int AS n, now() AS t"))[0].values()
        jobs = await fetch("SELECT to_regclass('job') IS NOT NULL AS there")
    except (ValueError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        yield Finding("postgres", "broken", f"does not answer: {error}", mend)
        return
    finally:
        await close_database()
    old = number // 10000 < OLDEST_POSTGRES
    yield Finding(
        "postgres",
        "broken" if old else "fine",
        f"version {number // 10000}.{number % 10000}",
        f"PostgreSQL {OLDEST_POSTGRES} is the oldest." if old else "",
    )
    if not jobs[0]["there"]:
        yield Finding("migrations", "broken", "the tables are not there", "Run `guildwright migrate`.")
    skew = (patient.clock.now() - _aware(now)).total_seconds()
    if abs(skew) > SKEW_LIMIT:
        yield Finding("clock", "broken", f"{skew:+.1f} s against PostgreSQL's", "Synchronise both machines' clocks.")


async def _cluster(patient: Patient) -> AsyncIterator[Finding]:
    if patient.settings.store != "kubernetes":
        return
    mend = "Mend that, or keep the documents in files: GUILDWRIGHT_STORE=directory."
    try:
        from guildwright.platform.config.cluster import connect as cluster_of  # noqa: PLC0415  an extra, and a second

        async with cluster_of(patient.settings) as cluster:
            version = (await cluster.ask("GET", "/version"))["gitVersion"]
            await cluster.expect_namespace()
            page = await cluster.ask("GET", cluster.guild_configs, {"limit": 1})
            missing = [verb for verb in ("create", "patch") if not await cluster.may(verb)]
    except (ModuleNotFoundError, StoreAway) as error:
        yield Finding("cluster", "broken", str(error), mend)
        return
    count = len(page["items"]) + page["metadata"].get("remainingItemCount", 0)
    place = f'namespace "{cluster.namespace}"'
    yield Finding("cluster", "fine", f"Kubernetes {version}, {count} GuildConfigs in {place}")
    if missing:
        yield Finding(
            "cluster",
            "warning",
            f"GuildConfigs in {place} can be read, but there is no right to {' and '.join(missing)} them",
            "Grant it with a Role, if documents are to be changed from here.",
        )


def _aware(value: object) -> datetime:
    if not isinstance(value, datetime):
        raise TypeError(value)
    return value


def _print(findings: list[Finding]) -> None:
    for finding in findings:
        print(f"{finding.state:<8} {finding.name:<12} {finding.found}")
        if finding.mend:
            print(f"{'':<21} → {finding.mend}")
    broken = sum(finding.state == "broken" for finding in findings)
    print(f"\n{broken} broken." if broken else "\nAll is well.")


type Examination = Callable[[Patient], AsyncIterator[Finding]]
EXAMINATIONS: dict[str, Examination] = {
    "versions": _versions,
    "discord": _discord,
    "clock": _clock,
    "redis": _redis,
    "postgres": _postgres,
    "cluster": _cluster,
}
