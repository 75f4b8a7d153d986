"""Guilds: read, edit, preview, and the small things beside them that clients ask for."""

from collections.abc import Iterable

import msgspec
from litestar import Response, get, patch
from litestar.params import FromPath

from guildwright.playground import audit, effects_guild, errors, render
from guildwright.playground.bits import AuditAction, Permission
from guildwright.playground.bodies import guild as bodies
from guildwright.playground.bodies.fields import Fields
from guildwright.playground.errors import DiscordError, Faults
from guildwright.playground.records import Guild, Json
from guildwright.playground.rest.call import BotCall, Call, answer

_ONE = "/guilds/{guild_id:int}"
_HASHES = {"icon": "icon_hash", "splash": "splash_hash", "banner": "banner_hash"}
_REGIONS = (("us-east", "US East"), ("rotterdam", "Rotterdam"), ("singapore", "Singapore"), ("sydney", "Sydney"))


def _counts(call: Call, guild_id: int) -> Json:
    return {"approximate_member_count": len(call.memory.members[guild_id]), "approximate_presence_count": 1}


@get(_ONE)
async def get_guild(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """GET one."""
    body = render.guild(call.memory, call.guild(guild_id))
    return answer(body | _counts(call, guild_id) if call.query_flag("with_counts") else body)


@get(_ONE + "/preview")
async def preview_guild(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """GET what anybody sees of it; the bot is in it, or it is discoverable."""
    guild = call.memory.guilds.get(guild_id)
    if guild is None or not (call.memory.member(guild_id, call.own_id) or "DISCOVERABLE" in guild.features):
        raise errors.unknown_guild()
    whole = render.guild(call.memory, guild)
    names = ("id", "name", "icon", "description", "home_header", "splash", "discovery_splash", "features", "emojis")
    return answer({name: whole[name] for name in names} | {"stickers": []} | _counts(call, guild_id))


@patch(_ONE)
async def edit_guild(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """PATCH: only what the body names changes."""
    guild = call.allowed(guild_id, Permission.MANAGE_GUILD)
    fields = Fields(await call.body(), Faults())
    name = fields.text("name", 100, shortest=2)
    owner_id = fields.snowflake("owner_id")
    fields.unsupported("home_header", "region")
    shown = render.guild(call.memory, guild)
    read = bodies.read_settings(call.memory, guild, fields)
    settings = {name: value for name, value in read.items() if value != shown.get(name)}
    edited = msgspec.structs.replace(
        guild,
        name=name or guild.name,
        locale=bodies.read_locale(guild, fields),
        features=bodies.read_features(guild, fields),
        settings=guild.settings | settings,
    )
    fields.faults.check()
    if owner_id not in {None, guild.owner_id}:
        raise errors.missing_permissions()  # a guild is its owner's to give away, and no bot owns one
    if bodies.needs_boost(guild, settings):
        raise DiscordError(403, 50101, "This server needs more boosts to perform this action")
    if ("COMMUNITY" in guild.features) != ("COMMUNITY" in edited.features):
        call.allowed(guild_id, Permission.ADMINISTRATOR)
    _keep(call, guild, edited)
    return answer(render.guild(call.memory, edited))


def _keep(call: Call, guild: Guild, edited: Guild) -> None:
    if edited == guild:
        return
    with call.play.store.change() as change:
        change.count("guilds_edited", guild.id)
        effects_guild.guild_edited(call.play, change, edited)
        changes = audit.differences(_listed(call, guild, edited.settings), _listed(call, edited, edited.settings))
        call.note(change, guild.id, AuditAction.GUILD_UPDATE, guild.id, changes=changes)


def _listed(call: Call, guild: Guild, settings: Iterable[str]) -> Json:
    """The fields whose changes the audit log lists, each as it is shown: what nobody has set yet has a value too."""
    shown = render.guild(call.memory, guild)
    return {_HASHES.get(name, name): shown.get(name) for name in (*settings, "name", "preferred_locale")}


@get(_ONE + "/stickers")
async def list_stickers(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """GET what the playground's guilds have none of."""
    call.guild(guild_id)
    return answer([])


def _regions() -> list[Json]:
    return [
        {"id": region, "name": name, "custom": False, "deprecated": False, "optimal": region == _REGIONS[0][0]}
        for region, name in _REGIONS
    ]


@get("/voice/regions")
async def list_regions(call: BotCall) -> Response[object]:
    """GET where voice would be."""
    del call
    return answer(_regions())


@get(_ONE + "/regions")
async def list_guild_regions(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """GET the same for a guild."""
    call.guild(guild_id)
    return answer(_regions())


@get(_ONE + "/vanity-url")
async def get_vanity_url(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """GET: the playground's guilds have none."""
    call.allowed(guild_id, Permission.MANAGE_GUILD)
    return answer({"code": None, "uses": 0})


@get(_ONE + "/welcome-screen")
async def get_welcome_screen(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """GET: refused as Discord does where none was set up."""
    call.guild(guild_id)
    raise errors.unknown(10069, "Guild Welcome Screen")


@get(_ONE + "/onboarding")
async def get_onboarding(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """GET: the playground's guilds never switched it on."""
    call.guild(guild_id)
    body = {"guild_id": str(guild_id), "prompts": [], "default_channel_ids": [], "enabled": False, "mode": 0}
    return answer(body)


@get(_ONE + "/integrations")
async def list_integrations(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """GET: the bot's own is the only one."""
    call.allowed(guild_id, Permission.MANAGE_GUILD)
    application, bot = call.play.application, render.user(call.play.bot)
    integration = {
        "id": str(application.id),
        "name": application.name,
        "type": "discord",
        "enabled": True,
        "account": {"id": str(application.id), "name": application.name},
        "application": {
            "id": str(application.id),
            "name": application.name,
            "icon": None,
            "description": application.description,
            # Deprecated and empty, and read by discord.py, py-cord and nextcord all the same.
            "summary": "",
            "type": None,
            "bot": bot,
        },
        "scopes": ["applications.commands", "bot"],
        "user": render.user(call.memory.users[call.memory.guilds[guild_id].owner_id]),
    }
    return answer([integration])


ROUTES = (
    get_guild,
    preview_guild,
    edit_guild,
    list_stickers,
    list_regions,
    list_guild_regions,
    get_vanity_url,
    get_welcome_screen,
    get_onboarding,
    list_integrations,
)
