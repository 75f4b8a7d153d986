"""Who may run a command where: what a server decided for it, for all commands, and the command's own default."""

from collections.abc import Iterable

import msgspec

from guildwright.playground import audit
from guildwright.playground.bits import AuditAction, Permission
from guildwright.playground.gateway.session import Dispatch
from guildwright.playground.playground import Playground
from guildwright.playground.records import Channel, Command, CommandPermissions, Json, Member
from guildwright.playground.store import Change

ROLE, USER, CHANNEL = 1, 2, 3


class _Rules:
    """The entries for one command, or for the application."""

    def __init__(self, record: CommandPermissions | None) -> None:
        entries = record.permissions if record else ()
        self._by = {(entry["type"], int(entry["id"])): bool(entry["permission"]) for entry in entries}

    def for_channel(self, channel: Channel) -> bool | None:
        """A channel's own entry, that of a thread's parent, or that of all channels (the guild's id less one)."""
        places = [channel.id, *([channel.parent_id] if channel.thread and channel.parent_id else [])]
        return self._first(CHANNEL, [*places, (channel.guild_id or 0) - 1])

    def for_member(self, member: Member) -> bool | None:
        """The user's own entry; else one role that may is enough; else @everyone's."""
        own = self._first(USER, [member.user_id])
        if own is not None:
            return own
        held = [self._by[ROLE, role] for role in member.roles if (ROLE, role) in self._by]
        return any(held) if held else self._first(ROLE, [member.guild_id])

    def _first(self, kind: int, ids: Iterable[int]) -> bool | None:
        return next((self._by[kind, number] for number in ids if (kind, number) in self._by), None)


def refusal(play: Playground, command: Command, channel: Channel, user_id: int) -> str | None:
    """Why Discord would not let the member run the command here; None when it would."""
    member = play.memory.member(channel.guild_id or 0, user_id)
    if channel.guild_id is None or member is None:
        return None
    held = play.permissions.in_channel(channel, user_id)
    if not held & Permission.USE_APPLICATION_COMMANDS:
        return "This member may not use commands in this channel."
    if command.body.get("nsfw") and not channel.nsfw:
        return "This command is for age-restricted channels."
    if held & Permission.ADMINISTRATOR:
        return None
    kept = play.memory.command_permissions.get(channel.guild_id, {})
    own, all_of_them = _Rules(kept.get(command.id)), _Rules(kept.get(play.application.id))
    here = own.for_channel(channel)
    if (all_of_them.for_channel(channel) if here is None else here) is False:
        return "The server has switched this command off in this channel."
    return _refused_to(member, own, all_of_them, _lacking(command, held))


def _refused_to(member: Member, own: _Rules, all_of_them: _Rules, lacking: str | None) -> str | None:
    """What was decided for the command stands above its default; what was decided for all stands beside it."""
    decided = own.for_member(member)
    if decided is not None:
        return None if decided else "The server does not let this member use this command."
    if all_of_them.for_member(member) is False:
        return "The server does not let this member use the bot's commands."
    return lacking


def _lacking(command: Command, held: Permission) -> str | None:
    needed = command.body.get("default_member_permissions")
    if needed is None:
        return None
    if needed == "0":
        return "This command is for administrators."
    missing = int(needed) & ~int(held)
    names = ", ".join(str(flag.name) for flag in Permission if flag & missing)
    return f"This command needs {names or missing}." if missing else None


def rendered(play: Playground, record: CommandPermissions) -> Json:
    """A guild application command permissions object."""
    return {
        "id": str(record.command_id),
        "application_id": str(play.application.id),
        "guild_id": str(record.guild_id),
        "permissions": list(record.permissions),
    }


def replace(play: Playground, record: CommandPermissions, actor: int, reason: str | None = None) -> None:
    """Keep a server's decision in place of the earlier one; told to the bot and noted in the audit log."""
    before = play.memory.command_permissions.get(record.guild_id, {}).get(record.command_id)
    data = rendered(play, record)
    told = Dispatch(name="APPLICATION_COMMAND_PERMISSIONS_UPDATE", data=lambda _: data, guild_id=record.guild_id)

    def tell() -> None:
        play.hub.dispatch(told)

    with play.store.change() as change:
        if record.permissions:
            change.put(record)
        elif before:
            change.drop(before)
        change.announce(tell)
        audit.note(
            play,
            change,
            record.guild_id,
            AuditAction.APPLICATION_COMMAND_PERMISSION_UPDATE,
            actor=actor,
            target=record.command_id,
            reason=reason,
            changes=_changes(before.permissions if before else (), record.permissions),
            options={"application_id": str(play.application.id)},
        )


def _changes(before: Iterable[Json], after: Iterable[Json]) -> list[Json]:
    """As Discord lists them: keyed by the id that was decided about."""
    old, new = ({entry["id"]: entry for entry in entries} for entries in (before, after))
    return audit.differences(old, new)


def forget(play: Playground, change: Change, command: Command) -> None:
    """A command goes, with what servers decided for it."""
    for kept in play.memory.command_permissions.values():
        if command.id in kept:
            change.drop(kept[command.id])


def as_kept(guild_id: int, command_id: int, entries: Iterable[Json]) -> CommandPermissions:
    """A record of checked entries."""
    return msgspec.convert(
        {"guild_id": guild_id, "command_id": command_id, "permissions": list(entries)}, CommandPermissions
    )
