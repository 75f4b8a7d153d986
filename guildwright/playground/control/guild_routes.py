"""Routes of the control API with which a person moderates and runs a guild."""

from typing import Annotated

from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter

from guildwright.playground.control import guild_models, guild_requests, models
from guildwright.playground.control.access import Access
from guildwright.playground.control.errors import REFUSALS

_GUILD = "/guilds/{guild_id:str}"


@get(_GUILD + "/bans", summary="Who is banned", tags=["read"], responses=REFUSALS)
async def list_bans(control: Access, guild_id: FromPath[str]) -> guild_models.BansView:
    """With the reasons."""
    return control.moderation.bans(guild_id)


@post(_GUILD + "/bans", summary="Ban as a member", tags=["act"], responses=REFUSALS)
async def ban(control: Access, guild_id: FromPath[str], data: JSONBody[guild_requests.PutOut]) -> guild_models.BanView:
    """Anybody, member or not; members only from above."""
    return control.moderation.ban(guild_id, data)


@delete(
    _GUILD + "/bans/{target_id:str}/as/{user_id:str}", summary="Pardon as a member", tags=["act"], responses=REFUSALS
)
async def pardon(control: Access, guild_id: FromPath[str], target_id: FromPath[str], user_id: FromPath[str]) -> None:
    """The banned one may come back, and does not by this."""
    control.moderation.pardon(guild_id, target_id, user_id)


@post(_GUILD + "/kicks", summary="Kick as a member", tags=["act"], responses=REFUSALS, status_code=204)
async def kick(control: Access, guild_id: FromPath[str], data: JSONBody[guild_requests.Moderate]) -> None:
    """Only from above."""
    control.moderation.kick(guild_id, data)


@post(_GUILD + "/timeouts", summary="Time out as a member", tags=["act"], responses=REFUSALS, status_code=200)
async def time_out(
    control: Access, guild_id: FromPath[str], data: JSONBody[guild_requests.TimeOut]
) -> models.MemberView:
    """Only from above, and never an administrator; 0 seconds lift it."""
    return control.moderation.time_out(guild_id, data)


@get(_GUILD + "/audit-log", summary="The audit log, newest first", tags=["read"], responses=REFUSALS)
async def get_audit_log(
    control: Access,
    guild_id: FromPath[str],
    limit: Annotated[int, QueryParameter(description="1 to 200.")] = 50,
) -> guild_models.AuditLogView:
    """What bot and people did to the guild, whoever may read it there."""
    return control.moderation.audit_log(guild_id, limit)


@patch(_GUILD, summary="Rename a guild as a member", tags=["act"], responses=REFUSALS)
async def edit_guild(
    control: Access, guild_id: FromPath[str], data: JSONBody[guild_requests.EditGuild]
) -> models.GuildView:
    """Needs MANAGE_GUILD."""
    return control.house.edit_guild(guild_id, data)


@patch("/channels/{channel_id:str}", summary="Edit a channel as a member", tags=["act"], responses=REFUSALS)
async def edit_channel(
    control: Access, channel_id: FromPath[str], data: JSONBody[guild_requests.EditChannel]
) -> models.ChannelView:
    """Needs MANAGE_CHANNELS there."""
    return control.house.edit_channel(channel_id, data)


@delete(
    "/channels/{channel_id:str}/as/{user_id:str}",
    summary="Delete a channel as a member",
    tags=["act"],
    responses=REFUSALS,
)
async def delete_channel(control: Access, channel_id: FromPath[str], user_id: FromPath[str]) -> None:
    """With its messages, invites and webhooks."""
    control.house.delete_channel(channel_id, user_id)


@patch(_GUILD + "/roles/{role_id:str}", summary="Edit a role as a member", tags=["act"], responses=REFUSALS)
async def edit_role(
    control: Access, guild_id: FromPath[str], role_id: FromPath[str], data: JSONBody[guild_requests.EditRole]
) -> models.RoleView:
    """Needs MANAGE_ROLES and a higher role."""
    return control.house.edit_role(guild_id, role_id, data)


@delete(
    _GUILD + "/roles/{role_id:str}/as/{user_id:str}",
    summary="Delete a role as a member",
    tags=["act"],
    responses=REFUSALS,
)
async def delete_role(control: Access, guild_id: FromPath[str], role_id: FromPath[str], user_id: FromPath[str]) -> None:
    """Also from everybody who holds it, and from every channel's overwrites."""
    control.house.delete_role(guild_id, role_id, user_id)


@get(_GUILD + "/invites", summary="The invites that still work", tags=["read"], responses=REFUSALS)
async def list_invites(control: Access, guild_id: FromPath[str]) -> guild_models.InvitesView:
    """With how often each was used."""
    return control.house.invites(guild_id)


@post(_GUILD + "/invites", summary="Invite as a member", tags=["act"], responses=REFUSALS)
async def create_invite(
    control: Access, guild_id: FromPath[str], data: JSONBody[guild_requests.NewInvite]
) -> guild_models.InviteView:
    """Needs CREATE_INSTANT_INVITE in the channel."""
    return control.house.create_invite(guild_id, data)


@post("/invites/{code:str}", summary="Follow an invite", tags=["act"], responses=REFUSALS)
async def use_invite(
    control: Access, code: FromPath[str], data: JSONBody[guild_requests.UseInvite]
) -> models.MemberView:
    """A new person by `name`, or a known one who comes (again) by `user_id`; the banned are refused."""
    return control.house.use_invite(code, data)


ROUTES = (
    list_bans,
    ban,
    pardon,
    kick,
    time_out,
    get_audit_log,
    edit_guild,
    edit_channel,
    delete_channel,
    edit_role,
    delete_role,
    list_invites,
    create_invite,
    use_invite,
)
