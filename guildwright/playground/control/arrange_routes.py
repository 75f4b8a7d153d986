"""Routes of the control API that arrange the world."""

from litestar import delete, patch, post, put
from litestar.params import FromPath, JSONBody

from guildwright.playground.control import models, oracle, requests
from guildwright.playground.control.access import Access
from guildwright.playground.control.errors import REFUSALS


@post("/guilds", summary="Make a guild", tags=["arrange"], responses=REFUSALS)
async def create_guild(control: Access, data: JSONBody[requests.NewGuild]) -> models.GuildView:
    """With one channel, `general`; the bot is invited unless `invite_bot` is false."""
    return control.guilds.create_guild(data)


@post("/guilds/{guild_id:str}/channels", summary="Make a channel", tags=["arrange"], responses=REFUSALS)
async def create_channel(
    control: Access, guild_id: FromPath[str], data: JSONBody[requests.NewChannel]
) -> models.ChannelView:
    """At the end of the list."""
    return control.guilds.create_channel(guild_id, data)


@post("/guilds/{guild_id:str}/roles", summary="Make a role", tags=["arrange"], responses=REFUSALS)
async def create_role(control: Access, guild_id: FromPath[str], data: JSONBody[requests.NewRole]) -> models.RoleView:
    """At the top, or at `position`: what is there already moves up."""
    return control.guilds.create_role(guild_id, data)


@post("/guilds/{guild_id:str}/members", summary="Let somebody join", tags=["arrange"], responses=REFUSALS)
async def add_member(control: Access, guild_id: FromPath[str], data: JSONBody[requests.NewMember]) -> models.MemberView:
    """A new person by `name`, or a known one by `user_id`."""
    return control.guilds.add_member(guild_id, data)


@patch(
    "/guilds/{guild_id:str}/members/{user_id:str}",
    summary="Time out or rename a member",
    tags=["arrange"],
    responses=REFUSALS,
)
async def edit_member(
    control: Access, guild_id: FromPath[str], user_id: FromPath[str], data: JSONBody[requests.EditMember]
) -> models.MemberView:
    """As a moderator would."""
    return control.guilds.edit_member(guild_id, user_id, data)


@delete(
    "/guilds/{guild_id:str}/members/{user_id:str}", summary="Let a member leave", tags=["arrange"], responses=REFUSALS
)
async def remove_member(control: Access, guild_id: FromPath[str], user_id: FromPath[str]) -> None:
    """The owner cannot."""
    control.guilds.remove_member(guild_id, user_id)


@put(
    "/guilds/{guild_id:str}/members/{user_id:str}/roles/{role_id:str}",
    summary="Give a role",
    tags=["arrange"],
    responses=REFUSALS,
)
async def give_role(
    control: Access, guild_id: FromPath[str], user_id: FromPath[str], role_id: FromPath[str]
) -> models.MemberView:
    """As a moderator would; not counted as an effect of the bot."""
    return control.guilds.give_role(guild_id, user_id, role_id)


@delete(
    "/guilds/{guild_id:str}/members/{user_id:str}/roles/{role_id:str}",
    summary="Take a role away",
    tags=["arrange"],
    responses=REFUSALS,
    status_code=200,
)
async def take_role(
    control: Access, guild_id: FromPath[str], user_id: FromPath[str], role_id: FromPath[str]
) -> models.MemberView:
    """As a moderator would; not counted as an effect of the bot."""
    return control.guilds.take_role(guild_id, user_id, role_id)


@put("/guilds/{guild_id:str}/bot", summary="Invite the bot", tags=["arrange"], responses=REFUSALS)
async def invite_bot(
    control: Access, guild_id: FromPath[str], data: JSONBody[requests.InviteBot | None] = None
) -> models.GuildView:
    """As the owner following the invite link would."""
    return control.guilds.invite_bot(guild_id, data or requests.InviteBot())


@delete("/guilds/{guild_id:str}/bot", summary="Put the bot out", tags=["arrange"], responses=REFUSALS, status_code=200)
async def kick_bot(control: Access, guild_id: FromPath[str]) -> models.GuildView:
    """As the owner kicking it would."""
    return control.guilds.kick_bot(guild_id)


@put("/intents", summary="Switch privileged intents on or off", tags=["arrange"], responses=REFUSALS)
async def switch_intents(control: Access, data: JSONBody[requests.PrivilegedIntents]) -> models.BotView:
    """As in the developer portal; connections that are open stay open."""
    return control.guilds.switch_intents(data)


@delete("/effects", summary="Set every counter to nothing", tags=["oracle"], responses=REFUSALS, status_code=200)
async def reset_effects(control: Access) -> oracle.EffectsView:
    """Returns what they were."""
    return control.views.reset_effects()


@delete("/gateway/{session_id:str}", summary="Drop a gateway connection", tags=["oracle"], responses=REFUSALS)
async def drop_connection(control: Access, session_id: FromPath[str]) -> None:
    """As a network fault would; the client may resume the session."""
    control.guilds.drop_connection(session_id)


ROUTES = (
    create_guild,
    create_channel,
    create_role,
    add_member,
    edit_member,
    remove_member,
    give_role,
    take_role,
    invite_bot,
    kick_bot,
    switch_intents,
    reset_effects,
    drop_connection,
)
