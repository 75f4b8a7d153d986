"""What a feature's `commands.py` builds its commands with: texts from the catalogue, and a guard requirement on each.

tanjun parses and dispatches slash commands and messages; its callback here only turns what it parsed into a request
for the desk. Every slash command gets a twin that is called by a message, parsed from the same options.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

import hikari
import tanjun

from guildwright.platform.texts import FALLBACK, Texts
from guildwright_bot.ask import Ask, Handler
from guildwright_bot.desk import Request, attend, judge
from guildwright_bot.guard import Requirement
from guildwright_bot.words import StrictParser

_REQUEST = "guildwright.request"
_LARGEST_ID = 2**63 - 1
_DISCORD_LOCALES = {locale.value for locale in hikari.Locale}

type Slash = tanjun.SlashCommand[Any]
type Menu = tanjun.MenuCommand[Any, Any]
# What is shown for each value, by what the member typed so far.
type Suggester = Callable[[Ask, str], Awaitable[Mapping[str, str]]]


# Under this key the shard keeps, in the tanjun client's metadata, what turns a context into an Ask (None: no answer).
ASK_OF = "guildwright.ask_of"


class Kit:
    """Builds commands whose descriptions come from the catalogue, in every locale that Discord knows."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self.requests: dict[str, Request] = {}

    def about(self, message_id: str) -> Mapping[str, str]:
        """A description for Discord, by locale."""
        found = {"default": self._texts.text(FALLBACK, message_id)}
        for locale in self._texts.locales:
            if locale in _DISCORD_LOCALES and self._texts.has(message_id, locale):
                found[locale] = self._texts.text(locale, message_id)
        return found

    def group(self, name: str) -> tanjun.SlashCommandGroup:
        """A command that only holds others."""
        return tanjun.SlashCommandGroup(name, self.about(f"command-{name}"))

    def command(
        self, name: str, handler: Handler, requirement: Requirement, group: tanjun.SlashCommandGroup | None = None
    ) -> Slash:
        """A command; `name` is the whole of it, such as "giveaway start". Options are added to what is returned."""
        request = Request(name, requirement, handler)
        command: Slash = tanjun.SlashCommand(
            _callback(request), name.rsplit(" ", maxsplit=1)[-1], self.about(f"command-{name.replace(' ', '-')}")
        )
        command.set_metadata(_REQUEST, request)
        self.requests[name] = request
        if group is not None:
            group.add_command(command)
        return command

    def message_menu(self, name: str, handler: Handler, requirement: Requirement) -> Menu:
        """An entry in the menu of messages; the handler gets the message's id as `message`.

        Args:
            name: The command it does the work of, such as "giveaway reroll"; its label is the message `menu-…`.
            handler: What it does.
            requirement: What it asks for: that of the command, whose rules hold for it too.
        """
        request = Request(name, requirement, handler)

        async def callback(ctx: tanjun.abc.MenuContext, message: hikari.Message) -> None:
            ask = await _ask_of(ctx)
            if ask is not None:
                await attend(ask, request, {"message": int(message.id)})

        menu: Menu = tanjun.MenuCommand(
            callback, hikari.CommandType.MESSAGE, self.about(f"menu-{name.replace(' ', '-')}")
        )
        menu.set_metadata(_REQUEST, request)
        return menu

    def suggest(self, command: Slash, option: str, suggester: Suggester) -> None:
        """Suggest values while a member types one; a member whom the guard refuses is suggested nothing."""
        request = command.metadata[_REQUEST]

        async def callback(ctx: tanjun.abc.AutocompleteContext, typed: str) -> None:
            ask = await _ask_of(ctx)
            refused = ask is None or await judge(ask, replace(request.requirement, bot=hikari.Permissions.NONE), {})
            choices = {} if ask is None or refused else await suggester(ask, typed)
            await ctx.set_choices(choices)

        command.set_str_autocomplete(option, callback)

    def option(self, command: str, option: str) -> Mapping[str, str]:
        """The description of a command's option: an attribute of the command's message."""
        return self.about(f"command-{command.replace(' ', '-')}.{option.replace('_', '-')}")


