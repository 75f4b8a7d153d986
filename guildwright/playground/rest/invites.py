"""Invites: make, list, look at, take back."""

from litestar import Response, delete, get, post
from litestar.params import FromPath

from guildwright.playground import audit, errors, render_guild
from guildwright.playground import effects_invite as effects
from guildwright.playground.bits import AuditAction, ChannelType, Permission
from guildwright.playground.bodies.fields import Fields
from guildwright.playground.errors import DiscordError, Faults
from guildwright.playground.records import Channel, Invite
from guildwright.playground.rest.call import BotCall, Call, answer

_IN_CHANNEL = "/channels/{channel_id:int}/invites"
_ONE = "/invites/{code:str}"
_WEEK, _DAY = 7 * 24 * 3600, 24 * 3600
_MOST = 1000
_INVITING = {
    ChannelType.GUILD_TEXT,
    ChannelType.GUILD_VOICE,
    ChannelType.GUILD_ANNOUNCEMENT,
    ChannelType.GUILD_FORUM,
}


def _channel(call: Call, channel_id: int, needed: Permission) -> Channel:
    channel = call.channel(channel_id)
    if channel.guild_id is None:
        raise DiscordError(400, 50003, "Cannot execute action on a DM channel")
    if channel.type not in _INVITING:
        raise DiscordError(400, 50024, "Cannot execute action on this channel type")
    return call.channel(channel_id, needed)


def _invite(call: Call, code: str) -> Invite:
    invite = effects.usable(call.play, code)
    if invite is None:
        raise errors.unknown(10006, "Invite")
    return invite


@get(_IN_CHANNEL)
async def list_channel_invites(call: BotCall, channel_id: FromPath[int]) -> Response[object]:
    """GET a channel's."""
    channel = _channel(call, channel_id, Permission.MANAGE_CHANNELS)
    listed = [
        invite for invite in effects.invites_of(call.play, channel.guild_id or 0) if invite.channel_id == channel.id
    ]
    return answer([render_guild.invite(call.memory, invite, metadata=True) for invite in listed])


@get("/guilds/{guild_id:int}/invites")
async def list_guild_invites(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """GET a guild's; how often each was used only the guild's managers see."""
    call.guild(guild_id)
    held = call.play.permissions.in_guild(guild_id, call.own_id)
    if not held & (Permission.MANAGE_GUILD | Permission.VIEW_AUDIT_LOG):
        raise errors.missing_permissions()
    metadata = bool(held & Permission.MANAGE_GUILD)
    listed = effects.invites_of(call.play, guild_id)
    return answer([render_guild.invite(call.memory, invite, metadata=metadata) for invite in listed])


def _read(call: Call, channel: Channel, fields: Fields) -> Invite:
    """The invite that the body asks for."""
    for name in ("target_type", "target_user_id", "target_application_id"):
        if fields.body.get(name) is not None:
            fields.fault(
                name, "PLAYGROUND_UNSUPPORTED", "The playground has no streams and no activities to invite to."
            )
    age = fields.number("max_age", 0, _WEEK)
    invite = Invite(
        code=effects.new_code(),
        guild_id=channel.guild_id or 0,
        channel_id=channel.id,
        inviter_id=call.own_id,
        made_at=call.play.clock.now().isoformat(),
        max_age=_DAY if age is None else age,
        max_uses=fields.number("max_uses", 0, 100) or 0,
        temporary=fields.flag("temporary"),
        roles=fields.snowflakes("role_ids", 250),
    )
    fields.faults.check()
    return invite


def _similar(call: Call, wanted: Invite) -> Invite | None:
    """An unused one of the bot's own that does the same."""
    same = ("channel_id", "inviter_id", "max_age", "max_uses", "temporary", "roles")
    for invite in effects.invites_of(call.play, wanted.guild_id):
        if all(getattr(invite, name) == getattr(wanted, name) for name in same):
            return invite
    return None


@post(_IN_CHANNEL, status_code=200)
async def create_invite(call: BotCall, channel_id: FromPath[int]) -> Response[object]:
    """POST: without `unique` a similar one is given again."""
    channel = _channel(call, channel_id, Permission.CREATE_INSTANT_INVITE)
    fields = Fields(await call.body(), Faults())
    unique = fields.flag("unique")
    invite = _read(call, channel, fields)
    for role_id in invite.roles:
        call.allowed(invite.guild_id, Permission.MANAGE_ROLES)
        if not call.play.permissions.outranks_role(invite.guild_id, call.own_id, call.role(invite.guild_id, role_id)):
            raise errors.missing_permissions()
    known = None if unique else _similar(call, invite)
    if known:
        return answer(render_guild.invite(call.memory, known, metadata=True))
    if len(effects.invites_of(call.play, invite.guild_id)) >= _MOST:
        raise DiscordError(400, 30016, f"Maximum number of invites reached ({_MOST})")
    with call.play.store.change() as change:
        change.count("invites_created", invite.guild_id, channel.id)
        effects.created(call.play, change, invite)
        changes = audit.differences({}, effects.facts(invite))
        call.note(change, invite.guild_id, AuditAction.INVITE_CREATE, changes=changes)
    return answer(render_guild.invite(call.memory, invite, metadata=True))


@get(_ONE)
async def get_invite(call: BotCall, code: FromPath[str]) -> Response[object]:
    """GET one, by anybody."""
    invite = _invite(call, code)
    body = render_guild.invite(call.memory, invite)
    if call.query_flag("with_counts"):
        members = len(call.memory.members[invite.guild_id])
        body |= {"approximate_member_count": members, "approximate_presence_count": 1}
    return answer(body)


@delete(_ONE, status_code=200)
async def delete_invite(call: BotCall, code: FromPath[str]) -> Response[object]:
    """DELETE: who manages the channel, or the guild."""
    invite = _invite(call, code)
    if not call.play.permissions.in_guild(invite.guild_id, call.own_id) & Permission.MANAGE_GUILD:
        call.channel(invite.channel_id, Permission.MANAGE_CHANNELS)
    body = render_guild.invite(call.memory, invite)
    with call.play.store.change() as change:
        change.count("invites_deleted", invite.guild_id, invite.channel_id)
        effects.deleted(call.play, change, invite)
        changes = audit.differences(effects.facts(invite), {})
        call.note(change, invite.guild_id, AuditAction.INVITE_DELETE, changes=changes)
    return answer(body)


ROUTES = (list_channel_invites, list_guild_invites, create_invite, delete_invite)
OPEN_ROUTES = (get_invite,)
