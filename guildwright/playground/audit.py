"""The audit log: every moderation action with its actor, its target and its reason, told to who may read it."""

from collections.abc import Iterable, Sequence

from guildwright.playground.bits import AuditAction, Intent, Permission
from guildwright.playground.gateway.session import Dispatch
from guildwright.playground.memory import Memory
from guildwright.playground.playground import Playground
from guildwright.playground.records import AuditEntry, Json
from guildwright.playground.store import Change


def note(  # noqa: PLR0913 - an entry has these parts
    play: Playground,
    change: Change,
    guild_id: int,
    action: AuditAction,
    *,
    actor: int,
    target: int | None = None,
    reason: str | None = None,
    changes: Iterable[Json] = (),
    options: Json | None = None,
) -> AuditEntry:
    """Write an entry and announce GUILD_AUDIT_LOG_ENTRY_CREATE. `options` values are strings, as Discord's are."""
    entry = AuditEntry(
        id=play.ids.next(),
        guild_id=guild_id,
        user_id=actor,
        action=int(action),
        target_id=target,
        reason=reason,
        changes=tuple(changes),
        options=options,
    )
    change.put(entry)

    def announce() -> None:
        if play.permissions.in_guild(guild_id, play.application.id) & Permission.VIEW_AUDIT_LOG:
            data = render(entry) | {"guild_id": str(guild_id)}
            told = Dispatch(
                name="GUILD_AUDIT_LOG_ENTRY_CREATE",
                data=lambda _: data,
                intents=Intent.GUILD_MODERATION,
                guild_id=guild_id,
            )
            play.hub.dispatch(told)

    change.announce(announce)
    return entry


def differences(before: Json, after: Json) -> list[Json]:
    """What changed between two of Discord's objects, as an entry lists it; pass only the fields worth listing."""
    found: list[Json] = []
    for key in before.keys() | after.keys():
        old, new = before.get(key), after.get(key)
        if old != new:
            entry: Json = {"key": key}
            if old is not None:
                entry["old_value"] = old
            if new is not None:
                entry["new_value"] = new
            found.append(entry)
    return sorted(found, key=lambda entry: str(entry["key"]))


def role_changes(memory: Memory, before: Sequence[int], after: Sequence[int]) -> list[Json]:
    """The roles that a member gained and lost, each named as it is now."""
    found: list[Json] = []
    for key, these, those in (("$add", after, before), ("$remove", before, after)):
        roles = [memory.roles[role] for role in these if role not in those and role in memory.roles]
        if roles:
            found.append({"key": key, "new_value": [{"id": str(role.id), "name": role.name} for role in roles]})
    return found


def render(entry: AuditEntry) -> Json:
    """An audit log entry object."""
    body: Json = {
        "id": str(entry.id),
        "action_type": entry.action,
        "user_id": str(entry.user_id),
        "target_id": str(entry.target_id) if entry.target_id else None,
    }
    if entry.changes:
        body["changes"] = list(entry.changes)
    if entry.options is not None:
        body["options"] = entry.options
    if entry.reason:
        body["reason"] = entry.reason
    return body