def request_of(command: tanjun.abc.ExecutableCommand[Any]) -> Request | None:
    """What a command leads to; None for one that was not built with the kit."""
    return command.metadata.get(_REQUEST)


def leaves(component: tanjun.abc.Component) -> Iterator[tuple[str, Slash | Menu]]:
    """Every command that can be used, with its whole name; entries of menus with their label."""
    for command in component.slash_commands:
        yield from _leaves_below("", command)
    for menu in component.menu_commands:
        yield menu.name, cast("Menu", menu)


def _leaves_below(above: str, command: tanjun.abc.BaseSlashCommand) -> Iterator[tuple[str, Slash]]:
    name = f"{above} {command.name}".strip()
    if isinstance(command, tanjun.abc.SlashCommandGroup):
        for child in command.commands:
            yield from _leaves_below(name, child)
    else:
        yield name, cast("Slash", command)


def _callback(request: Request) -> Callable[..., Awaitable[None]]:
    async def callback(ctx: tanjun.abc.Context, **options: object) -> None:
        ask = await _ask_of(ctx)
        if ask is not None:
            await attend(ask, request, {name: _plain(value) for name, value in options.items()})

    return callback


async def _ask_of(ctx: tanjun.abc.Context | tanjun.abc.AutocompleteContext) -> Ask | None:
    ask: Ask | None = await ctx.client.metadata[ASK_OF](ctx)
    return ask


def _plain(value: object) -> object:
    """Members, roles and channels as their ids: handlers know nothing of hikari's objects."""
    return int(value) if isinstance(value, hikari.Unique) else value


def add_message_twins(component: tanjun.Component) -> None:
    """Let every slash command of the component be called by a message too."""
    for command in component.slash_commands:
        component.add_message_command(_twin(command))


def _twin(command: tanjun.abc.BaseSlashCommand) -> tanjun.MessageCommand[Any]:
    if isinstance(command, tanjun.abc.SlashCommandGroup):
        group: tanjun.MessageCommandGroup[Any] = tanjun.MessageCommandGroup(_lost, command.name, strict=True)
        for child in command.commands:
            group.add_command(_twin(child))
        return group
    slash = cast("Slash", command)
    twin: tanjun.MessageCommand[Any] = tanjun.MessageCommand(slash.callback, slash.name, validate_arg_keys=False)
    parser = StrictParser()
    for option in slash.build().options:
        converter = _CONVERTERS[hikari.OptionType(option.type)]
        if option.is_required:
            parser.add_argument(option.name, converters=converter)
        else:
            parser.add_option(option.name, f"--{option.name.replace('_', '-')}", converters=converter, default=None)
    return twin.set_parser(parser)


async def _lost(ctx: tanjun.abc.MessageContext) -> None:
    """A group named without one of its commands: `/help` knows them."""
    ask = await _ask_of(ctx)
    if ask is not None:
        await ask.reply(ask.text("message-command-unfinished", name=ctx.triggering_name))


def _snowflake(of: Callable[[str], hikari.Snowflake]) -> Callable[[str], int]:
    def convert(text: str) -> int:
        found = int(of(text))
        if found > _LARGEST_ID:
            raise ValueError(f"{found} is no id")
        return found

    return convert


_CONVERTERS: Mapping[hikari.OptionType, Callable[[str], Any]] = {
    hikari.OptionType.STRING: str,
    hikari.OptionType.INTEGER: int,
    hikari.OptionType.FLOAT: float,
    hikari.OptionType.BOOLEAN: tanjun.to_bool,
    hikari.OptionType.USER: _snowflake(tanjun.conversion.parse_user_id),
    hikari.OptionType.CHANNEL: _snowflake(tanjun.conversion.parse_channel_id),
    hikari.OptionType.ROLE: _snowflake(tanjun.conversion.parse_role_id),
}
