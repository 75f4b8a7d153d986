"""The giveaway commands and buttons: parse, call one use case, answer. What hosts set up is in `hosting.py`."""

from datetime import datetime

import hikari
import tanjun

from guildwright.platform.database.engine import transaction
from guildwright.platform.discord.client import DiscordUnavailable
from guildwright_bot.ask import Ask, Handler
from guildwright_bot.features.giveaways import commitments, draws, forms, hosting, people, rerolls, service, store
from guildwright_bot.features.giveaways.domain import Entry, Giveaway, Person, State, rules_of
from guildwright_bot.features.giveaways.draws import Draw
from guildwright_bot.features.giveaways.eligibility import refuse_listing
from guildwright_bot.features.giveaways.finding import (
    CHOICE_TEXT,
    EDITABLE,
    ENDABLE,
    REROLLABLE,
    SuggestGiveaways,
    find,
    visible,
)
from guildwright_bot.features.giveaways.hosting import caps_of, done
from guildwright_bot.features.giveaways.messages import FEATURE, Writer
from guildwright_bot.features.giveaways.terms import MOST_WINNERS
from guildwright_bot.guard import Requirement
from guildwright_bot.interactions import Button
from guildwright_bot.kit import Kit, Slash
from guildwright_bot.refusal import Refusal
from guildwright_bot.spans import LONGEST_TEXT
from guildwright_bot.wording import say

_LINES = 25
REROLL = "giveaway reroll"


def component(kit: Kit) -> tanjun.Component:
    """The commands of this feature."""
    group = kit.group("giveaway")
    begin = kit.command("giveaway start", hosting.start, hosting.STARTING, group)
    forms.add_options(kit, "giveaway start", begin, new=True)
    places = (hikari.GuildTextChannel, hikari.GuildNewsChannel)
    begin.add_channel_option("channel", kit.option("giveaway start", "channel"), types=places, default=None)
    begin.add_str_option("starts_in", kit.option("giveaway start", "starts_in"), max_length=LONGEST_TEXT, default=None)
    begin.add_bool_option("preview", kit.option("giveaway start", "preview"), default=None)
    change = _on_one(kit, "giveaway edit", hosting.edit, EDITABLE, group)
    for option in ("ends_in", "starts_in"):
        change.add_str_option(option, kit.option("giveaway edit", option), max_length=LONGEST_TEXT, default=None)
    forms.add_options(kit, "giveaway edit", change, new=False)
    _on_one(kit, "giveaway end", end, ENDABLE, group)
    _on_one(kit, "giveaway delete", delete, store.ACTIVE, group)
    again = _on_one(kit, REROLL, reroll, REROLLABLE, group)
    again.add_user_option("winner", kit.option(REROLL, "winner"), default=None)
    again.add_int_option("prizes", kit.option(REROLL, "prizes"), min_value=1, max_value=MOST_WINNERS, default=None)
    kit.command("giveaway list", list_active, Requirement("giveaway list"), group)
    built = tanjun.Component(name=FEATURE).add_slash_command(group)
    return built.add_menu_command(kit.message_menu(REROLL, reroll_message, _manager(REROLL)))


def _on_one(kit: Kit, name: str, handler: Handler, states: tuple[State, ...], group: tanjun.SlashCommandGroup) -> Slash:
    """A command on one giveaway, which is suggested among those in `states`."""
    command = kit.command(name, handler, _manager(name), group)
    command.add_str_option("giveaway", kit.option(name, "giveaway"), max_length=CHOICE_TEXT)
    kit.suggest(command, "giveaway", SuggestGiveaways(states))
    return command


def buttons() -> list[Button]:
    """The buttons of this feature."""
    hosts = Requirement(user=hikari.Permissions.MANAGE_GUILD, managers=hosting.managers)
    return [
        Button(FEATURE, "enter", Requirement(), enter, ids=1),
        Button(FEATURE, "claim", Requirement(), claim, ids=2),
        Button(FEATURE, "ticket", Requirement(), ticket, ids=1),
        Button(FEATURE, "post", hosts, hosting.post, ids=1),
        Button(FEATURE, "discard", hosts, hosting.discard, ids=1),
    ]


def _manager(command: str) -> Requirement:
    return Requirement(command, user=hikari.Permissions.MANAGE_GUILD, managers=hosting.managers)


async def end(ask: Ask, *, giveaway: str) -> Refusal | None:
    """`/giveaway end`."""
    found = await find(ask, giveaway, ENDABLE)
    if isinstance(found, Refusal):
        return found
    async with transaction():
        ended = await service.end(ask.guild_id, found.id, now=ask.deps.clock.now(), actor_id=ask.actor.id)
    return await done(ask, "giveaways-ending", ended)


async def delete(ask: Ask, *, giveaway: str) -> Refusal | None:
    """`/giveaway delete`."""
    found = await find(ask, giveaway, store.ACTIVE, only=True)
    if isinstance(found, Refusal):
        return found
    async with transaction():
        deleted = await service.delete(ask.guild_id, found.id, now=ask.deps.clock.now(), actor_id=ask.actor.id)
        drawn = rerolls.was_drawn(await store.claims(found.id), await draws.get(found.id))
    return await done(ask, "giveaways-deleted-drawn" if drawn else "giveaways-deleted", deleted)


