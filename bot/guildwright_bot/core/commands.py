"""`/help` and `/setup`."""

import hikari
import tanjun

from guildwright_bot.ask import Ask
from guildwright_bot.core.setup import Setup
from guildwright_bot.guard import Requirement, decide
from guildwright_bot.interactions import Button
from guildwright_bot.kit import Kit
from guildwright_bot.refusal import Refusal

_PATINA = 0x0C6A60
_SETUP = Requirement("setup", user=hikari.Permissions.MANAGE_GUILD)


def component(kit: Kit) -> tanjun.Component:
    """The commands of the core."""
    built = tanjun.Component(name="core")
    built.add_slash_command(kit.command("help", Help(kit), Requirement("help")))
    built.add_slash_command(kit.command("setup", setup, _SETUP))
    return built


def buttons() -> list[Button]:
    """The buttons of the core."""
    return [Button("core", "setup", _SETUP, setup)]


async def setup(ask: Ask, *, args: list[int] | None = None) -> Refusal | None:  # noqa: ARG001  a button's
    """`/setup`, and the button below the welcome message."""
    await ask.reply(embed=await Setup(ask.deps, ask.standing, ask.guild_id, ask.config).embed())
    return None


class Help:
    """`/help`: what is declared, less what this member may not do here."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    async def __call__(self, ask: Ask) -> Refusal | None:
        """Answer with one line for each command."""
        possible = [
            name
            for name, request in self._kit.requests.items()
            if decide(request.requirement, actor=ask.actor, config=ask.config, channel_id=ask.channel_id) is None
        ]
        lines = [
            ask.text("help-line", name=name, about=ask.text(f"command-{name.replace(' ', '-')}"))
            for name in sorted(possible)
        ]
        if hidden := len(self._kit.requests) - len(possible):
            lines.append(ask.text("help-rest", count=hidden))
        lines.extend(_by_message(ask))
        await ask.reply(embed=hikari.Embed(title=ask.text("help-title"), description="\n".join(lines), color=_PATINA))
        return None


def _by_message(ask: Ask) -> list[str]:
    """How to call commands without a slash, where the guild allows that."""
    commands, lines = ask.config.commands, []
    if commands.mention:
        lines.append(ask.text("help-by-message", example=f"<@{ask.deps.discord.application_id}> help"))
    if commands.prefix is not None:
        sees = ask.standing.sees_messages
        said = "help-by-message" if sees else "help-by-message-blind"
        prefix = commands.prefix.text
        lines.append(ask.text(said, example=f"{prefix}help") if sees else ask.text(said, prefix=prefix))
    return ["", *lines] if lines else []
