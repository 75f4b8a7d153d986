"""The commands that a member finds in a channel, and why one may be out of reach."""

from collections.abc import Sequence

import msgspec

from guildwright.playground.bits import OptionType
from guildwright.playground.command_access import refusal
from guildwright.playground.control import models
from guildwright.playground.control.errors import ControlError
from guildwright.playground.control.options import Leaf, leaves
from guildwright.playground.playground import Playground
from guildwright.playground.records import Channel, Command, Json

SLASH, USER, MESSAGE = 1, 2, 3
SLASH_ONLY: tuple[models.CommandKind, ...] = ("slash",)
_KINDS: dict[int, models.CommandKind] = {SLASH: "slash", USER: "user", MESSAGE: "message"}
_GUILD_CONTEXT, _BOT_DM_CONTEXT = 0, 1
_GUILD_INSTALL = 0


class Entry:
    """A command as it is typed, and the reason why this member may not (None: may)."""

    def __init__(self, leaf: Leaf, reason: str | None) -> None:
        self.leaf = leaf
        self.reason = reason

    @property
    def kind(self) -> models.CommandKind:
        """Typed, or chosen from the menu of a user or a message."""
        return _KINDS[self.leaf.command.body["type"]]


def entries(play: Playground, channel: Channel, user_id: int) -> list[Entry]:
    """Everything registered for this place: a guild's own command hides a global one of its name."""
    here = play.memory.scoped_commands(channel.guild_id) if channel.guild_id else []
    own = {(command.body["name"], command.body["type"]) for command in here}
    everywhere = [c for c in play.memory.scoped_commands(None) if (c.body["name"], c.body["type"]) not in own]
    found = [command for command in [*here, *everywhere] if _belongs(command, channel)]
    ordered = sorted(found, key=lambda command: command.body["name"])
    return [Entry(leaf, refusal(play, command, channel, user_id)) for command in ordered for leaf in leaves(command)]


def find(
    play: Playground, channel: Channel, user_id: int, typed: str, kinds: Sequence[models.CommandKind] = SLASH_ONLY
) -> Entry:
    """The entry for a command by its name, among those of the kinds; an earlier kind wins."""
    wanted = " ".join(typed.removeprefix("/").split())
    known = [entry for entry in entries(play, channel, user_id) if entry.kind in kinds]
    for entry in sorted(known, key=lambda entry: kinds.index(entry.kind)):
        if " ".join(entry.leaf.typed.split()) == wanted:
            return entry
    listed = ", ".join(entry.leaf.typed for entry in known) or "none"
    raise ControlError(404, "unknown_command", f"There is no command {wanted!r} here; there are: {listed}.", "command")


def _belongs(command: Command, channel: Channel) -> bool:
    """Whether the command is for such places; people cannot install the application for themselves here."""
    contexts = command.body.get("contexts")
    if _GUILD_INSTALL not in command.body.get("integration_types", [_GUILD_INSTALL]):
        return False
    if channel.guild_id:
        return contexts is None or _GUILD_CONTEXT in contexts
    if command.guild_id:
        return False
    return bool(command.body.get("dm_permission", True)) if contexts is None else _BOT_DM_CONTEXT in contexts


def shown(entry: Entry) -> models.CommandView:
    """For the control API."""
    command = entry.leaf.command
    return models.CommandView(
        id=str(command.id),
        command=entry.leaf.typed,
        kind=entry.kind,
        description=entry.leaf.description,
        options=[_option(option) for option in entry.leaf.options],
        allowed=entry.reason is None,
        reason=entry.reason,
        default_member_permissions=command.body.get("default_member_permissions"),
        guild_id=str(command.guild_id) if command.guild_id else None,
    )


def _option(option: Json) -> models.OptionView:
    extra = {name: option[name] for name in models.OptionView.__struct_fields__ if name in option}
    choices = [{"name": choice["name"], "value": choice["value"]} for choice in option.get("choices", [])]
    kind = OptionType(option["type"]).name.lower()
    return msgspec.convert(extra | {"type": kind, "choices": choices}, models.OptionView)
