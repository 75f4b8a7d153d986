"""Emojis: a guild's own, and the application's that it has everywhere."""

import re

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.params import FromPath

from guildwright.playground import audit, effects_moderation, errors, render
from guildwright.playground.bits import AuditAction, Permission
from guildwright.playground.bodies import image
from guildwright.playground.bodies.fields import Fields
from guildwright.playground.errors import DiscordError, Faults
from guildwright.playground.records import Emoji, Json
from guildwright.playground.rest.call import BotCall, Call, answer, nothing

_LIST = "/guilds/{guild_id:int}/emojis"
_ONE = _LIST + "/{emoji_id:int}"
_OWN_LIST = "/applications/{application_id:int}/emojis"
_OWN_ONE = _OWN_LIST + "/{emoji_id:int}"
_NAME = re.compile(r"\w{2,32}", re.ASCII)
_LARGEST = 256 * 1024
_MOST, _MOST_OWN = 50, 2000
_EXPRESSIONS = Permission.CREATE_GUILD_EXPRESSIONS | Permission.MANAGE_GUILD_EXPRESSIONS


def _name(fields: Fields, *, needed: bool) -> str | None:
    name = fields.text("name", 32, shortest=2, needed=needed)
    if name is not None and 2 <= len(name) <= 32 and not _NAME.fullmatch(name):  # noqa: PLR2004 - Discord's bounds
        fields.fault("name", "STRING_TYPE_REGEX", "String value did not match validation regex.")
    return name


def _shown(call: Call, emoji: Emoji) -> Json:
    """Who made it is for those to see who may make or manage some."""
    body = render.emoji(call.memory, emoji)
    if emoji.guild_id and not call.play.permissions.in_guild(emoji.guild_id, call.own_id) & _EXPRESSIONS:
        del body["user"]
    return body


def _listed(emoji: Emoji) -> Json:
    """The fields whose changes the audit log lists."""
    return {"name": emoji.name}


def _emoji(call: Call, guild_id: int | None, emoji_id: int) -> Emoji:
    emoji = call.memory.emojis.get(emoji_id)
    if emoji is None or emoji.guild_id != guild_id:
        raise errors.unknown(10014, "Emoji")
    return emoji


def _may_edit(call: Call, guild_id: int, emoji: Emoji) -> None:
    own = emoji.user_id == call.own_id
    held = call.play.permissions.in_guild(guild_id, call.own_id)
    if not held & (_EXPRESSIONS if own else Permission.MANAGE_GUILD_EXPRESSIONS):
        raise errors.missing_permissions()


def _roles(call: Call, guild_id: int, fields: Fields) -> tuple[int, ...]:
    """The roles that may use it, which are the guild's."""
    roles = fields.snowflakes("roles", 1521)
    fields.faults.check()
    return tuple(call.role(guild_id, role_id).id for role_id in roles)


def _new(call: Call, guild_id: int | None, fields: Fields) -> Emoji:
    name = _name(fields, needed=True)
    picture = image.read(fields, "image", needed=True, largest=_LARGEST)
    roles = _roles(call, guild_id, fields) if guild_id else ()
    fields.faults.check()
    return Emoji(
        id=call.play.ids.next(),
        guild_id=guild_id,
        name=name or "",
        user_id=call.own_id,
        roles=roles,
        animated=bool(picture and picture.animated),
    )


