"""What pickers of members, roles and channels offer for what was typed so far."""

from collections.abc import Iterator
from itertools import islice

from guildwright.playground.page import seat as seats
from guildwright.playground.page.names import GuildNames
from guildwright.playground.page.seat import Seat
from guildwright.playground.playground import Playground

MOST = 25
_CATEGORY = 4

type Choice = dict[str, str]


def offered(play: Playground, at: Seat, kinds: list[str], types: frozenset[int], query: str) -> list[Choice]:
    """The first that fit, those whose name begins so before those that only contain it."""
    wanted = query.strip().removeprefix("@").removeprefix("#").casefold()
    sources = {"users": _users(play, at), "roles": _roles(play, at), "channels": _channels(play, at, types)}
    found = [choice for kind in kinds if kind in sources for choice in sources[kind] if wanted in _name(choice)]
    ordered = sorted(found, key=lambda choice: not _name(choice).startswith(wanted))
    return list(islice(ordered, MOST))


def _name(choice: Choice) -> str:
    return choice["label"][1:].casefold()


def _users(play: Playground, at: Seat) -> Iterator[Choice]:
    names = GuildNames(play, at.guild.id)
    people = list(play.memory.members.get(at.guild.id, {}))
    if at.channel.recipient_id:
        people = [at.channel.recipient_id, play.bot.id]
    for user_id in people:
        yield {"value": str(user_id), "label": "@" + (names.user(str(user_id)) or "?"), "about": ""}


def _roles(play: Playground, at: Seat) -> Iterator[Choice]:
    if at.channel.guild_id is None:
        return
    for role in reversed(play.memory.guild_roles(at.guild.id)):
        yield {"value": str(role.id), "label": "@" + role.name.removeprefix("@"), "about": "role"}


def _channels(play: Playground, at: Seat, types: frozenset[int]) -> Iterator[Choice]:
    if at.channel.guild_id is None:
        return
    for channel in (*play.memory.guild_channels(at.guild.id), *play.memory.guild_threads(at.guild.id)):
        if seats.sees(play, channel, at.user) and (not types or channel.type in types):
            about = "category" if channel.type == _CATEGORY else ""
            yield {"value": str(channel.id), "label": f"#{channel.name}", "about": about}
