"""Who is there: the members one can act as, bots, and those who left and may come back."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from guildwright.playground.ids import made_at
from guildwright.playground.page import seat as seats
from guildwright.playground.page.names import GuildNames, name_of
from guildwright.playground.page.seat import Seat
from guildwright.playground.playground import Playground
from guildwright.playground.records import Member, User

MEMBERS_SHOWN = 40
_NEW = timedelta(days=7)
_REJOINED = 1
_STATUSES = {"online": "online", "idle": "idle", "dnd": "do not disturb", "offline": "offline"}


@dataclass(frozen=True)
class Person:
    """Somebody in the list. `about` is their roles and what else tells them apart, `status` whether they are there."""

    id: str
    name: str
    about: str = ""
    status: str = "offline"
    said: str = "offline"
    bot: bool = False


class Company:
    """As one seat sees it."""

    def __init__(self, play: Playground, at: Seat, names: GuildNames) -> None:
        self._play = play
        self._at = at
        self._names = names

    def own(self) -> Person:
        """Whom one acts as."""
        member = self._play.memory.member(self._at.guild.id, self._at.user.id)
        return self._person(member, self._at.user) if member else Person(str(self._at.user.id), name_of(self._at.user))

    def people(self, query: str = "") -> list[Person]:
        """Everybody one can act as whose name or role fits; the first of them where there are many."""
        pairs = seats.people(self._play, self._at.guild)
        if not query:
            return [self._person(member, user) for member, user in self._first(pairs)]
        found = (self._person(member, user) for member, user in pairs)
        wanted = query.casefold()
        fits = (one for one in found if wanted in one.name.casefold() or wanted in one.about.casefold())
        return [one for one, _ in zip(fits, range(MEMBERS_SHOWN), strict=False)]

    def _first(self, pairs: list[tuple[Member, User]]) -> list[tuple[Member, User]]:
        own = [pair for pair in pairs[MEMBERS_SHOWN:] if pair[1].id == self._at.user.id]
        return [*pairs[: MEMBERS_SHOWN - len(own)], *own]

    def count(self) -> int:
        """How many one can act as."""
        return len(seats.people(self._play, self._at.guild))

    def bots(self) -> list[Person]:
        """The bots of the server."""
        members = self._play.memory.members.get(self._at.guild.id, {}).values()
        pairs = ((member, self._play.memory.users[member.user_id]) for member in members)
        return [self._person(member, user) for member, user in pairs if user.bot]

    def left(self) -> list[Person]:
        """Who was here once and may come back, the last to leave first."""
        gone = reversed(self._play.memory.departed.get(self._at.guild.id, {}).values())
        users = (self._play.memory.users.get(one.user_id) for one in gone)
        shown = [Person(str(user.id), name_of(user), self._why(user)) for user in users if user and not user.bot]
        return shown[:MEMBERS_SHOWN]

    def _why(self, user: User) -> str:
        return "Banned" if user.id in self._play.memory.bans.get(self._at.guild.id, {}) else "Left"

    def _person(self, member: Member, user: User) -> Person:
        status = self._status(user)
        name = self._names.user(str(user.id)) or user.username
        return Person(str(user.id), name, self._about(member, user), status, _STATUSES[status], user.bot)

    def _status(self, user: User) -> str:
        if user.id == self._play.bot.id:
            connected = any(session.wire is not None for session in self._play.hub.sessions.values())
            return "online" if connected else "offline"
        presence = self._play.memory.presences.get(user.id)
        return presence.status if presence and presence.status in _STATUSES else "offline"

    def _about(self, member: Member, user: User) -> str:
        words = ["Owner"] if user.id == self._at.guild.owner_id else []
        words += [role.name for role in seats.roles(self._play, self._at.guild, member)]
        now = self._play.clock.now()
        if member.flags & _REJOINED:
            words.append("Rejoined")
        elif now - made_at(user.id) < _NEW:
            words.append("New account")
        elif now - datetime.fromisoformat(member.joined_at) < _NEW:
            words.append("New member")
        if self._play.permissions.timed_out(member):
            words.append("Timed out")
        return ", ".join(words) or "Member"
