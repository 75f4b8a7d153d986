"""The giveaway commands and buttons: parse, call one use case, answer."""

from collections.abc import Mapping

import hikari
import tanjun

from guildwright.platform.database.engine import transaction
from guildwright_bot.ask import Ask
from guildwright_bot.features.giveaways import service, store
from guildwright_bot.features.giveaways.domain import (
    LONGEST_PRIZE,
    Caps,
    Giveaway,
    Person,
    State,
    Terms,
    rules_of,
)
from guildwright_bot.features.giveaways.messages import FEATURE, Writer
from guildwright_bot.guard import POST, Options, Requirement
from guildwright_bot.interactions import Button
from guildwright_bot.kit import Kit
from guildwright_bot.references import number_or_message
from guildwright_bot.refusal import Refusal
from guildwright_bot.spans import LONGEST_TEXT, parse_span
from guildwright_bot.wording import say
from guildwright_crds.compile import CompiledConfig

_CHOICES = 25  # Discord shows no more suggestions
_LINES = 25
_CHOICE_TEXT = 100
_LONGEST_QUOTE = 40
_ENDABLE = (State.RUNNING,)


def component(kit: Kit) -> tanjun.Component:
    """The commands of this feature."""
    group = kit.group("giveaway")
    begin = kit.command("giveaway start", start, _manager("giveaway start", posts=True), group)
    about = kit.option
    begin.add_str_option("prize", about("giveaway start", "prize"), min_length=1, max_length=LONGEST_PRIZE)
    begin.add_str_option("duration", about("giveaway start", "duration"), max_length=LONGEST_TEXT)
    begin.add_int_option("winners", about("giveaway start", "winners"), min_value=1, max_value=50, default=1)
    places = (hikari.GuildTextChannel, hikari.GuildNewsChannel)
    begin.add_channel_option("channel", about("giveaway start", "channel"), types=places, default=None)
    begin.add_role_option("required_role", about("giveaway start", "required_role"), default=None)
    for name, handler, states in (("end", end, _ENDABLE), ("delete", delete, store.ACTIVE)):
        whole = f"giveaway {name}"
        command = kit.command(whole, handler, _manager(whole), group)
        command.add_str_option("giveaway", about(whole, "giveaway"), max_length=_CHOICE_TEXT)
        kit.suggest(command, "giveaway", SuggestGiveaways(states))
    kit.command("giveaway list", list_active, Requirement("giveaway list"), group)
    return tanjun.Component(name=FEATURE).add_slash_command(group)


def buttons() -> list[Button]:
    """The buttons of this feature."""
    return [
        Button(FEATURE, "enter", Requirement(), enter, ids=1),
        Button(FEATURE, "claim", Requirement(), claim, ids=2),
    ]


def _managers(config: CompiledConfig) -> frozenset[int]:
    return frozenset(map(int, config.giveaways.manager_roles))


def _manager(command: str, *, posts: bool = False) -> Requirement:
    manage = hikari.Permissions.MANAGE_GUILD
    if not posts:
        return Requirement(command, user=manage, managers=_managers)
    return Requirement(command, user=manage, managers=_managers, bot=POST, place=_place, channel="channel")


def _place(options: Options, config: CompiledConfig) -> int | None:
    """Where a giveaway is posted: the channel asked for, else the config's, else where the command is used."""
    asked = options.get("channel")
    return asked if isinstance(asked, int) else rules_of(config.giveaways).default_channel


def _caps(ask: Ask) -> Caps:
    guild, limit = ask.guild_id, ask.deps.limits.limit
    return Caps(limit(guild, "giveaways.active"), limit(guild, "giveaways.winners"), limit(guild, "giveaways.entries"))


async def start(  # noqa: PLR0913  one for each option of the command
    ask: Ask, *, prize: str, duration: str, winners: int | None, channel: int | None, required_role: int | None
) -> Refusal | None:
    """`/giveaway start`."""
    span = parse_span(duration)
    if isinstance(span, Refusal):
        return span
    everybody = required_role in (None, ask.guild_id)  # the role @everyone has the guild's id
    roles = frozenset() if required_role is None or everybody else frozenset({required_role})
    terms = Terms(" ".join(prize.split()), winners or 1, span, roles)
    async with transaction():
        started = await service.start(
            guild_id=ask.guild_id,
            channel_id=_place({"channel": channel}, ask.config) or ask.channel_id,
            host_id=ask.actor.id,
            source_id=ask.source_id,
            terms=terms,
            caps=_caps(ask),
            now=ask.deps.clock.now(),
        )
    return await _done(ask, "giveaways-started", started)


async def end(ask: Ask, *, giveaway: str) -> Refusal | None:
    """`/giveaway end`."""
    async with transaction():
        found = await _find(ask, giveaway, _ENDABLE)
        if isinstance(found, Refusal):
            return found
        ended = await service.end(ask.guild_id, found.id, now=ask.deps.clock.now(), actor_id=ask.actor.id)
    return await _done(ask, "giveaways-ending", ended)