async def reroll(ask: Ask, *, giveaway: str, winner: int | None, prizes: int | None) -> Refusal | None:
    """`/giveaway reroll`."""
    found = await find(ask, giveaway, REROLLABLE)
    return found if isinstance(found, Refusal) else await _reroll(ask, found, winner, prizes)


async def reroll_message(ask: Ask, *, message: int) -> Refusal | None:
    """The entry "Reroll giveaway" in the menu of a giveaway's or winners' message: all prizes that are free."""
    found = await store.of_message(ask.guild_id, message)
    return Refusal("giveaways-refused-no-message") if found is None else await _reroll(ask, found, None, None)


async def _reroll(ask: Ask, found: Giveaway, winner: int | None, prizes: int | None) -> Refusal | None:
    async with transaction():
        rerolled = await rerolls.reroll(
            ask.guild_id,
            found.id,
            actor_id=ask.actor.id,
            source_id=ask.source_id,
            now=ask.deps.clock.now(),
            count=prizes,
            member_id=winner,
        )
    return await done(ask, "giveaways-rerolling", rerolled)


async def list_active(ask: Ask) -> Refusal | None:
    """`/giveaway list`."""
    found = (await visible(ask, store.ACTIVE))[:_LINES]
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
            caps=caps_of(ask),
            now=ask.deps.clock.now(),
        )
        made = await draws.get(args[0])
    if isinstance(toggled, Refusal):
        return toggled
    prize = toggled.giveaway.terms.prize
    if toggled.lost is not None:
        await ask.reply(ask.text("giveaways-lost", why=say(ask.texts, ask.locale, toggled.lost), prize=prize))
    else:
        said = "giveaways-entered" if toggled.entry.active else "giveaways-left"
        lines = [ask.text(said, prize=prize, entries=toggled.entries)]
        if toggled.entry.active and made:
            lines.append(ask.text("giveaways-entered-ticket", ticket=made.ticket(actor.id)))
        if toggled.entry.active and made and made.commitment:
            # Its own message may be edited, and is at every few entries; what each entrant was told is theirs.
            lines.append(ask.text("giveaways-entered-commitment", hash=made.commitment))
        await ask.reply("\n".join(lines))
    return None


async def ticket(ask: Ask, *, args: list[int]) -> Refusal | None:
    """The button under the hash of a list: which line of it is mine."""
    giveaway = await store.get(args[0])
    if giveaway is None or giveaway.guild_id != ask.guild_id or giveaway.state is State.DELETED:
        return Refusal("giveaways-refused-unknown")
    entry, made = await store.entry(giveaway.id, ask.actor.id), await draws.get(giveaway.id)
    if entry is None or not entry.active or made is None:
        return Refusal("giveaways-refused-no-ticket")
    prize, mine = giveaway.terms.prize, made.ticket(ask.actor.id)
    if not made.list_hash or await draws.is_listed(made, mine):
        await ask.reply(ask.text("giveaways-ticket", prize=prize, ticket=mine))
    else:
        why = _why_not_listed(giveaway, entry, made, ask.deps.clock.now())
        said = say(ask.texts, ask.locale, why or Refusal("giveaways-ticket-why-unknown"))
        await ask.reply(ask.text("giveaways-ticket-not-listed", prize=prize, ticket=mine, why=said))
    return None


def _why_not_listed(giveaway: Giveaway, entry: Entry, made: Draw, now: datetime) -> Refusal | None:
    """Judged once more by what was committed to, at the time when the list was posted."""
    rules = commitments.rules_for(made.commitments[-1].statement, entry.member_id, made.ticket(entry.member_id))
    return refuse_listing(giveaway, entry.person, rules, made.posted_at or now) if rules else None


async def claim(ask: Ask, *, args: list[int]) -> Refusal | None:
    """The button under a winner message. Who claims is looked at again: by Discord as it is now, not by the click."""
    giveaway_id, member_id, deps = args[0], ask.actor.id, ask.deps
    if refusal := await service.refuse_claim(ask.guild_id, giveaway_id, member_id, deps.clock.now()):
        return refusal
    entry = await store.entry(giveaway_id, member_id)
    level = entry.level if entry else None
    try:
        person = await people.look_up(deps.discord, deps.levels, ask.guild_id, member_id, level=level)
    except DiscordUnavailable:
        return Refusal("giveaways-refused-discord-away")
    async with transaction():
        claimed = await service.claim(
            ask.guild_id,
            giveaway_id,
            member_id,
            person=person,
            rules=rules_of(ask.config.giveaways),
            now=deps.clock.now(),
        )
    if isinstance(claimed, Refusal):
        return claimed
    prize, host = claimed.giveaway.terms.prize, str(claimed.giveaway.host_id)
    if claimed.lost is None:
        await ask.reply(ask.text("giveaways-claimed", prize=prize, host=host))
    else:
        why = say(ask.texts, ask.locale, claimed.lost)
        await ask.reply(ask.text("giveaways-claim-lost", why=why, prize=prize))
    return None
