"""What a server decided about commands: read by the bot, changed by a person's token."""

from litestar import Response, get, put
from litestar.params import FromPath

from guildwright.playground import command_access, errors
from guildwright.playground.bits import Permission
from guildwright.playground.bodies import command_permissions as bodies
from guildwright.playground.records import CommandPermissions
from guildwright.playground.rest.call import BotCall, Call, answer
from guildwright.playground.rest.commands import scope

_GUILD = "/applications/{application_id:int}/guilds/{guild_id:int}/commands"
_ONE = _GUILD + "/{command_id:int}/permissions"
_WRITE = "applications.commands.permissions.update"


def _known(call: Call, application_id: int, guild_id: int) -> dict[int, CommandPermissions]:
    scope(call, application_id, guild_id, _WRITE)
    return call.memory.command_permissions.get(guild_id, {})


@get(_GUILD + "/permissions")
async def list_command_permissions(
    call: BotCall, application_id: FromPath[int], guild_id: FromPath[int]
) -> Response[object]:
    """GET: of every command for which there are any."""
    known = _known(call, application_id, guild_id)
    return answer([command_access.rendered(call.play, record) for record in known.values()])


@get(_ONE)
async def get_command_permissions(
    call: BotCall, application_id: FromPath[int], guild_id: FromPath[int], command_id: FromPath[int]
) -> Response[object]:
    """GET one command's, or under the application's id those for all."""
    record = _known(call, application_id, guild_id).get(command_id)
    if record is None:
        raise errors.unknown(10066, "application command permissions")
    return answer(command_access.rendered(call.play, record))


@put(_ONE, status_code=200)
async def set_command_permissions(
    call: BotCall, application_id: FromPath[int], guild_id: FromPath[int], command_id: FromPath[int]
) -> Response[object]:
    """PUT: by somebody who manages the server and its roles and may run the command."""
    user_id = call.granted(_WRITE).user_id
    _known(call, application_id, guild_id)
    command = call.memory.commands.get(command_id)
    if command_id != call.own_id and (command is None or command.guild_id not in {None, guild_id}):
        raise errors.unknown_command()
    held = call.play.permissions.in_guild(guild_id, user_id)
    if (Permission.MANAGE_GUILD | Permission.MANAGE_ROLES) & ~held:
        raise errors.missing_permissions()
    entries = bodies.read(await call.body(), call.memory, guild_id)
    record = command_access.as_kept(guild_id, command_id, entries)
    command_access.replace(call.play, record, user_id, call.reason)
    return answer(command_access.rendered(call.play, record))


ROUTES = (list_command_permissions, get_command_permissions, set_command_permissions)
