"""A member's options for a slash command: found, checked as Discord's client does, and put into the payload's form."""

from guildwright.playground.bits import ChannelType, OptionType
from guildwright.playground.control.errors import invalid
from guildwright.playground.control.uploads import Bag
from guildwright.playground.ids import digits
from guildwright.playground.interactions.payload import Resolved
from guildwright.playground.playground import Playground
from guildwright.playground.records import Channel, Command, Json

type Value = str | int | float | bool

_SUBS = {OptionType.SUBCOMMAND, OptionType.SUBCOMMAND_GROUP}
_LONGEST_TEXT = 6000
_LARGEST_INTEGER = (1 << 53) - 1


class Leaf:
    """A command as it is typed: its path, and the options that can be filled in."""

    def __init__(self, command: Command, path: tuple[str, ...], description: str, options: list[Json]) -> None:
        self.command = command
        self.path = path
        self.description = description
        self.options = options

    @property
    def typed(self) -> str:
        """For instance `giveaway start`."""
        return " ".join(self.path)

    def wrap(self, filled: list[Json]) -> list[Json]:
        """The filled options inside their sub-command and group."""
        kinds = [OptionType.SUBCOMMAND_GROUP, OptionType.SUBCOMMAND][-(len(self.path) - 1) :] if self.path[1:] else []
        for kind, name in zip(reversed(kinds), reversed(self.path), strict=False):
            filled = [{"type": int(kind), "name": name, "options": filled}]
        return filled


def leaves(command: Command) -> list[Leaf]:
    """Every way to type the command."""
    return list(_leaves(command, (command.body["name"],), command.body))


def _leaves(command: Command, path: tuple[str, ...], part: Json) -> list[Leaf]:
    options = part.get("options") or []
    nested = [option for option in options if option["type"] in _SUBS]
    if not nested:
        return [Leaf(command, path, part.get("description", ""), options)]
    return [leaf for option in nested for leaf in _leaves(command, (*path, option["name"]), option)]


class Filler:
    """Checks values and resolves the ids among them."""

    def __init__(self, play: Playground, channel: Channel, user_id: int, bag: Bag) -> None:
        self._play = play
        self._channel = channel
        self._user_id = user_id
        self._bag = bag
        self.resolved = Resolved(play, channel)

    def fill(self, leaf: Leaf, values: dict[str, Value], focused: str | None = None) -> list[Json]:
        """The options of the payload. With `focused`, what is missing or half typed is let through."""
        known = {option["name"]: option for option in leaf.options}
        for name in values:
            if name not in known:
                listed = ", ".join(known) or "none"
                raise invalid(f"options.{name}", f"/{leaf.typed} has no option {name!r}; it has: {listed}.")
        filled = []
        for name, option in known.items():
            if name == focused:
                typed = {"type": option["type"], "name": name, "value": str(values.get(name, "")), "focused": True}
                filled.append(typed)
            elif name in values:
                value = self._value(option, values[name])
                filled.append({"type": option["type"], "name": name, "value": value})
            elif option.get("required") and focused is None:
                raise invalid(f"options.{name}", f"/{leaf.typed} needs the option {name!r}.")
        return filled

    def _value(self, option: Json, value: Value) -> Value:
        match option["type"]:
            case OptionType.STRING:
                return _text(option, value)
            case OptionType.INTEGER | OptionType.NUMBER:
                return _number(option, value)
            case OptionType.BOOLEAN:
                if isinstance(value, bool):
                    return value
                raise _wrong(option, "must be true or false")
            case OptionType.ATTACHMENT:
                entry = self._bag.take(value, f"options.{option['name']}")
                self.resolved.attachment(entry)
                return str(entry["id"])
            case _:
                return self._thing(option, value)

    def _thing(self, option: Json, value: Value) -> str:
        found = digits(value)
        if not isinstance(value, str) or found is None:
            raise _wrong(option, "takes an id as a string of digits")
        memory = self._play.memory
        kind = option["type"]
        if kind in {OptionType.USER, OptionType.MENTIONABLE} and found in memory.users:
            self.resolved.user(found)
            return value
        role = memory.roles.get(found)
        if kind in {OptionType.ROLE, OptionType.MENTIONABLE} and role and role.guild_id == self._channel.guild_id:
            self.resolved.role(found)
            return value
        channel = memory.channels.get(found)
        if kind == OptionType.CHANNEL and channel and channel.guild_id == self._channel.guild_id:
            if option.get("channel_types") and channel.type not in option["channel_types"]:
                names = ", ".join(
                    ChannelType(entry).name for entry in option["channel_types"] if entry in list(ChannelType)
                )
                raise _wrong(option, f"takes a channel of the types {names}")
            self.resolved.channel(found, self._user_id)
            return value
        raise _wrong(option, f"names nothing that is here: {value}")


def _wrong(option: Json, what: str) -> Exception:
    return invalid(f"options.{option['name']}", f"The option {option['name']!r} {what}.")


def _text(option: Json, value: Value) -> str:
    if not isinstance(value, str):
        raise _wrong(option, "takes text")
    least, most = option.get("min_length", 0), option.get("max_length", _LONGEST_TEXT)
    if not least <= len(value) <= most:
        raise _wrong(option, f"takes {least} to {most} characters, not {len(value)}")
    return _choice(option, value)


def _number(option: Json, value: Value) -> int | float:
    whole = option["type"] == OptionType.INTEGER
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        raise _wrong(option, "takes a whole number" if whole else "takes a number")
    least, most = option.get("min_value", -_LARGEST_INTEGER), option.get("max_value", _LARGEST_INTEGER)
    if not least <= value <= most:
        raise _wrong(option, f"takes {least} to {most}, not {value}")
    return _choice(option, value)


def _choice[V: (str, int | float)](option: Json, value: V) -> V:
    choices = [choice["value"] for choice in option.get("choices", [])]
    if choices and value not in choices:
        raise _wrong(option, f"takes one of {', '.join(str(choice) for choice in choices)}")
    return value
