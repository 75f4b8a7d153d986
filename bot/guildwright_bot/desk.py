"""The desk that every request passes, whatever way it came: guard first, then the handler, and errors with a number.

Nothing calls a handler but `attend`, so no command or button escapes the guard.
"""

import asyncio
from dataclasses import dataclass
from typing import Any, cast

import hikari
import structlog
from prometheus_client import Counter
from structlog.contextvars import bound_contextvars

from guildwright.platform.database.errors import is_database_away
from guildwright_bot.ask import Ask, Handler
from guildwright_bot.core.audit import note_refusal
from guildwright_bot.guard import Options, Requirement, There, decide
from guildwright_bot.refusal import Refusal
from guildwright_bot.wording import say

# How long a member waits ("thinking…") for a database that restarts, before they read that something is wrong.
PATIENCE_SECONDS = 12.0
PAUSE_SECONDS = 0.5

_log = structlog.get_logger("guildwright.desk")
_HANDLED = Counter("guildwright_requests", "Commands and clicks: done, refused, failed.", ["name", "outcome"])
# Those that a stop waits for.
_running: set[asyncio.Task[Any]] = set()


@dataclass(frozen=True)
class Request:
    """Which handler is asked for, by what name it is known, and what it requires."""

    name: str  # "giveaway start", or "giveaways:enter" for a button
    requirement: Requirement
    handler: Handler


async def attend(ask: Ask, request: Request, options: Options) -> None:
    """Judge, handle, and tell the member whatever came of it. Never raises."""
    task = asyncio.current_task()
    if task is not None:
        _running.add(task)
        task.add_done_callback(_running.discard)
    with bound_contextvars(guild=str(ask.guild_id), member=str(ask.actor.id), request=request.name):
        try:
            refusal = await judge(ask, request.requirement, options)
            if refusal is not None and request.requirement.command is not None:
                await note_refusal(ask, request.name, refusal)
            if refusal is None:
                refusal = await _patiently(ask, request, options)
            if refusal is not None:
                await _refuse(ask, request, refusal)
            else:
                _HANDLED.labels(request.name, "done").inc()
        except Exception as error:  # noqa: BLE001  the member is told and the fault is published; the shard goes on
            _HANDLED.labels(request.name, "failed").inc()
            await _fail(ask, request, error)


async def drained(seconds: float) -> None:
    """Let what is being handled finish, for so long."""
    if _running:
        await asyncio.wait(_running, timeout=seconds)


async def judge(ask: Ask, requirement: Requirement, options: Options) -> Refusal | None:
    """Ask the guard, knowing everything it needs to know."""
    bot = target = there = None
    if requirement.bot or requirement.target:
        place = requirement.place(options, ask.config) if requirement.place else None
        bot = await ask.standing.bot(ask.guild_id, place or ask.channel_id)
    if requirement.channel is not None and isinstance(named := options.get(requirement.channel), int):
        there = There(named, await ask.standing.permissions_of(ask.guild_id, named, ask.actor))
    if requirement.target is not None and options.get(requirement.target) is not None:
        target = await ask.standing.target(ask.guild_id, cast("int", options[requirement.target]))
    return decide(
        requirement,
        actor=ask.actor,
        config=ask.config,
        channel_id=ask.channel_id,
        bot=bot,
        there=there,
        target=target,
    )


async def _patiently(ask: Ask, request: Request, options: Options) -> Refusal | None:
    """Call the handler, again where the database was away for a moment: what it does counts once (`Ask.source_id`)."""
    deadline = ask.deps.clock.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return await request.handler(ask, **options)
        except Exception as error:
            if not is_database_away(error) or ask.deps.clock.monotonic() > deadline:
                raise
        await ask.deps.clock.sleep(PAUSE_SECONDS)


async def _refuse(ask: Ask, request: Request, refusal: Refusal) -> None:
    _HANDLED.labels(request.name, "refused").inc()
    _log.info("refused", reason=refusal.reason, channel=str(ask.channel_id), details=dict(refusal.args))
    await ask.reply(say(ask.texts, ask.locale, refusal))


async def _fail(ask: Ask, request: Request, error: Exception) -> None:
    error_id = await ask.deps.errors.report(error, request.name, ask.guild_id)
    try:
        await ask.reply(ask.text("error-unexpected", id=error_id))
    except (hikari.HikariError, OSError) as away:
        _log.warning("the member could not be told", error_id=error_id, why=str(away))
