"""Tells the guild's audit channel of refused commands."""

import structlog

from guildwright.platform.discord.client import DiscordRefused
from guildwright.platform.discord.errors import DiscordClosed
from guildwright.platform.jobs import outbox
from guildwright.platform.jobs.run import JobRun
from guildwright_bot.ask import Ask
from guildwright_bot.core.service import AUDIT
from guildwright_bot.deps import Deps
from guildwright_bot.refusal import Refusal
from guildwright_bot.wording import say

_log = structlog.get_logger("guildwright.audit")
# The same member refused the same thing again within this time is told of once.
_PAUSE_SECONDS = 60


async def note_refusal(ask: Ask, name: str, refusal: Refusal) -> None:
    """Have the audit channel told, where the guild has one."""
    if ask.config.general.audit_channel is None:
        return
    now = ask.deps.clock.now()
    payload = {
        "member": str(ask.actor.id),
        "name": name,
        "channel": str(ask.channel_id),
        "why": say(ask.texts, ask.locale, refusal),
    }
    key = f"{ask.guild_id}:{ask.actor.id}:{name}:{refusal.reason}:{int(now.timestamp()) // _PAUSE_SECONDS}"
    await outbox.add(AUDIT, guild_id=ask.guild_id, payload=payload, due=now, dedupe_key=key)


class Audit:
    """The job that writes to the audit channel."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def write(self, run: JobRun) -> None:
        """Tell of one refusal."""
        config = self._deps.config.get(run.guild_id or 0)
        if config.general.audit_channel is None:
            return
        text = self._deps.texts.text(config.general.locale, "audit-refused", **run.payload)
        try:
            await self._deps.discord.send_message_once(
                int(config.general.audit_channel), nonce=run.nonce("audit"), marker=None, since=run.tried, content=text
            )
        except (DiscordRefused, DiscordClosed) as refused:
            _log.warning("cannot write in the audit channel", why=str(refused))
