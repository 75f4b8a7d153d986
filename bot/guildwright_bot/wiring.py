"""Puts tanjun between the gateway and the desk: the one place, beside `commands.py` files, that knows tanjun."""

from typing import Any

import hikari
import structlog
import tanjun

from guildwright.platform.config.read import ConfigUnknown
from guildwright.platform.texts import FALLBACK
from guildwright_bot.ask import Answer, Ask, Reply
from guildwright_bot.deps import Deps
from guildwright_bot.interactions import Click, ClickAnswer, Router
from guildwright_bot.kit import ASK_OF, add_message_twins
from guildwright_bot.pace import Pace
from guildwright_bot.registry import Registry
from guildwright_bot.standing import KnownStanding

_log = structlog.get_logger("guildwright.wiring")

type Context = tanjun.abc.Context | tanjun.abc.AutocompleteContext


class Wiring:
    """Makes an `Ask` of whatever a member did, and sends it on."""

    def __init__(self, deps: Deps, standing: KnownStanding, registry: Registry) -> None:
        self._deps = deps
        self._standing = standing
        self._registry = registry
        self._pace = Pace(deps.clock)
        self.router = Router(registry.buttons, self._of_click)

    def connect(self, bot: hikari.GatewayBotAware) -> tanjun.Client:
        """Listen to the bot's interactions and messages."""
        client = tanjun.Client.from_gateway_bot(bot, event_managed=True)
        client.set_ephemeral_default(True)
        client.set_message_accepts(tanjun.MessageAcceptsEnum.GUILD_ONLY)
        client.set_interaction_not_found(self._deps.texts.text(FALLBACK, "command-unknown"))
        client.set_prefix_getter(self._prefixes)
        client.set_hooks(tanjun.AnyHooks().set_on_parser_error(self._unreadable).set_on_error(self._broken))
        client.metadata[ASK_OF] = self.ask_of
        for component in self._registry.components:
            add_message_twins(component)
            client.add_component(component)
        bot.event_manager.subscribe(hikari.InteractionCreateEvent, self.router.on_interaction)
        return client

    async def ask_of(self, ctx: Context) -> Ask | None:
        """Who asks what; None when nobody is to be answered."""
        if isinstance(ctx, tanjun.abc.MessageContext):
            return await self._of_message(ctx)
        if isinstance(ctx, tanjun.abc.AppCommandContext):
            return await self._of_interaction(ctx.interaction, _CommandAnswer(ctx))
        if isinstance(ctx, tanjun.abc.AutocompleteContext):
            return await self._of_interaction(ctx.interaction, _silence)
        raise TypeError(f"no way to answer a {type(ctx).__name__}")

    async def _of_click(self, click: Click, answer: ClickAnswer) -> Ask | None:
        try:
            return await self._of_interaction(click, answer)
        except Exception as error:  # noqa: BLE001  what tanjun's hook does for commands
            await answer(Reply(await self._fault(error, click.guild_id)))
            return None

    async def _of_interaction(
        self, interaction: hikari.CommandInteraction | hikari.AutocompleteInteraction | Click, answer: Answer
    ) -> Ask | None:
        guild_id, member = interaction.guild_id, interaction.member
        if guild_id is None or member is None:
            await answer(Reply(self._deps.texts.text(FALLBACK, "command-unknown")))
            return None
        try:
            config = self._deps.config.get(int(guild_id))
        except ConfigUnknown:
            await answer(Reply(self._deps.texts.text(FALLBACK, "error-not-ready")))
            return None
        actor = await self._standing.actor(
            int(guild_id), int(interaction.channel_id), member, permissions=member.permissions
        )
        return Ask(
            self._deps,
            self._standing,
            actor,
            int(guild_id),
            int(interaction.channel_id),
            config,
            int(interaction.id),
            answer,
        )

    async def _of_message(self, ctx: tanjun.abc.MessageContext) -> Ask | None:
        guild_id, member = ctx.guild_id, ctx.member
        if guild_id is None or member is None:
            return None
        config = self._deps.config.get(int(guild_id))
        answer = _MessageAnswer(self._deps, ctx)
        ask = Ask(
            self._deps,
            self._standing,
            await self._standing.actor(int(guild_id), int(ctx.channel_id), member),
            int(guild_id),
            int(ctx.channel_id),
            config,
            int(ctx.message.id),
            answer,
            by_message=True,
        )
        limit = config.commands.prefix.per_minute if config.commands.prefix else Pace.USUAL
        wait = self._pace.wait(int(guild_id), int(member.id), limit)
        if wait.admitted:
            return ask
        if wait.tell:
            await ask.reply(ask.text("guard-slow-down", seconds=wait.seconds))
        return None

    async def _prefixes(self, ctx: tanjun.abc.MessageContext) -> list[str]:
        """What a message must start with here; nothing will do unless the guild's config says so."""
        if ctx.guild_id is None:
            return []
        try:
            commands = self._deps.config.get(int(ctx.guild_id)).commands
        except ConfigUnknown:
            return []
        own_id = int((await self._deps.discord.me()).id)
        mentions = [f"<@{own_id}>", f"<@!{own_id}>"] if commands.mention else []
        return [*mentions, commands.prefix.text] if commands.prefix else mentions

    async def _unreadable(self, ctx: tanjun.abc.Context, error: tanjun.ParserError) -> None:
        ask = await self.ask_of(ctx)
        if ask is not None:
            await ask.reply(ask.text("message-command-unreadable", usage=_usage(ctx)))
            _log.info("unreadable command", why=str(error), guild=str(ask.guild_id))

    async def _broken(self, ctx: tanjun.abc.Context, error: Exception) -> bool:
        """What goes wrong before the desk: a command that Discord still has in an older form."""
        await ctx.respond(await self._fault(error, ctx.guild_id))
        return True

    async def _fault(self, error: Exception, guild_id: int | None) -> str:
        """Report what went wrong before it was known who asks what; the sentence for the member."""
        error_id = await self._deps.errors.report(error, "request", int(guild_id) if guild_id else None)
        return self._deps.texts.text(FALLBACK, "error-unexpected", id=error_id)


