"""The permission guard: the one place that says who may use a command or button, and what the bot must be able to do.

`decide` is a pure function. `standing.py` gathers what it needs to know, and `ask.py` asks it before every handler.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import hikari

from guildwright_bot.refusal import Refusal
from guildwright_crds.compile import CompiledConfig

P = hikari.Permissions
# What the bot needs wherever it posts a panel: history is for finding its own message again after a crash.
POST = P.VIEW_CHANNEL | P.SEND_MESSAGES | P.EMBED_LINKS | P.READ_MESSAGE_HISTORY

# What a member needs in a channel that they have the bot write in.
WRITE = P.VIEW_CHANNEL | P.SEND_MESSAGES

type Options = Mapping[str, object]
type Place = Callable[[Options, CompiledConfig], int | None]


@dataclass(frozen=True)
class Requirement:
    """What one command or button asks for. Every one has it; an empty one says: open to everybody.

    `command` is the name that `commands.rules` speaks of, or None for buttons, which obey no rule of their own: the
    one who posted them was asked.
    """

    command: str | None = None
    user: hikari.Permissions = P.NONE
    managers: Callable[[CompiledConfig], frozenset[int]] | None = None
    bot: hikari.Permissions = P.NONE
    place: Place | None = None  # the channel where the bot acts; None: where the command is used
    target: str | None = None  # the option that names the member to act upon
    channel: str | None = None  # the option that names a channel to write in: the member must be able to as well


@dataclass(frozen=True)
class Actor:
    """Who asks, and what Discord lets them do in this channel."""

    id: int
    permissions: hikari.Permissions
    role_ids: frozenset[int] = frozenset()
    top_role: int = 0
    is_owner: bool = False
    joined_at: datetime | None = None

    @property
    def unrestricted(self) -> bool:
        """Owners and administrators: Discord itself stops them nowhere."""
        return self.is_owner or bool(self.permissions & P.ADMINISTRATOR)


@dataclass(frozen=True)
class Bot:
    """What the bot may do in the channel where it is to act."""

    id: int
    permissions: hikari.Permissions
    channel_id: int
    top_role: int = 0


@dataclass(frozen=True)
class There:
    """What the one who asks may do in the channel that they named."""

    channel_id: int
    permissions: hikari.Permissions


@dataclass(frozen=True)
class Target:
    """The member to act upon."""

    id: int
    top_role: int = 0
    is_owner: bool = False


@dataclass(frozen=True)
class Rule:
    """What the guild's `commands.rules` say of one command."""

    enabled: bool = True
    allowed_roles: frozenset[int] = frozenset()
    allowed_channels: frozenset[int] = frozenset()


def rule_for(command: str | None, config: CompiledConfig) -> Rule:
    """What holds for a command: the rule with the longest name that fits, so "giveaway start" before "giveaway"."""
    words = (command or "").split(" ")
    for length in range(len(words), 0, -1):
        name = " ".join(words[:length])
        for rule in config.commands.rules:
            if rule.name == name:
                roles, channels = map(int, rule.allowed_roles), map(int, rule.allowed_channels)
                return Rule(rule.enabled, frozenset(roles), frozenset(channels))
    return Rule()


def decide(  # noqa: PLR0913  all that a decision depends on
    requirement: Requirement,
    *,
    actor: Actor,
    config: CompiledConfig,
    channel_id: int,
    bot: Bot | None = None,
    there: There | None = None,
    target: Target | None = None,
) -> Refusal | None:
    """Why the actor may not, or None when all is well. Without `bot` only the asking side is judged, as in `/help`."""
    return (
        _refuse_rule(rule_for(requirement.command, config), actor, channel_id)
        or _refuse_actor(requirement, actor, config)
        or _refuse_there(actor, there)
        or _refuse_target(actor, target)
        or _refuse_bot(requirement, bot, target)
    )


def _refuse_rule(rule: Rule, actor: Actor, channel_id: int) -> Refusal | None:
    if not rule.enabled:
        return Refusal("guard-disabled")
    if rule.allowed_channels and channel_id not in rule.allowed_channels:
        return Refusal("guard-channel", {"channels": _mentions("#", rule.allowed_channels)})
    if rule.allowed_roles and not actor.unrestricted and not actor.role_ids & rule.allowed_roles:
        return Refusal("guard-role", {"roles": _mentions("@&", rule.allowed_roles)})
    return None


def _refuse_actor(requirement: Requirement, actor: Actor, config: CompiledConfig) -> Refusal | None:
    missing = requirement.user & ~actor.permissions
    if not missing or actor.unrestricted:
        return None
    helpers = frozenset(map(int, config.general.staff_roles))
    if requirement.managers is not None:
        helpers |= requirement.managers(config)
    if actor.role_ids & helpers:
        return None
    if helpers:
        args = {"permissions": permission_names(missing), "roles": _mentions("@&", helpers)}
        return Refusal("guard-user-missing-or-role", args)
    return Refusal("guard-user-missing", {"permissions": permission_names(missing)})


def _refuse_there(actor: Actor, there: There | None) -> Refusal | None:
    """The config's channels need no such right: whoever wrote the config chose them."""
    missing = P.NONE if there is None or actor.unrestricted else WRITE & ~there.permissions
    if there is None or not missing:
        return None
    args = {"permissions": permission_names(missing), "channel": str(there.channel_id)}
    return Refusal("guard-user-missing-there", args)


def _refuse_target(actor: Actor, target: Target | None) -> Refusal | None:
    if target is None:
        return None
    if target.id == actor.id:
        return Refusal("guard-self")
    if target.is_owner:
        return Refusal("guard-owner", {"member": str(target.id)})
    if not actor.is_owner and target.top_role >= actor.top_role:
        return Refusal("guard-above-you", {"member": str(target.id)})
    return None


def _refuse_bot(requirement: Requirement, bot: Bot | None, target: Target | None) -> Refusal | None:
    if bot is None:
        return None
    if target is not None and target.id == bot.id:
        return Refusal("guard-bot-itself")
    if target is not None and target.top_role >= bot.top_role:
        return Refusal("guard-above-me", {"member": str(target.id)})
    missing = P.NONE if bot.permissions & P.ADMINISTRATOR else requirement.bot & ~bot.permissions
    if missing:
        args = {"permissions": permission_names(missing), "channel": str(bot.channel_id)}
        return Refusal("guard-bot-missing", args)
    return None


def permission_names(permissions: hikari.Permissions) -> str:
    """The permissions as names of catalogue messages, for `wording.say` to write out: "view-channel send-messages"."""
    names = (permission.name for permission in permissions)
    return " ".join(sorted(name.lower().replace("_", "-") for name in names if name))


def _mentions(kind: str, ids: frozenset[int]) -> str:
    return ", ".join(f"<{kind}{each}>" for each in sorted(ids))
