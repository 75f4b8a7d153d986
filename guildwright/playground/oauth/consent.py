"""A person's answer to an authorisation link: who, where the bot goes, and where the person is sent."""

from guildwright.playground.bits import EVERYTHING, Permission
from guildwright.playground.control import requests
from guildwright.playground.control.guilds import Guilds
from guildwright.playground.oauth import grants
from guildwright.playground.oauth.asked import FAULTS, Asked
from guildwright.playground.playground import Playground
from guildwright.playground.records import Guild, User


class Refused(Exception):  # noqa: N818 - reads as the sentence it ends
    """The person cannot answer so; the message says why."""


def manageable(play: Playground, user: User) -> list[Guild]:
    """The servers to which the person may add a bot."""
    rights = play.permissions
    mine = [guild for guild in play.memory.guilds.values() if play.memory.member(guild.id, user.id)]
    return [guild for guild in mine if rights.in_guild(guild.id, user.id) & Permission.MANAGE_GUILD]


def fault(asked: Asked, code: str) -> str:
    """Where a refusal sends the person."""
    return asked.back(error=code, error_description=FAULTS[code])


def approve(play: Playground, asked: Asked, user: User, guild_id: int | None) -> str | None:
    """Take the person's yes; returns the address to go to, or None when the application named none.

    Raises:
        Refused: no server was chosen for the bot, or one where the person may not add it.
    """
    guild = _guild(play, asked, user, guild_id)
    if guild and not play.memory.member(guild.id, play.application.id):
        rights = None if asked.permissions is None else str(asked.permissions & int(EVERYTHING))
        Guilds(play).invite_bot(str(guild.id), requests.InviteBot(permissions=rights))
    if asked.redirect_uri is None:
        return None
    place = {"guild_id": str(guild.id), "permissions": str(asked.permissions or 0)} if guild else {}
    if asked.response_type == "token":
        grant = grants.issue_token(play, user.id, asked.scopes, asked.redirect_uri)
        lasts = str(int(grants.TOKEN_LASTS.total_seconds()))
        told = {"token_type": "Bearer", "access_token": grant.access_token, "expires_in": lasts}
        return asked.back(**told, scope=" ".join(asked.scopes))
    return asked.back(code=grants.issue_code(play, asked, user.id, guild.id if guild else None).code, **place)


def _guild(play: Playground, asked: Asked, user: User, guild_id: int | None) -> Guild | None:
    if not asked.adds_bot:
        return None
    if asked.guild_fixed and asked.guild_id is not None:
        guild_id = asked.guild_id
    if guild_id is None:
        raise Refused("Choose a server for the bot.")
    for guild in manageable(play, user):
        if guild.id == guild_id:
            return guild
    raise Refused(f"{user.username} may not add a bot to this server: it takes the permission Manage Server.")
