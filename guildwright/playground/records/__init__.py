"""What the playground remembers: one frozen record per thing, each with the key it is stored under."""

from guildwright.playground.records.base import Json, Record, Thing
from guildwright.playground.records.effects import Effect
from guildwright.playground.records.guilds import (
    AuditEntry,
    Ban,
    Channel,
    Emoji,
    Guild,
    Invite,
    Member,
    Overwrite,
    Role,
    Thread,
    ThreadMember,
    VoiceState,
    Webhook,
)
from guildwright.playground.records.interactions import Command, CommandPermissions, Interaction
from guildwright.playground.records.messages import Message, Nonce, Reaction
from guildwright.playground.records.people import Application, Entitlement, Grant, Presence, Sku, User
from guildwright.playground.records.settings import ClockSetting

KINDS: tuple[type[Record], ...] = (
    Application,
    User,
    Presence,
    Grant,
    Sku,
    Entitlement,
    Guild,
    Role,
    Channel,
    Member,
    ThreadMember,
    VoiceState,
    Ban,
    Invite,
    Webhook,
    Emoji,
    AuditEntry,
    Message,
    Nonce,
    Command,
    CommandPermissions,
    Interaction,
    Effect,
    ClockSetting,
)

__all__ = [
    "KINDS",
    "Application",
    "AuditEntry",
    "Ban",
    "Channel",
    "ClockSetting",
    "Command",
    "CommandPermissions",
    "Effect",
    "Emoji",
    "Entitlement",
    "Grant",
    "Guild",
    "Interaction",
    "Invite",
    "Json",
    "Member",
    "Message",
    "Nonce",
    "Overwrite",
    "Presence",
    "Reaction",
    "Record",
    "Role",
    "Sku",
    "Thing",
    "Thread",
    "ThreadMember",
    "User",
    "VoiceState",
    "Webhook",
]
