"""What the templates draw: the state of the playground as one seat sees it, in plain values."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from guildwright.platform.markup.messages import Reading
from guildwright.playground import pins, render_message
from guildwright.playground.control.models import CommandView
from guildwright.playground.page import seat as seats
from guildwright.playground.page.company import Company, Person
from guildwright.playground.page.history import History, Stretch
from guildwright.playground.page.names import GuildNames
from guildwright.playground.page.places import Place, Places
from guildwright.playground.page.seat import Seat
from guildwright.playground.page.seen import Seen
from guildwright.playground.page.story import LARGEST, Group, story, with_cause
from guildwright.playground.page.trace import Tracer
from guildwright.playground.playground import Playground
from guildwright.playground.records import Json, Message

_NEW = timedelta(days=7)
_ON_THE_RAIL = 20


@dataclass(frozen=True)
class Row:
    """A guild in the list."""

    id: str
    name: str


@dataclass(frozen=True)
class Bot:
    """How the bot stands to this guild."""

    name: str
    invited: bool
    connected: bool


@dataclass(frozen=True)
class RoleRow:
    """A role in the settings. `mine`: the member may change it, `goes`: and delete it."""

    id: str
    name: str
    color: int
    about: str
    mine: bool
    goes: bool


class View:
    """Everything a template may ask for; each part is worked out when first asked for."""

    def __init__(self, play: Playground, at: Seat, seen: Seen, commands: list[CommandView] | None = None) -> None:
        self._play = play
        self._seen = seen
        self.at = at
        self.commands = commands or []
        self.names = GuildNames(play, at.guild.id)

    @cached_property
    def guild(self) -> Row:
        """The guild."""
        now = self._play.memory.guilds.get(self.at.guild.id, self.at.guild)
        return Row(str(now.id), now.name)

    @cached_property
    def guilds(self) -> list[Row]:
        """Every guild of the playground."""
        return [Row(str(guild.id), guild.name) for guild in self._play.memory.guilds.values()]

    @cached_property
    def places(self) -> Places:
        """Where one can go."""
        return Places(self._play, self.at, self._seen, self.names)

    @cached_property
    def company(self) -> Company:
        """Who is there."""
        return Company(self._play, self.at, self.names)

    @cached_property
    def rail(self) -> list[Row]:
        """The servers at the edge: the first ones, and in any case the one that is open."""
        first = self.guilds[:_ON_THE_RAIL]
        return first if self.guild in first else [self.guild, *first[1:]]

    @cached_property
    def channel(self) -> Place:
        """The channel that is open."""
        return self.places.here()

    @cached_property
    def channels(self) -> list[Place]:
        """The channels and threads that the member sees."""
        return self.places.listed()

    @cached_property
    def member(self) -> Person:
        """The member one acts as."""
        return self.company.own()

    @cached_property
    def members(self) -> list[Person]:
        """Those one can act as, the first of them where there are many."""
        return self.company.people()

    @cached_property
    def history(self) -> History:
        """The channel as the member sees it."""
        held = self._play.memory.messages.get(self.at.channel.id, {})
        return History(held, lambda message: seats.visible_to(message, self.at.user))

    @cached_property
    def stretch(self) -> Stretch:
        """The messages that are drawn: the newest, unless `turned_to` others."""
        return self.history.newest()

    def turned_to(self, stretch: Stretch) -> "View":
        """The same view of other messages."""
        self.stretch = stretch
        return self

    @property
    def records(self) -> list[Message]:
        """The drawn messages, oldest first."""
        return self.stretch.messages

    @cached_property
    def messages(self) -> list[Json]:
        """The same as Discord's JSON."""
        return [self.body(message) for message in self.records]

    def body(self, message: Message) -> Json:
        """A message as Discord's JSON, its reactions as the member sees them: with who, and whether they did."""
        body = render_message.message(self._play.memory, message)
        for shown, entry in zip(body.get("reactions", ()), message.reactions, strict=True):
            shown |= {"me": self.at.user.id in entry.users, "users": [str(user_id) for user_id in entry.users]}
        return body

    def above(self, message: Message) -> Json | None:
        """The message above, which the member sees."""
        newest_first = reversed(self._play.memory.messages.get(message.channel_id, {}).values())
        earlier = (one for one in newest_first if one.id < message.id and seats.visible_to(one, self.at.user))
        found = next(earlier, None)
        return self.body(found) if found else None

    def below(self, message_id: int) -> Message | None:
        """The message below, if it is among the newest."""
        return next((record for record in self.records if record.id > message_id), None)

    @cached_property
    def digest(self) -> str:
        """Differs as soon as the shown messages differ."""
        parts = [
            f"{record.id}:{record.edited_at}:{record.flags}:{len(record.components)}:{record.reactions}"
            for record in self.records
        ]
        return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]

    @cached_property
    def reading(self) -> Reading:
        """Through whose eyes messages are drawn."""
        member = self._play.memory.member(self.at.guild.id, self.at.user.id)
        held = frozenset(str(role_id) for role_id in member.roles) if member else frozenset()
        return Reading(self.names, self._play.clock.now(), str(self.at.user.id), held, self._play.memory.origin)

    @cached_property
    def actions(self) -> dict[str, Any]:
        """Where components are sent, and where pickers ask what there is to choose from."""
        addresses = {"post": "/page/components", "dismiss": "/page/private", "act": "/page/acts"}
        return {**addresses, "story": True, "choose": "/page/choices"}

    def pins(self, channel_id: str) -> list[Json]:
        """A channel's pinned messages, last pinned first."""
        channel = self._play.memory.channels.get(int(channel_id))
        seen = channel is not None and seats.sees(self._play, channel, self.at.user)
        return [self.body(message) for message in pins.pinned(self._play, channel)] if channel and seen else []

    @cached_property
    def roles(self) -> list[RoleRow]:
        """The server's roles, highest first."""
        memory, guild_id = self._play.memory, self.at.guild.id
        members = memory.members[guild_id].values()
        rows = []
        for role in reversed(memory.guild_roles(guild_id)):
            everyone = role.id == guild_id
            held = len(members) if everyone else sum(role.id in member.roles for member in members)
            mine = self._play.permissions.outranks_role(guild_id, self.at.user.id, role)
            about = f"{held} {'member' if held == 1 else 'members'}"
            goes = mine and not everyone and role.bot_id is None
            rows.append(RoleRow(str(role.id), role.name, role.color, about, mine=mine, goes=goes))
        return rows

    @cached_property
    def may_write(self) -> bool:
        """Whether the member may write here."""
        return seats.may_write(self._play, self.at)

    @cached_property
    def bot(self) -> Bot:
        """How the bot stands to this guild."""
        bot = self._play.bot
        invited = self._play.memory.member(self.at.guild.id, bot.id) is not None
        connected = any(session.wire is not None for session in self._play.hub.sessions.values())
        return Bot(bot.username, invited, connected)

    @cached_property
    def story(self) -> list[Group]:
        """What the bot did, newest first."""
        told = story(self._play.recorder.after(0, LARGEST), self.names, Tracer(self._play, self.names).owner)
        return [with_cause(group) for group in told]
