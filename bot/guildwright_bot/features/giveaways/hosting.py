"""What hosts do with a giveaway before it ends: start, preview, schedule and edit it."""

from datetime import timedelta

import hikari

from guildwright.platform.database.engine import transaction
from guildwright_bot.ask import Ask, Reply
from guildwright_bot.desk import judge
from guildwright_bot.features.giveaways import drafts, editing, forms, service, store
from guildwright_bot.features.giveaways.domain import (
    Caps,
    Giveaway,
    State,
    Terms,
    refuse_terms,
    refuse_wait,
    rules_of,
)
from guildwright_bot.features.giveaways.drafts import Draft
from guildwright_bot.features.giveaways.editing import Revision
from guildwright_bot.features.giveaways.finding import EDITABLE, find
from guildwright_bot.features.giveaways.messages import Writer
from guildwright_bot.guard import POST, Options, Requirement
from guildwright_bot.refusal import Refusal
from guildwright_bot.spans import parse_span
from guildwright_crds.compile import CompiledConfig


def place(options: Options, config: CompiledConfig) -> int | None:
    """Where a giveaway is posted: the channel asked for, else the config's, else where the command is used."""
    asked = options.get("channel")
    return asked if isinstance(asked, int) else rules_of(config.giveaways).default_channel


def managers(config: CompiledConfig) -> frozenset[int]:
    """Who may host giveaways without the right to manage the server."""
    return frozenset(map(int, config.giveaways.manager_roles))


STARTING = Requirement(
    "giveaway start",
    user=hikari.Permissions.MANAGE_GUILD,
    managers=managers,
    bot=POST,
    place=place,
    channel="channel",
)


def caps_of(ask: Ask) -> Caps:
    """What the host lets the guild have."""
    guild, limit = ask.guild_id, ask.deps.limits.limit
    return Caps(limit(guild, "giveaways.active"), limit(guild, "giveaways.winners"), limit(guild, "giveaways.entries"))


async def start(
    ask: Ask, *, channel: int | None, starts_in: str | None, preview: bool | None, **asked: object
) -> Refusal | None:
    """`/giveaway start`."""
    terms = forms.read(Terms("", 1, timedelta()), asked, ask.guild_id)
    wait = _span(starts_in) or timedelta()
    if isinstance(terms, Refusal) or isinstance(wait, Refusal):
        return terms if isinstance(terms, Refusal) else wait if isinstance(wait, Refusal) else None
    refusal = refuse_terms(terms, caps_of(ask)) or refuse_wait(wait) or await _refuse_here(ask, terms)
    if refusal is not None:
        return refusal
    where = place({"channel": channel}, ask.config) or ask.channel_id
    draft = Draft(ask.source_id, ask.guild_id, where, ask.actor.id, terms, wait)
    if rules_of(ask.config.giveaways).preview if preview is None else preview:
        return await _show(ask, draft)
    return await _start(ask, draft)


async def post(ask: Ask, *, args: list[int]) -> Refusal | None:
    """The button Post under a preview."""
    draft = await _own(ask, args[0])
    if isinstance(draft, Refusal):
        return draft
    # An hour may have passed since `/giveaway start` was allowed. Who names no channel needs no right in it.
    usual = draft.channel_id == (place({}, ask.config) or ask.channel_id)
    refusal = await judge(ask, STARTING, {} if usual else {"channel": draft.channel_id})
    return refusal or await _refuse_here(ask, draft.terms) or await _start(ask, draft)


async def discard(ask: Ask, *, args: list[int]) -> Refusal | None:
    """The button Discard under a preview."""
    draft = await _own(ask, args[0])
    if isinstance(draft, Refusal):
        return draft
    await drafts.discard(draft.id)
    await ask.answer(Reply(ask.text("giveaways-discarded", prize=draft.terms.prize), replaces=True))
    return None


