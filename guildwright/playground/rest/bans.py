"""Bans: list, look up, put out (one, or two hundred at once) and let back in."""

from litestar import Response, delete, get, post, put
from litestar.params import FromPath

from guildwright.playground import effects_moderation as effects
from guildwright.playground import errors, render_guild
from guildwright.playground.bits import AuditAction, Permission
from guildwright.playground.bodies.fields import Fields
from guildwright.playground.errors import DiscordError, Faults
from guildwright.playground.records import Ban
from guildwright.playground.rest.call import BotCall, Call, answer, nothing
from guildwright.playground.store import Change

_LIST = "/guilds/{guild_id:int}/bans"
_ONE = _LIST + "/{user_id:int}"
_WEEK = 7 * 24 * 3600
_MOST_AT_ONCE = 200
_DELETE = ("delete_message_seconds", "delete_message_days")


def _ban(call: Call, guild_id: int, user_id: int) -> Ban:
    ban = call.memory.bans[guild_id].get(user_id)
    if ban is None:
        raise errors.unknown(10026, "Ban")
    return ban


@get(_LIST)
async def list_bans(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """GET: ascending by user; of `before` and `after` only the first counts."""
    call.allowed(guild_id, Permission.BAN_MEMBERS)
    limit = call.query_int("limit", 1000, 1, 1000)
    before, after = call.query_snowflake("before"), call.query_snowflake("after")
    found = [call.memory.bans[guild_id][user_id] for user_id in sorted(call.memory.bans[guild_id])]
    if before is not None:
        found = [ban for ban in found if ban.user_id < before][-limit:]
    elif after is not None:
        found = [ban for ban in found if ban.user_id > after]
    return answer([render_guild.ban(call.memory, ban) for ban in found[:limit]])


@get(_ONE)
async def get_ban(call: BotCall, guild_id: FromPath[int], user_id: FromPath[int]) -> Response[object]:
    """GET one."""
    call.allowed(guild_id, Permission.BAN_MEMBERS)
    return answer(render_guild.ban(call.memory, _ban(call, guild_id, user_id)))


def _seconds(fields: Fields) -> int:
    """For how long back messages go; the number of days is the old way to say it."""
    days = fields.number("delete_message_days", 0, 7)
    seconds = fields.number("delete_message_seconds", 0, _WEEK)
    if days is not None and seconds is not None:
        message = "Cannot specify both delete_message_days and delete_message_seconds"
        fields.fault("delete_message_seconds", "BAN_DELETE_MESSAGES_EXCLUSIVE", message)
    return (days or 0) * 24 * 3600 if seconds is None else seconds


def _put_out(call: Call, change: Change, guild_id: int, user_id: int, seconds: int) -> None:
    change.count("members_banned", guild_id)
    effects.banned(call.play, change, Ban(guild_id=guild_id, user_id=user_id, reason=call.reason), seconds)
    call.note(change, guild_id, AuditAction.MEMBER_BAN_ADD, user_id)


def _in_reach(call: Call, guild_id: int, user_id: int) -> bool:
    """Members must stand below the bot; who is no member has no rank."""
    member = call.memory.member(guild_id, user_id)
    return member is None or call.play.permissions.outranks_member(guild_id, call.own_id, user_id)


@put(_ONE, status_code=204)
async def create_ban(call: BotCall, guild_id: FromPath[int], user_id: FromPath[int]) -> Response[None]:
    """PUT: a member or anybody else; twice is the same as once, and counted once."""
    call.allowed(guild_id, Permission.BAN_MEMBERS)
    asked = {name: call.query[name] for name in _DELETE if name in call.query}  # where discord.py puts it
    fields = Fields(asked | await call.body(), Faults())
    seconds = _seconds(fields)
    fields.faults.check()
    if user_id not in call.memory.users:
        raise errors.unknown_user()
    if not _in_reach(call, guild_id, user_id):
        raise errors.missing_permissions()
    if user_id not in call.memory.bans[guild_id]:
        with call.play.store.change() as change:
            _put_out(call, change, guild_id, user_id, seconds)
    return nothing()


@delete(_ONE, status_code=204)
async def remove_ban(call: BotCall, guild_id: FromPath[int], user_id: FromPath[int]) -> Response[None]:
    """DELETE."""
    call.allowed(guild_id, Permission.BAN_MEMBERS)
    if user_id not in call.memory.users:
        raise errors.unknown_user()
    ban = _ban(call, guild_id, user_id)
    with call.play.store.change() as change:
        change.count("bans_removed", guild_id)
        effects.unbanned(call.play, change, ban)
        call.note(change, guild_id, AuditAction.MEMBER_BAN_REMOVE, user_id)
    return nothing()


@post("/guilds/{guild_id:int}/bulk-ban", status_code=200)
async def bulk_ban(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """POST: whoever cannot be banned fails alone; only when all fail, the whole request does."""
    call.allowed(guild_id, Permission.BAN_MEMBERS | Permission.MANAGE_GUILD)
    fields = Fields(await call.body(), Faults())
    if fields.body.get("user_ids") is None:
        fields.missing("user_ids")
    chosen = fields.snowflake_set("user_ids", _MOST_AT_ONCE)
    seconds = _seconds(fields)
    fields.faults.check()
    known = call.memory.bans[guild_id]
    reachable = [
        user_id
        for user_id in chosen
        if user_id in call.memory.users and user_id not in known and _in_reach(call, guild_id, user_id)
    ]
    if not reachable:
        raise DiscordError(400, 500000, "Failed to ban users")
    with call.play.store.change() as change:
        for user_id in reachable:
            _put_out(call, change, guild_id, user_id, seconds)
    failed = [str(user_id) for user_id in chosen if user_id not in reachable]
    return answer({"banned_users": [str(user_id) for user_id in reachable], "failed_users": failed})


ROUTES = (list_bans, get_ban, create_ban, remove_ban, bulk_ban)
