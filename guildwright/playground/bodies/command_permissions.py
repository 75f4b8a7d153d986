"""Who may use a command: entries for roles, users and channels of the server, a hundred at most."""

from guildwright.playground.bodies.fields import Fields
from guildwright.playground.command_access import CHANNEL, ROLE, USER
from guildwright.playground.errors import Faults
from guildwright.playground.memory import Memory
from guildwright.playground.records import Json

MOST = 100


def read(body: Json, memory: Memory, guild_id: int) -> list[Json]:
    """The checked entries, ids as strings."""
    faults = Faults()
    found: list[Json] = []
    for entry in Fields(body, faults).objects("permissions", MOST):
        number = entry.snowflake("id", needed=True) or 0
        kind = entry.choice("type", {ROLE, USER, CHANNEL}, needed=True)
        if "permission" not in entry.body:
            entry.missing("permission")
        if kind and number and not _exists(memory, guild_id, kind, number):
            entry.fault("id", "APPLICATION_COMMAND_PERMISSIONS_INVALID_ID", f"{number} is nothing of this server.")
        allowed = entry.flag("permission")
        if any((known["type"], known["id"]) == (kind, str(number)) for known in found):
            entry.fault("id", "APPLICATION_COMMAND_PERMISSIONS_DUPLICATE", "This id is named twice.")
        found.append({"id": str(number), "type": kind, "permission": allowed})
    faults.check()
    return found


def _exists(memory: Memory, guild_id: int, kind: int, number: int) -> bool:
    if kind == ROLE:
        role = memory.roles.get(number)
        return role is not None and role.guild_id == guild_id
    if kind == USER:
        return memory.member(guild_id, number) is not None
    channel = memory.channels.get(number)
    return number == guild_id - 1 or (channel is not None and channel.guild_id == guild_id)