def _usage(ctx: tanjun.abc.Context) -> str:
    """How to write a command as a message: what must be given, then what can be."""
    command = ctx.command
    if not isinstance(command, tanjun.MessageCommand):
        return "/help"
    names, at = [next(iter(command.names))], command.parent
    while at is not None:
        names, at = [next(iter(at.names)), *names], at.parent
    parser: Any = command.parser
    words = [f"<{argument.key}>" for argument in parser.arguments] if parser else []
    words += [f"[{option.names[0]} …]" for option in parser.options] if parser else []
    return f"`{' '.join([*names, *words])}`"


class _CommandAnswer:
    """Answers a slash command or a menu's entry through tanjun, which defers by itself when a handler takes long."""

    def __init__(self, ctx: tanjun.abc.AppCommandContext) -> None:
        self._ctx = ctx

    async def __call__(self, reply: Reply) -> None:
        await self._ctx.respond(
            reply.content or hikari.UNDEFINED,
            embeds=list(reply.embeds) or hikari.UNDEFINED,
            components=list(reply.components) or hikari.UNDEFINED,
            mentions_everyone=False,
            user_mentions=False,
            role_mentions=False,
        )


class _MessageAnswer:
    """Answers a message in its channel, through the client that every message of ours goes through."""

    def __init__(self, deps: Deps, ctx: tanjun.abc.MessageContext) -> None:
        self._deps = deps
        self._ctx = ctx
        self._count = 0

    async def __call__(self, reply: Reply) -> None:
        self._count += 1
        await self._deps.discord.send_message(
            int(self._ctx.channel_id),
            nonce=f"r{self._count}-{self._ctx.message.id}",
            content=reply.content or None,
            embeds=reply.embeds,
            components=reply.components,
            reply_to=int(self._ctx.message.id),
        )


async def _silence(reply: Reply) -> None:
    """Autocomplete has no sentence to answer with."""
    del reply
