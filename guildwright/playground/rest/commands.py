"""Application commands, global and per guild: list, create, read, edit, delete, and replace all at once."""

from typing import Any

from litestar import Response, delete, get, patch, post, put
from litestar.params import FromPath

from guildwright.playground import command_access, errors, render
from guildwright.playground.bodies import command as bodies
from guildwright.playground.errors import DiscordError, Faults
from guildwright.playground.records import Command, Json
from guildwright.playground.rest.call import BotCall, Call, answer, nothing
from guildwright.playground.store import Change

_GLOBAL = "/applications/{application_id:int}/commands"
_GUILD = "/applications/{application_id:int}/guilds/{guild_id:int}/commands"
_WRITE = "applications.commands.update"
_MOST = {bodies.CHAT_INPUT: 100, bodies.USER: 15, bodies.MESSAGE: 15}


def scope(call: Call, application_id: int, guild_id: int | None, needed: str = _WRITE) -> list[Command]:
    """The commands of the place, for the bot, or for the bearer of a token with the scope."""
    if call.grant:
        call.granted(needed)
    if application_id != call.own_id:
        raise DiscordError(403, 20012, "You are not authorized to perform this action on this application")
    if guild_id is not None and call.memory.member(guild_id, call.own_id) is None:
        raise errors.missing_access()
    return call.memory.scoped_commands(guild_id)


def _one(commands: list[Command], command_id: int) -> Command:
    for command in commands:
        if command.id == command_id:
            return command
    raise errors.unknown_command()


def _twin(commands: list[Command], body: Json) -> Command | None:
    return next((c for c in commands if (c.body["name"], c.body["type"]) == (body["name"], body["type"])), None)


def _write(call: Call, change: Change, guild_id: int | None, body: Json, known: Command | None) -> Command:
    """Create or overwrite; the version changes only with the content."""
    if known and known.body == body:
        return known
    change.count("commands_registered", guild_id)
    version = call.play.ids.next()
    return change.put(Command(id=known.id if known else version, guild_id=guild_id, version=version, body=body))


def _check_number(commands: list[Command]) -> None:
    for kind, most in _MOST.items():
        if sum(command.body["type"] == kind for command in commands) > most:
            raise DiscordError(400, 30032, f"Maximum number of application commands reached ({most}).")


@get([_GLOBAL, _GUILD])
async def list_commands(
    call: BotCall, application_id: FromPath[int], guild_id: FromPath[int | None] = None
) -> Response[object]:
    """GET all; localizations only when asked for."""
    commands = scope(call, application_id, guild_id)
    whole = call.query_flag("with_localizations")
    return answer([render.command(call.own_id, command, localized=whole) for command in commands])


@put([_GLOBAL, _GUILD], status_code=200)
async def replace_commands(
    call: BotCall, application_id: FromPath[int], guild_id: FromPath[int | None] = None
) -> Response[object]:
    """PUT all: what is not in the list is deleted."""
    known = scope(call, application_id, guild_id)
    listed: Any = await call.json()
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        raise errors.invalid("", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    faults = Faults()
    read = [bodies.read(entry, faults, str(index)) for index, entry in enumerate(listed)]
    keys = [(body["name"], body["type"]) for body in read]
    for index, key in enumerate(keys):
        if key in keys[:index]:
            message = "Application command names must be unique"
            faults.add(str(index), "APPLICATION_COMMANDS_DUPLICATE_NAME", message)
    faults.check()
    with call.play.store.change() as change:
        change.count("command_writes", guild_id)
        written = [_write(call, change, guild_id, body, _twin(known, body)) for body in read]
        _check_number(written)
        kept = {command.id for command in written}
        for command in known:
            if command.id not in kept:
                change.drop(command)
                command_access.forget(call.play, change, command)
        change.announce(call.play.announce_bot)
    return answer([render.command(call.own_id, command) for command in written])


@post([_GLOBAL, _GUILD])
async def create_command(
    call: BotCall, application_id: FromPath[int], guild_id: FromPath[int | None] = None
) -> Response[object]:
    """POST one: 201 for a new name, 200 when it overwrites."""
    known = scope(call, application_id, guild_id)
    faults = Faults()
    body = bodies.read(await call.body(), faults)
    faults.check()
    twin = _twin(known, body)
    with call.play.store.change() as change:
        change.count("command_writes", guild_id)
        command = _write(call, change, guild_id, body, twin)
        _check_number([*(entry for entry in known if entry is not twin), command])
        change.announce(call.play.announce_bot)
    return answer(render.command(call.own_id, command), 200 if twin else 201)


@get([_GLOBAL + "/{command_id:int}", _GUILD + "/{command_id:int}"])
async def get_command(
    call: BotCall,
    application_id: FromPath[int],
    command_id: FromPath[int],
    guild_id: FromPath[int | None] = None,
) -> Response[object]:
    """GET one."""
    command = _one(scope(call, application_id, guild_id), command_id)
    return answer(render.command(call.own_id, command))


@patch([_GLOBAL + "/{command_id:int}", _GUILD + "/{command_id:int}"])
async def edit_command(
    call: BotCall,
    application_id: FromPath[int],
    command_id: FromPath[int],
    guild_id: FromPath[int | None] = None,
) -> Response[object]:
    """PATCH one."""
    known = scope(call, application_id, guild_id)
    command = _one(known, command_id)
    faults = Faults()
    body = bodies.read(command.body | await call.body() | {"type": command.body["type"]}, faults)
    faults.check()
    twin = _twin(known, body)
    if twin and twin.id != command.id:
        raise errors.invalid("name", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
    with call.play.store.change() as change:
        change.count("command_writes", guild_id)
        command = _write(call, change, guild_id, body, command)
        change.announce(call.play.announce_bot)
    return answer(render.command(call.own_id, command))


@delete([_GLOBAL + "/{command_id:int}", _GUILD + "/{command_id:int}"], status_code=204)
async def delete_command(
    call: BotCall,
    application_id: FromPath[int],
    command_id: FromPath[int],
    guild_id: FromPath[int | None] = None,
) -> Response[None]:
    """DELETE one."""
    command = _one(scope(call, application_id, guild_id), command_id)
    with call.play.store.change() as change:
        change.count("command_writes", guild_id)
        change.drop(command)
        command_access.forget(call.play, change, command)
        change.announce(call.play.announce_bot)
    return nothing()


ROUTES = (
    list_commands,
    replace_commands,
    create_command,
    get_command,
    edit_command,
    delete_command,
)
