"""When a shard may connect, and what to do when Discord says no: a crash loop must never use up the day's sessions."""

import hikari
import structlog

from guildwright.platform.discord.errors import DiscordUnauthorized, DiscordUnavailable
from guildwright_bot.deps import Deps
from guildwright_bot.gateway import DISALLOWED_INTENTS, portal_switches, without_privileged

# Discord resets the token of a bot that uses up its sessions; the last fifth is for a person's own restarts.
RESERVED = 0.2
_LOOK_AGAIN_SECONDS = 300.0
_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)
_PORTAL = "https://discord.com/developers/applications"
_FINAL = {
    4004: "Discord refused the token: set DISCORD_TOKEN to the one on the portal's Bot page",
    4010: "Discord refused the shard: check --shards",
    4011: "Discord asks for more shards: raise the total in --shards, or leave it out",
    4013: "Discord does not know an intent that was asked for: upgrade Guildwright",
}

_log = structlog.get_logger("guildwright.connection")


class Fatal(Exception):  # noqa: N818  says that only a person can mend it
    """Trying again cannot help; the text says what does."""


async def wait_for_budget(deps: Deps, sessions: int) -> None:
    """Return when `sessions` more may be started without touching the reserve.

    Raises:
        DiscordUnauthorized: the token is wrong.
    """
    while True:
        rest = deps.discord.rest
        try:
            info = await deps.discord.call("GET /gateway/bot", rest.fetch_gateway_bot_info, repeatable=True)
        except DiscordUnauthorized:
            raise
        except DiscordUnavailable as away:
            _log.warning("Discord cannot be reached, trying again", why=str(away))
            await deps.clock.sleep(away.retry_after or 1.0)
            continue
        limit = info.session_start_limit
        if is_within_budget(limit.remaining, limit.total, sessions):
            return
        wait = max(1.0, (limit.reset_at - deps.clock.now()).total_seconds())
        _log.error("few sessions are left today, waiting", remaining=limit.remaining, total=limit.total, seconds=wait)
        await deps.clock.sleep(min(wait, _LOOK_AGAIN_SECONDS))


def is_within_budget(remaining: int, total: int, sessions: int) -> bool:
    """Whether the reserve stays untouched."""
    return remaining - sessions >= total * RESERVED


def explain(error: Exception, intents: hikari.Intents) -> tuple[hikari.Intents, list[str]]:
    """Log why the connection ended, and say how to go on.

    Returns:
        The intents to try next, and the portal switches that were found to be off.

    Raises:
        Fatal: only a person can mend it.
    """
    code = int(error.code) if isinstance(error, hikari.GatewayServerClosedConnectionError) and error.code else 0
    if isinstance(error, hikari.UnauthorizedError | DiscordUnauthorized):
        raise Fatal(_FINAL[4004]) from error
    if code in _FINAL:
        raise Fatal(_FINAL[code]) from error
    if code == DISALLOWED_INTENTS and (switches := portal_switches(intents)):
        _log.error(
            "Discord refused privileged intents; going on without them. What needs them is disabled: missing intent",
            mend=f"switch on {' and '.join(switches)} at {_PORTAL} → Bot, or unset GUILDWRIGHT_INTENTS_*",
        )
        return without_privileged(intents), switches
    _log.warning("the connection ended, trying again", why=f"{type(error).__name__}: {error}")
    return intents, []


def pause(tries: int) -> float:
    """Seconds to wait before the next try."""
    return _PAUSES[min(tries, len(_PAUSES)) - 1]