async def edit(
    ask: Ask, *, giveaway: str, starts_in: str | None, ends_in: str | None, **asked: object
) -> Refusal | None:
    """`/giveaway edit`."""
    starts, ends = _span(starts_in), _span(ends_in)
    for span in (starts, ends):
        if isinstance(span, Refusal):
            return span
    dry = forms.read(Terms("", 1, timedelta()), asked, ask.guild_id)  # what is typed, before anything is locked
    refusal = dry if isinstance(dry, Refusal) else await _refuse_here(ask, dry)
    if refusal is not None:
        return refusal
    found = await find(ask, giveaway, EDITABLE)
    if isinstance(found, Refusal):
        return found
    revision = Revision(lambda terms: forms.read(terms, asked, ask.guild_id), starts, ends)  # type: ignore[arg-type]
    async with transaction():
        edited = await editing.edit(
            ask.guild_id,
            found.id,
            revision,
            caps=caps_of(ask),
            rules=rules_of(ask.config.giveaways),
            actor_id=ask.actor.id,
            now=ask.deps.clock.now(),
        )
    return await done(ask, "giveaways-edited", edited)


async def done(ask: Ask, said: str, giveaway: Giveaway | Refusal, *, replaces: bool = False) -> Refusal | None:
    """Answer with a sentence about a giveaway."""
    if isinstance(giveaway, Refusal):
        return giveaway
    text = ask.text(
        said,
        number=str(giveaway.number),
        prize=giveaway.terms.prize,
        channel=str(giveaway.channel_id),
        start=str(int(giveaway.started_at.timestamp())),
        timestamp=str(int(giveaway.ends_at.timestamp())),
    )
    await ask.answer(Reply(text, replaces=replaces))
    return None


async def _start(ask: Ask, draft: Draft) -> Refusal | None:
    async with transaction():
        started = await service.start(
            guild_id=draft.guild_id,
            channel_id=draft.channel_id,
            host_id=draft.member_id,
            source_id=draft.source_id,
            terms=draft.terms,
            wait=draft.wait,
            caps=caps_of(ask),
            now=ask.deps.clock.now(),
        )
    if isinstance(started, Giveaway) and started.state is State.DELETED:
        return Refusal("giveaways-refused-unknown")
    said = "giveaways-scheduled" if draft.wait else "giveaways-started"
    return await done(ask, said, started, replaces=bool(draft.id))


async def _show(ask: Ask, draft: Draft) -> Refusal | None:
    now = ask.deps.clock.now()
    number = await store.coming_number(ask.guild_id)
    draft_id = await drafts.keep(draft, now)
    begins = now + draft.wait
    seen = Giveaway(
        0, number, draft.guild_id, draft.channel_id, draft.member_id, draft.terms, begins, begins + draft.terms.duration
    )
    await ask.answer(Writer(ask.texts, ask.locale).preview(seen, draft_id, scheduled=bool(draft.wait)))
    return None


async def _own(ask: Ask, draft_id: int) -> Draft | Refusal:
    draft = await drafts.get(ask.guild_id, draft_id, ask.deps.clock.now())
    if draft is None:
        return Refusal("giveaways-refused-no-preview")
    return draft if draft.member_id == ask.actor.id else Refusal("giveaways-refused-not-your-preview")


async def _refuse_here(ask: Ask, terms: Terms) -> Refusal | None:
    """Why nobody of this guild could enter on these terms."""
    if terms.minimum_level and not ask.deps.levels.on(ask.guild_id):
        return Refusal("giveaways-refused-no-levels")
    if ask.guild_id in forms.role_ids(terms):
        return Refusal("giveaways-refused-everyone")
    missing = forms.role_ids(terms) and forms.role_ids(terms) - await ask.standing.roles(ask.guild_id)
    if missing:
        return Refusal("giveaways-refused-no-such-role", {"roles": ", ".join(f"`{each}`" for each in sorted(missing))})
    return None


def _span(text: str | None) -> timedelta | Refusal | None:
    return None if text is None else parse_span(text)
