"""Many guilds with many members at once, for scale: each a channel list, a few roles, and people of its own."""

import asyncio
import itertools
from datetime import datetime, timedelta

import msgspec

from guildwright.playground.bits import EVERYONE_DEFAULT, ChannelType
from guildwright.playground.gateway.arrival import guild_arrives
from guildwright.playground.generator import words
from guildwright.playground.generator.chance import Chance
from guildwright.playground.playground import Playground
from guildwright.playground.records import Channel, Guild, Member, Role, User
from guildwright.playground.seed import BOT_PERMISSIONS, MODERATOR_PERMISSIONS
from guildwright.playground.store import Change

MOST_MEMBERS = 1_000_000
# A prime number of milliseconds: whatever the number of shards, each gets its part of the guilds.
_APART = timedelta(milliseconds=1_000_003)
_PLAN = (
    ("general", ChannelType.GUILD_TEXT),
    ("bot-commands", ChannelType.GUILD_TEXT),
    ("Voice", ChannelType.GUILD_VOICE),
)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How large the world is to be. `members` are those of each guild, without the bot."""

    guilds: int
    members: int
    seed: int = 1


class Names:
    """What everything is called: by the seed and the place in it, so that two fresh worlds can be compared."""

    def __init__(self, play: Playground, seed: int) -> None:
        self._chance = Chance(seed)
        self._taken = {user.username for user in play.memory.users.values()}

    def place(self, number: int) -> str:
        """A guild's name."""
        return words.place(self._chance, number)

    def person(self, number: int) -> tuple[str, str]:
        """A username and a name to show; who was seeded earlier keeps the plain username."""
        plain, name = words.person(self._chance, number)
        free = itertools.chain([plain], (f"{plain}.{again}" for again in itertools.count(2)))
        username = next(one for one in free if one not in self._taken)
        self._taken.add(username)
        return username, name


async def populate(play: Playground, plan: Plan) -> list[int]:
    """Make the guilds; returns their ids. Others are served in between."""
    names = Names(play, plan.seed)
    start = play.clock.now() - timedelta(days=200)
    made = []
    for number in range(plan.guilds):
        with play.store.change() as change:
            made.append(_guild(play, change, names, start + number * _APART, (number, plan.members)))
        await asyncio.sleep(0)
    return made


def _guild(play: Playground, change: Change, names: Names, moment: datetime, size: tuple[int, int]) -> int:
    """One guild. Its id is of a moment of its own: which shard it belongs to depends on that."""
    number, people = size
    ids, own = play.ids, play.application.id
    guild_id = ids.past(moment, play.memory.guilds)
    roles = _roles(play, guild_id)
    joined = moment.isoformat()
    users = [_user(play, names, number * people + place) for place in range(people)]
    for user in users:
        change.put(user)
        change.put(Member(guild_id=guild_id, user_id=user.id, joined_at=joined))
    guild = Guild(id=guild_id, name=names.place(number), owner_id=users[0].id)
    channels = [
        Channel(id=ids.next(), type=kind, guild_id=guild_id, name=name, position=position)
        for position, (name, kind) in enumerate(_PLAN)
    ]
    member = Member(guild_id=guild_id, user_id=own, joined_at=joined, roles=(roles[-1].id,))
    for record in (guild, *roles, *channels, member):
        change.put(record)

    def announce() -> None:
        play.hub.dispatch(guild_arrives(play, guild))
        play.feed.publish("guild", {"guild_id": str(guild_id), "bot_present": True})

    change.announce(announce)
    return guild_id


def _roles(play: Playground, guild_id: int) -> list[Role]:
    """Of everyone, of the moderators, of the bot."""
    ids = play.ids
    everyone = Role(id=guild_id, guild_id=guild_id, name="@everyone", permissions=int(EVERYONE_DEFAULT), position=0)
    staff = Role(id=ids.next(), guild_id=guild_id, name="Moderator", permissions=int(MODERATOR_PERMISSIONS), position=1)
    own = Role(
        id=ids.next(),
        guild_id=guild_id,
        name=play.application.name,
        permissions=int(BOT_PERMISSIONS),
        position=2,
        bot_id=play.application.id,
    )
    return [everyone, staff, own]


def _user(play: Playground, names: Names, number: int) -> User:
    username, name = names.person(number)
    return User(id=play.ids.next(), username=username, global_name=name)
