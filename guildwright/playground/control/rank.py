"""Whether somebody may run a guild: permissions, and standing above what is touched; refused in plain words."""

from guildwright.playground.bits import Permission
from guildwright.playground.control.errors import forbidden
from guildwright.playground.control.lookup import Lookup, lacking
from guildwright.playground.playground import Playground
from guildwright.playground.records import Guild, Member, Role, User


class Rank:
    """Asks on behalf of an acting person."""

    def __init__(self, play: Playground) -> None:
        self._play = play
        self._find = Lookup(play)

    def acting(self, guild: Guild, user_id: str, needed: Permission) -> User:
        """The acting person, who holds the permissions in the guild."""
        user = self._find.person(user_id)
        self._find.member(guild, user_id)
        held = self._play.permissions.in_guild(guild.id, user.id)
        if needed & ~held:
            raise forbidden(lacking(user, needed & ~held, "in this guild"), "user_id")
        return user

    def above_member(self, user: User, target: Member) -> None:
        """Refuse unless the person stands above the member."""
        if not self._play.permissions.outranks_member(target.guild_id, user.id, target.user_id):
            other = self._play.memory.users[target.user_id]
            raise forbidden(f"{user.username} does not stand above {other.username}.", "target_id")

    def above_role(self, user: User, role: Role) -> None:
        """Refuse unless the person stands above the role."""
        if not self._play.permissions.outranks_role(role.guild_id, user.id, role):
            raise forbidden(f"{user.username} does not stand above the role {role.name}.", "role_id")
