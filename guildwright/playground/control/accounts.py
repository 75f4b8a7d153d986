"""What people decide about their own accounts, and what the application's owner sets for signing in."""

from urllib.parse import parse_qsl, urlsplit

import msgspec

from guildwright.playground import command_access
from guildwright.playground.bits import Permission
from guildwright.playground.bodies import command_permissions
from guildwright.playground.control import account_requests as requests
from guildwright.playground.control import models, show
from guildwright.playground.control.errors import forbidden, invalid, snowflake, unknown
from guildwright.playground.control.lookup import Lookup
from guildwright.playground.oauth import asked as links
from guildwright.playground.oauth import consent
from guildwright.playground.playground import Playground

_MOST_REDIRECTS = 100


class Accounts:
    """One for the whole playground."""

    def __init__(self, play: Playground) -> None:
        self._play = play
        self._find = Lookup(play)

    def switch_dms(self, user_id: str, body: requests.PrivateMessages) -> models.UserView:
        """Close or open somebody's private messages; what is written already stays."""
        user = msgspec.structs.replace(self._find.person(user_id), closed=body.closed)
        with self._play.store.change() as change:
            change.put(user)
        return show.user(user)

    def register_redirects(self, body: requests.Redirects) -> models.BotView:
        """Where people may be sent."""
        if len(body.redirect_uris) > _MOST_REDIRECTS:
            raise invalid("redirect_uris", f"At most {_MOST_REDIRECTS} can be registered.")
        for index, address in enumerate(body.redirect_uris):
            _check_address(address, f"redirect_uris.{index}")
        application = msgspec.structs.replace(self._play.application, redirect_uris=tuple(body.redirect_uris))
        with self._play.store.change() as change:
            change.put(application)
        return show.bot(self._play)

    def authorise(self, body: requests.Authorise) -> models.AuthorizationView:
        """A person answers an authorisation link."""
        user = self._find.person(body.user_id)
        guild = self._find.guild(body.guild_id) if body.guild_id else None
        try:
            asked = links.read(self._play.application, dict(parse_qsl(urlsplit(body.url).query)))
        except links.Unanswerable as wrong:
            raise invalid("url", str(wrong)) from None
        fault = asked.fault or (None if body.approve else "access_denied")
        if fault:
            location = consent.fault(asked, fault) if asked.redirect_uri else None
            return models.AuthorizationView(location=location)
        wished = guild.id if guild else asked.guild_id
        try:
            return models.AuthorizationView(location=consent.approve(self._play, asked, user, wished))
        except consent.Refused as refusal:
            raise forbidden(str(refusal), "guild_id") from None

    def decide_command(
        self, guild_id: str, command_id: str, body: requests.CommandDecision
    ) -> models.CommandDecisionView:
        """A member who manages the guild decides who may use a command."""
        play = self._play
        guild, number = self._find.guild(guild_id), snowflake(command_id, "command_id")
        member = self._find.member(guild, body.user_id)
        needed = Permission.MANAGE_GUILD | Permission.MANAGE_ROLES
        if needed & ~play.permissions.in_guild(guild.id, member.user_id):
            raise forbidden("This member manages neither the guild nor its roles, or only one of both.", "user_id")
        command = play.memory.commands.get(number)
        if number != play.application.id and (command is None or command.guild_id not in {None, guild.id}):
            raise unknown("command", command_id, "command_id")
        raw = {"permissions": [msgspec.to_builtins(entry) for entry in body.permissions]}
        record = command_access.as_kept(guild.id, number, command_permissions.read(raw, play.memory, guild.id))
        command_access.replace(play, record, member.user_id)
        return msgspec.convert(command_access.rendered(play, record), models.CommandDecisionView)


def _check_address(address: str, field: str) -> None:
    try:
        parts = urlsplit(address)
    except ValueError:
        raise invalid(field, f"{address[:100]!r} is no address.") from None
    if not parts.scheme or not (parts.netloc or parts.path) or parts.fragment:
        raise invalid(
            field, f"{address[:100]!r} has to be a whole address without a fragment, for instance https://a.b/c."
        )
