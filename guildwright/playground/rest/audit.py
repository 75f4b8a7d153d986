"""The audit log as the bot reads it: filtered, paged, with the things its entries speak of."""

from datetime import timedelta

from litestar import Response, get
from litestar.params import FromPath

from guildwright.playground import audit, render, render_guild
from guildwright.playground.bits import AuditAction, Permission
from guildwright.playground.ids import snowflake_of
from guildwright.playground.records import AuditEntry, Json
from guildwright.playground.rest.call import BotCall, Call, answer

_KEPT = timedelta(days=45)
_THREADS = {AuditAction.THREAD_CREATE, AuditAction.THREAD_UPDATE}


@get("/guilds/{guild_id:int}/audit-logs")
async def read_audit_log(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """GET: newest first; with `after` oldest first."""
    call.allowed(guild_id, Permission.VIEW_AUDIT_LOG)
    chosen = _page(call, _filtered(call, guild_id))
    targets = {entry.target_id for entry in chosen if entry.target_id}
    people = {entry.user_id for entry in chosen} | targets
    memory = call.memory
    commands = [memory.commands[target] for target in targets if target in memory.commands]
    threads = {entry.target_id for entry in chosen if entry.action in _THREADS and entry.target_id in memory.channels}
    webhooks = [memory.webhooks[target] for target in targets if target in memory.webhooks]
    body: Json = {
        "audit_log_entries": [audit.render(entry) for entry in chosen],
        "users": [render.user(memory.users[user]) for user in sorted(people) if user in memory.users],
        "webhooks": [render_guild.webhook(memory, hook, call.base_url) for hook in webhooks],
        "threads": [render.channel(memory, memory.channels[thread]) for thread in sorted(threads)],
        "application_commands": [render.command(memory.application.id, command) for command in commands],
        "integrations": [],
        "guild_scheduled_events": [],
        "auto_moderation_rules": [],
    }
    return answer(body)


def _filtered(call: Call, guild_id: int) -> list[AuditEntry]:
    """The entries of the last 45 days by actor, target and action, oldest first."""
    user_id, target_id = call.query_snowflake("user_id"), call.query_snowflake("target_id")
    action = call.query_int("action_type", 0, 1, 1000)
    oldest = snowflake_of(call.play.clock.now() - _KEPT)
    return [
        entry
        for entry in call.memory.audit_log[guild_id].values()
        if entry.id >= oldest
        and user_id in {None, entry.user_id}
        and target_id in {None, entry.target_id}
        and action in {0, entry.action}
    ]


def _page(call: Call, entries: list[AuditEntry]) -> list[AuditEntry]:
    limit = call.query_int("limit", 50, 1, 100)
    before, after = call.query_snowflake("before"), call.query_snowflake("after")
    if before is not None:
        entries = [entry for entry in entries if entry.id < before]
    elif after is not None:
        return [entry for entry in entries if entry.id > after][:limit]
    return entries[::-1][:limit]


ROUTES = (read_audit_log,)
