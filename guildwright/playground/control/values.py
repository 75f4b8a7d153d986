"""What a member chose, checked as Discord's client does, in the payload's form."""

from guildwright.playground import render_message
from guildwright.playground.bits import ComponentType as Kind
from guildwright.playground.control.errors import invalid, snowflake
from guildwright.playground.control.lookup import Lookup
from guildwright.playground.interactions.payload import Resolved
from guildwright.playground.playground import Playground
from guildwright.playground.records import Channel, Json, User

_USER_COMMAND = 2
_SELECTS = {Kind.STRING_SELECT, Kind.USER_SELECT, Kind.ROLE_SELECT, Kind.MENTIONABLE_SELECT, Kind.CHANNEL_SELECT}


class Chooser:
    """Checks the values of selects and resolves the ids among them."""

    def __init__(self, play: Playground, channel: Channel, user_id: int) -> None:
        self._play = play
        self._channel = channel
        self._user_id = user_id
        self.resolved = Resolved(play, channel)

    def choose(self, component: Json, values: list[str], field: str) -> list[str]:
        """The values, if the select offers them and takes so many."""
        self.check_number(component, len(values), field)
        if len(set(values)) != len(values):
            raise invalid(field, "A value is named twice.")
        for value in values:
            if "options" in component:
                check_offered(component, value, field)
            else:
                self._resolve(Kind(component["type"]), component, value, field)
        return values

    def check_number(self, component: Json, number: int, field: str) -> None:
        """Refuse too few or too many."""
        least, most = component["min_values"], component["max_values"]
        if not least <= number <= most:
            raise invalid(field, f"This takes {least} to {most} values, not {number}.")

    def _resolve(self, kind: Kind, component: Json, text: str, field: str) -> None:
        memory = self._play.memory
        found = snowflake(text, field)
        guild_id = self._channel.guild_id
        role, channel = memory.roles.get(found), memory.channels.get(found)
        if kind in {Kind.USER_SELECT, Kind.MENTIONABLE_SELECT} and self._offers_user(found):
            self.resolved.user(found)
        elif kind in {Kind.ROLE_SELECT, Kind.MENTIONABLE_SELECT} and role and role.guild_id == guild_id:
            self.resolved.role(found)
        elif kind == Kind.CHANNEL_SELECT and channel and channel.guild_id == guild_id:
            if component.get("channel_types") and channel.type not in component["channel_types"]:
                raise invalid(field, f"The channel {channel.name} has the wrong type.")
            self.resolved.channel(found, self._user_id)
        else:
            raise invalid(field, f"{text} names nothing that can be chosen here.")

    def _offers_user(self, user_id: int) -> bool:
        """Discord's client offers the members of the guild, or the two who talk in private."""
        if self._channel.guild_id is None:
            return user_id in {self._channel.recipient_id, self._play.application.id}
        return self._play.memory.member(self._channel.guild_id, user_id) is not None


def check_offered(component: Json, value: str, field: str) -> None:
    """Refuse a value that is no option."""
    offered = [option["value"] for option in component["options"]]
    if value not in offered:
        raise invalid(field, f"{value!r} is not offered; offered are: {', '.join(offered)}.")


def preset(component: Json) -> list[str]:
    """What a select shows as chosen before anybody touches it."""
    marked = [option["value"] for option in component.get("options", ()) if option.get("default")]
    return marked or [entry["id"] for entry in component.get("default_values", ())]


def chosen(play: Playground, channel: Channel, user_id: int, component: Json, values: list[str] | None) -> Json:
    """The data of a component interaction."""
    data: Json = {"custom_id": component["custom_id"], "component_type": component["type"], "id": component["id"]}
    if component["type"] not in _SELECTS:
        if values:
            raise invalid("values", "A button takes no values.")
        return data
    chooser = Chooser(play, channel, user_id)
    data["values"] = chooser.choose(component, preset(component) if values is None else values, "values")
    if component["type"] != Kind.STRING_SELECT:
        data["resolved"] = chooser.resolved.as_json().get("resolved", {})
    return data


def target(play: Playground, channel: Channel, user: User, kind: int, target_id: str) -> Json:
    """The data of a context menu command."""
    find = Lookup(play)
    if kind == _USER_COMMAND:
        resolved = Resolved(play, channel)
        resolved.user(find.user(target_id, "target_id").id)
        return {"target_id": target_id} | resolved.as_json()
    message = find.seen_message(user, target_id, "target_id")
    if message.channel_id != channel.id or message.private_to is not None:
        raise invalid("target_id", "A message command takes a public message of the channel where it is run.")
    shown = render_message.message(play.memory, message)
    return {"target_id": target_id, "resolved": {"messages": {target_id: shown}}}
