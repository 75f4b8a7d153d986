"""The rail of servers: which are shown, how another is made, and how one is found among a thousand."""

import json
from collections.abc import Mapping

from guildwright.playground.control.access import Control
from guildwright.playground.control.errors import invalid
from guildwright.playground.control.generator import Seed, Traffic
from guildwright.playground.control.guild_requests import EditGuild
from guildwright.playground.control.requests import NewGuild
from guildwright.playground.page.desk import WRONG, Answer, Desk
from guildwright.playground.page.forms import Field, number
from guildwright.playground.page.refusal import REFUSALS, refusal
from guildwright.playground.page.seat import Seat
from guildwright.playground.playground import Playground

FOUND = 40


class Rail:
    """Makes and finds servers."""

    def __init__(self, play: Playground, desk: Desk) -> None:
        self._play = play
        self._desk = desk
        self._control = Control(play)

    def ask(self, at: Seat, filled: Mapping[str, str], errors: Mapping[str, str]) -> Answer:
        """The dialog of a new server, as far as it was filled in."""
        fields = [
            Field("guild-name", "name", "Name", required=True, most=100),
            Field(
                "guild-members",
                "members",
                "Members",
                kind="number",
                help="Made up, besides the owner; at most 100,000. Without any there is the owner alone.",
            ),
            Field("guild-chat", "chat", "Let them chat for a minute", kind="box"),
        ]
        shown = [_filled(field, filled, errors) for field in fields]
        html = self._desk.draw.html("new_guild.html", self._desk.look(at), fields=shown, error=errors.get(""))
        return Answer(html, WRONG if errors else 200)

    async def make(self, at: Seat, filled: Mapping[str, str]) -> Answer:
        """Make it, and go there."""
        try:
            guild_id = await self._made(filled.get("name", "").strip(), filled.get("members", "").strip())
            if filled.get("chat"):
                self._control.generators.start(Traffic(rate=2, seed=guild_id >> 22, guild_ids=[str(guild_id)]))
        except REFUSALS as refused:
            found = refusal(refused)
            known = found.field in {"name", "members"}
            return self.ask(at, filled, {(found.field or "") if known else "": found.message})
        place = {"path": f"/?guild={guild_id}", "target": "#app", "select": "#app", "swap": "outerHTML"}
        return Answer(event="acted", goto=json.dumps(place))

    async def _made(self, name: str, members: str) -> int:
        if not name:
            raise invalid("name", "This is needed.")
        if not members:
            return int(self._control.guilds.create_guild(NewGuild(name=name)).id)
        count = number(members)
        if count is None:
            raise invalid("members", f"{members!r} is not a number.")
        seeds = len(self._play.memory.guilds)
        (guild_id,) = (await self._control.generators.seed(Seed(guilds=1, members=count, seed=seeds))).guild_ids
        owner = str(self._play.memory.guilds[int(guild_id)].owner_id)
        self._control.house.edit_guild(guild_id, EditGuild(user_id=owner, name=name))
        return int(guild_id)

    def find(self, at: Seat, called: str, template: str) -> Answer:
        """The servers of a name, or all as far as there is room."""
        view = self._desk.look(at)
        words = called.strip().casefold()
        found = [guild for guild in view.guilds if words in guild.name.casefold()]
        return Answer(self._desk.draw.html(template, view, found=found[:FOUND], more=max(0, len(found) - FOUND)))


def _filled(field: Field, filled: Mapping[str, str], errors: Mapping[str, str]) -> Field:
    return Field(
        field.id,
        field.name,
        field.label,
        kind=field.kind,
        help=field.help,
        required=field.required,
        most=field.most,
        value=filled.get(field.name, ""),
        error=errors.get(field.name),
    )
