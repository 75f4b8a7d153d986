"""Prune: putting out, or first counting, all who did nothing for some days.

Discord knows when somebody was last seen. Here that is when they joined, last wrote, or are in voice now.
"""

from datetime import datetime, timedelta

from litestar import Response, get, post
from litestar.params import FromPath

from guildwright.playground import effects_guild
from guildwright.playground.bits import AuditAction, Permission
from guildwright.playground.bodies.fields import Fields
from guildwright.playground.errors import Faults
from guildwright.playground.ids import made_when
from guildwright.playground.records import Json, Member
from guildwright.playground.rest.call import BotCall, Call, answer

_PATH = "/guilds/{guild_id:int}/prune"
_NEEDED = Permission.MANAGE_GUILD | Permission.KICK_MEMBERS


def _fields(body: Json) -> Fields:
    """The body; roles may be one text with commas between them, as in a query."""
    roles = body.get("include_roles")
    if isinstance(roles, str):
        body = body | {"include_roles": [part.strip() for part in roles.split(",") if part.strip()]}
    return Fields(body, Faults())


def _active(call: Call, guild_id: int, days: int) -> set[int]:
    """Who wrote in these days, or is in voice."""
    since = call.play.clock.now() - timedelta(days=days)
    seen = set(call.memory.voice_states[guild_id])
    for channel in (*call.memory.guild_channels(guild_id), *call.memory.guild_threads(guild_id)):
        messages = call.memory.messages.get(channel.id, {}).values()
        seen.update(one.author_id for one in messages if made_when(one.id, one.sent_at) >= since)
    return seen


def _candidates(call: Call, guild_id: int, days: int, roles: tuple[int, ...]) -> list[Member]:
    """Who would go: inactive people, below the bot, with none but the named roles."""
    included = {call.role(guild_id, role).id for role in roles}
    active = _active(call, guild_id, days)
    oldest = call.play.clock.now() - timedelta(days=days)
    rights = call.play.permissions
    return [
        member
        for member in call.memory.members[guild_id].values()
        if included.issuperset(member.roles)
        and member.user_id not in active
        and not call.memory.users[member.user_id].bot
        and datetime.fromisoformat(member.joined_at) < oldest
        and rights.outranks_member(guild_id, call.own_id, member.user_id)
    ]


@get(_PATH)
async def count_prune(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """GET how many would go."""
    call.allowed(guild_id, _NEEDED)
    days = call.query_int("days", 7, 1, 30)
    fields = _fields({"include_roles": call.query.get("include_roles", "")})
    roles = fields.snowflakes("include_roles")
    fields.faults.check()
    return answer({"pruned": len(_candidates(call, guild_id, days, roles))})


@post(_PATH, status_code=200)
async def begin_prune(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """POST: they go."""
    call.allowed(guild_id, _NEEDED)
    fields = _fields(await call.body())
    days = fields.number("days", 1, 30) or 7
    roles = fields.snowflakes("include_roles")
    counted = fields.flag("compute_prune_count", default=True)
    fields.faults.check()
    leaving = _candidates(call, guild_id, days, roles)
    with call.play.store.change() as change:
        for member in leaving:
            change.count("members_pruned", guild_id)
            effects_guild.member_left(call.play, change, member)
        options = {"delete_member_days": str(days), "members_removed": str(len(leaving))}
        call.note(change, guild_id, AuditAction.MEMBER_PRUNE, options=options)
    return answer({"pruned": len(leaving) if counted else None})


ROUTES = (count_prune, begin_prune)