async def delete(ask: Ask, *, giveaway: str) -> Refusal | None:
    """`/giveaway delete`."""
    async with transaction():
        found = await _find(ask, giveaway, store.ACTIVE)
        if isinstance(found, Refusal):
            return found
        deleted = await service.delete(ask.guild_id, found.id, now=ask.deps.clock.now(), actor_id=ask.actor.id)
    return await _done(ask, "giveaways-deleted", deleted)


async def list_active(ask: Ask) -> Refusal | None:
    """`/giveaway list`."""
    async with transaction():
        found = (await _visible(ask, store.ACTIVE))[:_LINES]
    if found:
        await ask.reply(embed=Writer(ask.texts, ask.locale).listing(found))
    else:
        await ask.reply(ask.text("giveaways-list-empty"))
    return None


async def enter(ask: Ask, *, args: list[int]) -> Refusal | None:
    """The button under a giveaway: in, or out again."""
    actor = ask.actor
    level = await ask.deps.levels.of(ask.guild_id, actor.id)
    async with transaction():
        toggled = await service.enter_or_leave(
            ask.guild_id,
            args[0],
            Person(actor.id, actor.role_ids, actor.joined_at, level),
            click_id=ask.source_id,
            rules=rules_of(ask.config.giveaways),
            caps=_caps(ask),
            now=ask.deps.clock.now(),
        )
    if isinstance(toggled, Refusal):
        return toggled
    prize = toggled.giveaway.terms.prize
    if toggled.lost is not None:
        await ask.reply(ask.text("giveaways-lost", why=say(ask.texts, ask.locale, toggled.lost), prize=prize))
    else:
        said = "giveaways-entered" if toggled.entry.active else "giveaways-left"
        await ask.reply(ask.text(said, prize=prize, entries=toggled.entries))
    return None


async def claim(ask: Ask, *, args: list[int]) -> Refusal | None:
    """The button under a winner message."""
    async with transaction():
        claimed = await service.claim(ask.guild_id, args[0], ask.actor.id, now=ask.deps.clock.now())
    if isinstance(claimed, Refusal):
        return claimed
    await ask.reply(ask.text("giveaways-claimed", prize=claimed.terms.prize, host=str(claimed.host_id)))
    return None


async def _done(ask: Ask, said: str, giveaway: Giveaway | Refusal) -> Refusal | None:
    if isinstance(giveaway, Refusal):
        return giveaway
    await ask.reply(
        ask.text(
            said,
            number=str(giveaway.number),
            prize=giveaway.terms.prize,
            channel=str(giveaway.channel_id),
            timestamp=str(int(giveaway.ends_at.timestamp())),
        )
    )
    return None


async def _find(ask: Ask, typed: str, states: tuple[State, ...]) -> Giveaway | Refusal:
    """The giveaway that somebody means, among those that they can see."""
    typed = " ".join(typed.split())
    named = number_or_message(typed, ask.guild_id)
    found = await store.find(ask.guild_id, named) if named is not None else None
    if found is not None and await ask.can_view(found.channel_id):
        return found
    return by_words(typed, {_label(ask, giveaway): giveaway for giveaway in await _visible(ask, states)})


def by_words(typed: str, shown: Mapping[str, Giveaway]) -> Giveaway | Refusal:
    """The giveaway whose suggestion, or whose prize and no other's, `typed` is. `shown`: giveaways by suggestion."""
    wanted = typed.casefold()
    for label, giveaway in shown.items():
        if label.casefold() == wanted:
            return giveaway
    named = [giveaway for giveaway in shown.values() if giveaway.terms.prize.casefold() == wanted]
    if not named:
        return Refusal("giveaways-refused-unknown-reference", {"typed": typed[:_LONGEST_QUOTE]})
    if len(named) > 1:
        numbers = ", ".join(str(number) for number in sorted(giveaway.number for giveaway in named))
        return Refusal("giveaways-refused-several", {"typed": typed[:_LONGEST_QUOTE], "numbers": numbers})
    return named[0]


async def _visible(ask: Ask, states: tuple[State, ...]) -> list[Giveaway]:
    """The giveaways in channels that the member can view: a suggestion or a list must not tell of the others."""
    found = await store.recent(ask.guild_id, states)
    return [giveaway for giveaway in found if await ask.can_view(giveaway.channel_id)]


def _label(ask: Ask, giveaway: Giveaway) -> str:
    return ask.text("giveaways-choice", number=str(giveaway.number), prize=giveaway.terms.prize)[:_CHOICE_TEXT]


class SuggestGiveaways:
    """Suggests the giveaways that a command can be used on."""

    def __init__(self, states: tuple[State, ...]) -> None:
        self._states = states

    async def __call__(self, ask: Ask, typed: str) -> Mapping[str, str]:
        """What is shown, and the number that is sent for it."""
        shown = {_label(ask, giveaway): str(giveaway.number) for giveaway in await _visible(ask, self._states)}
        fitting = [label for label in shown if typed.casefold() in label.casefold()]
        return {label: shown[label] for label in fitting[:_CHOICES]}
