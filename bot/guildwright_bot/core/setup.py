"""Examines how the bot is set up in a guild, and says what to do next: `/setup`, and the welcome message."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import hikari
from redis.exceptions import RedisError

from guildwright_bot.ask import Standing
from guildwright_bot.deps import Deps
from guildwright_bot.guard import POST, permission_names
from guildwright_bot.wording import permissions
from guildwright_crds.compile import CompiledConfig

# Everything that a feature asks the guard for must be in here: a test compares them.
LEAST = POST
_ERRORS = "guildwright:errors:config"
_PATINA, _BRASS = 0x0C6A60, 0xE3B45C


def invite_link(application_id: int) -> str:
    """Where an admin invites the bot with the permissions that it needs, and no more."""
    return (
        f"https://discord.com/oauth2/authorize?client_id={application_id}"
        f"&scope=bot+applications.commands&permissions={int(LEAST)}"
    )


@dataclass(frozen=True)
class Finding:
    """One thing that was examined."""

    fine: bool
    text: str


@dataclass(frozen=True)
class Setup:
    """Examines one guild."""

    deps: Deps
    standing: Standing
    guild_id: int
    config: CompiledConfig

    def text(self, message_id: str, **args: str | float) -> str:
        """A sentence of the catalogue in the guild's language."""
        return self.deps.texts.text(self.config.general.locale, message_id, **args)

    async def embed(self, *, welcome: bool = False) -> hikari.Embed:
        """What was found, and what to do next."""
        findings = await self.findings()
        fine = all(finding.fine for finding in findings)
        lines = [self.text("setup-fine" if each.fine else "setup-amiss", text=each.text) for each in findings]
        if welcome:
            lines = [self.text("setup-welcome"), "", *lines]
        embed = hikari.Embed(
            title=self.text("setup-title"), description="\n".join(lines), color=_PATINA if fine else _BRASS
        )
        steps = [self.text("setup-next-giveaway"), self.text("setup-next-help")]
        embed.add_field(self.text("setup-next-title"), "\n".join(steps))
        embed.add_field(self.text("setup-invite-title"), invite_link(self.deps.discord.application_id))
        return embed

    async def findings(self) -> list[Finding]:
        """Everything that was examined, what is amiss first."""
        found = [await self._permissions(), *[f async for f in self._channels()], *[f async for f in self._roles()]]
        found.append(await self._documents())
        prefix = self.config.commands.prefix
        if prefix is not None and not self.standing.sees_messages:
            found.append(Finding(fine=False, text=self.text("setup-prefix-blind", prefix=prefix.text)))
        return sorted(found, key=lambda finding: finding.fine)

    async def _permissions(self) -> Finding:
        held = await self.standing.bot_anywhere(self.guild_id)
        missing = LEAST & ~held
        if not missing:
            return Finding(fine=True, text=self.text("setup-permissions-fine"))
        return Finding(fine=False, text=self.text("setup-permissions-missing", permissions=self._names(missing)))

    async def _channels(self) -> AsyncIterator[Finding]:
        for knob, channel in self._named_channels():
            missing = POST & ~(await self.standing.bot(self.guild_id, channel)).permissions
            if missing:
                args = {"channel": str(channel), "knob": knob, "permissions": self._names(missing)}
                yield Finding(fine=False, text=self.text("setup-channel-missing", **args))
            else:
                yield Finding(fine=True, text=self.text("setup-channel-fine", channel=str(channel), knob=knob))

    def _named_channels(self) -> Iterator[tuple[str, int]]:
        giveaways = self.config.giveaways
        for knob, channel in (
            ("giveaways.defaultChannel", giveaways.default_channel),
            ("giveaways.logChannel", giveaways.log_channel),
            ("general.auditChannel", self.config.general.audit_channel),
        ):
            if channel is not None:
                yield knob, int(channel)

    async def _roles(self) -> AsyncIterator[Finding]:
        existing = await self.standing.roles(self.guild_id)
        for knob, roles in (
            ("general.staffRoles", self.config.general.staff_roles),
            ("giveaways.managerRoles", self.config.giveaways.manager_roles),
            ("giveaways.blacklist.roles", self.config.giveaways.blacklist.roles),
        ):
            for role in roles:
                if int(role) not in existing:
                    yield Finding(fine=False, text=self.text("setup-role-missing", role=role, knob=knob))

    async def _documents(self) -> Finding:
        """Whether the guild has settings of its own, and whether the newest of them could be used."""
        try:
            raw = await self.deps.redis.hget(_ERRORS, str(self.guild_id))
        except (RedisError, OSError, TimeoutError):
            raw = None
        problems = json.loads(raw) if raw else []
        if problems:
            return Finding(fine=False, text=self.text("setup-config-broken", error=_sentence(problems[0])))
        if not self.config.uid:
            return Finding(fine=True, text=self.text("setup-config-none"))
        return Finding(fine=True, text=self.text("setup-config-own", generation=str(self.config.generation)))

    def _names(self, missing: hikari.Permissions) -> str:
        return permissions(self.deps.texts, self.config.general.locale, permission_names(missing))


def _sentence(problem: object) -> str:
    """The first problem that the publisher found, as it wrote it down."""
    if isinstance(problem, dict):
        return f"{problem.get('field', '')}: {problem.get('message', '')}".strip(": ")
    return str(problem)