@get(_LIST)
async def list_emojis(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """GET all."""
    call.guild(guild_id)
    return answer([_shown(call, emoji) for emoji in call.memory.guild_emojis(guild_id)])


@get(_ONE)
async def get_emoji(call: BotCall, guild_id: FromPath[int], emoji_id: FromPath[int]) -> Response[object]:
    """GET one."""
    call.guild(guild_id)
    return answer(_shown(call, _emoji(call, guild_id, emoji_id)))


@post(_LIST, status_code=201)
async def create_emoji(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """POST: fifty that stand still, and fifty that move."""
    call.allowed(guild_id, Permission.CREATE_GUILD_EXPRESSIONS)
    emoji = _new(call, guild_id, Fields(await call.body(), Faults()))
    known = sum(other.animated == emoji.animated for other in call.memory.guild_emojis(guild_id))
    if known >= _MOST:
        code, what = (30018, "animated emojis") if emoji.animated else (30008, "emojis")
        raise DiscordError(400, code, f"Maximum number of {what} reached ({_MOST})")
    with call.play.store.change() as change:
        change.put(emoji)
        change.count("emojis_created", guild_id)
        effects_moderation.emojis_changed(call.play, change, guild_id)
        changes = audit.differences({}, _listed(emoji))
        call.note(change, guild_id, AuditAction.EMOJI_CREATE, emoji.id, changes=changes)
    return answer(_shown(call, emoji), 201)


@patch(_ONE)
async def edit_emoji(call: BotCall, guild_id: FromPath[int], emoji_id: FromPath[int]) -> Response[object]:
    """PATCH the name, or the roles that may use it."""
    call.guild(guild_id)
    emoji = _emoji(call, guild_id, emoji_id)
    _may_edit(call, guild_id, emoji)
    fields = Fields(await call.body(), Faults())
    name = _name(fields, needed=False)
    roles = _roles(call, guild_id, fields) if "roles" in fields.body else emoji.roles
    fields.faults.check()
    edited = msgspec.structs.replace(emoji, name=name or emoji.name, roles=roles)
    if edited != emoji:
        with call.play.store.change() as change:
            change.put(edited)
            change.count("emojis_edited", guild_id)
            effects_moderation.emojis_changed(call.play, change, guild_id)
            changes = audit.differences(_listed(emoji), _listed(edited))
            call.note(change, guild_id, AuditAction.EMOJI_UPDATE, emoji_id, changes=changes)
    return answer(_shown(call, edited))


@delete(_ONE, status_code=204)
async def delete_emoji(call: BotCall, guild_id: FromPath[int], emoji_id: FromPath[int]) -> Response[None]:
    """DELETE one."""
    call.guild(guild_id)
    emoji = _emoji(call, guild_id, emoji_id)
    _may_edit(call, guild_id, emoji)
    with call.play.store.change() as change:
        change.drop(emoji)
        change.count("emojis_deleted", guild_id)
        effects_moderation.emojis_changed(call.play, change, guild_id)
        changes = audit.differences(_listed(emoji), {})
        call.note(change, guild_id, AuditAction.EMOJI_DELETE, emoji_id, changes=changes)
    return nothing()


def _own(call: Call, application_id: int) -> None:
    if application_id != call.own_id:
        raise DiscordError(403, 20012, "You are not authorized to perform this action on this application")


@get(_OWN_LIST)
async def list_own_emojis(call: BotCall, application_id: FromPath[int]) -> Response[object]:
    """GET the application's."""
    _own(call, application_id)
    return answer({"items": [_shown(call, emoji) for emoji in call.memory.guild_emojis(None)]})


@get(_OWN_ONE)
async def get_own_emoji(call: BotCall, application_id: FromPath[int], emoji_id: FromPath[int]) -> Response[object]:
    """GET one of the application's."""
    _own(call, application_id)
    return answer(_shown(call, _emoji(call, None, emoji_id)))


@post(_OWN_LIST, status_code=201)
async def create_own_emoji(call: BotCall, application_id: FromPath[int]) -> Response[object]:
    """POST one for the application: two thousand at most, each name once."""
    _own(call, application_id)
    emoji = _new(call, None, Fields(await call.body(), Faults()))
    known = call.memory.guild_emojis(None)
    if any(other.name == emoji.name for other in known):
        message = "This emoji name is already taken"
        raise errors.invalid("name", "APPLICATION_EMOJI_NAME_ALREADY_TAKEN", message)
    if len(known) >= _MOST_OWN:
        raise DiscordError(400, 30008, f"Maximum number of emojis reached ({_MOST_OWN})")
    with call.play.store.change() as change:
        change.put(emoji)
        change.count("emojis_created")
    return answer(_shown(call, emoji), 201)


@patch(_OWN_ONE)
async def edit_own_emoji(call: BotCall, application_id: FromPath[int], emoji_id: FromPath[int]) -> Response[object]:
    """PATCH the name of one of the application's."""
    _own(call, application_id)
    emoji = _emoji(call, None, emoji_id)
    fields = Fields(await call.body(), Faults())
    name = _name(fields, needed=False)
    fields.faults.check()
    edited = msgspec.structs.replace(emoji, name=name or emoji.name)
    with call.play.store.change() as change:
        change.put(edited)
        change.count("emojis_edited")
    return answer(_shown(call, edited))


@delete(_OWN_ONE, status_code=204)
async def delete_own_emoji(call: BotCall, application_id: FromPath[int], emoji_id: FromPath[int]) -> Response[None]:
    """DELETE one of the application's."""
    _own(call, application_id)
    emoji = _emoji(call, None, emoji_id)
    with call.play.store.change() as change:
        change.drop(emoji)
        change.count("emojis_deleted")
    return nothing()


ROUTES = (
    list_emojis,
    get_emoji,
    create_emoji,
    edit_emoji,
    delete_emoji,
    list_own_emojis,
    get_own_emoji,
    create_own_emoji,
    edit_own_emoji,
    delete_own_emoji,
)
