"""What giveaways look like in Discord. Every word comes from the catalogue."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import hikari

from guildwright.platform.texts import Texts
from guildwright_bot.ask import Reply
from guildwright_bot.features.giveaways.domain import ClaimState, Giveaway, PrizeClaim, State, Terms
from guildwright_bot.features.giveaways.drafts import KEPT
from guildwright_bot.features.giveaways.draws import Draw
from guildwright_bot.features.giveaways.steps import View
from guildwright_bot.interactions import custom_id
from guildwright_bot.spans import say_span

FEATURE = "giveaways"
type ButtonStyle = Literal[hikari.ButtonStyle.PRIMARY, hikari.ButtonStyle.SECONDARY, hikari.ButtonStyle.SUCCESS]
_PATINA, _BRASS, _GREY = 0x0C6A60, 0xE3B45C, 0x8C8371
# Discord takes 2,000 characters of text and 4,096 of an embed; a mention is up to 25 of them.
_SENTENCES = 10  # claims are told of in a sentence each, more of them together
_NAMES = 15  # of one kind, where every message may have several kinds
_LISTED_PRIZE = 60
_LONGEST_EMBED = 4096


@dataclass(frozen=True)
class Post:
    """A message as it is sent or edited. `pings` are the only ones who are notified; `marker` finds it again."""

    content: str
    embeds: Sequence[hikari.Embed]
    components: Sequence[hikari.api.MessageActionRowBuilder]
    marker: str
    pings: tuple[int, ...] = ()


@dataclass(frozen=True)
class Writer:
    """Writes in one guild's language."""

    texts: Texts
    locale: str

    def text(self, message_id: str, **args: str | float) -> str:
        """A sentence of the catalogue."""
        return self.texts.text(self.locale, message_id, **args)

    def span(self, span: timedelta) -> str:
        """A duration in words."""
        return say_span(self.texts, self.locale, span)

    def panel(self, seen: View) -> Post:
        """The giveaway's message: what can be won, and the button to enter."""
        giveaway = seen.giveaway
        running = giveaway.state is State.RUNNING
        terms = giveaway.terms
        usual = _PATINA if running else _BRASS if giveaway.state is State.CLAIMING else _GREY
        colour = usual if terms.colour is None else terms.colour
        text = "\n".join(self._lines(seen))[:_LONGEST_EMBED]
        embed = hikari.Embed(title=terms.prize, description=text, color=colour)
        embed.set_image(terms.image)
        embed.set_footer(self.text("giveaways-panel-footer", number=str(giveaway.number)))
        marker = custom_id(FEATURE, "enter", giveaway.id)
        label = self.text("giveaways-button-enter" if running else "giveaways-button-ended")
        return Post("", [embed], [_row(marker, label, hikari.ButtonStyle.PRIMARY, disabled=not running)], marker)

    def preview(self, giveaway: Giveaway, draft_id: int, *, scheduled: bool) -> Reply:
        """What a host sees before it is posted: the very message, whose button does nothing yet, and what to do."""
        post = self.panel(View(giveaway, ()))
        enter = _row(post.marker, self.text("giveaways-button-enter"), hikari.ButtonStyle.PRIMARY, disabled=True)
        choose = _row(
            custom_id(FEATURE, "post", draft_id),
            self.text("giveaways-button-schedule" if scheduled else "giveaways-button-post"),
            hikari.ButtonStyle.SUCCESS,
            disabled=False,
        )
        choose.add_interactive_button(
            hikari.ButtonStyle.DANGER,
            custom_id(FEATURE, "discard", draft_id),
            label=self.text("giveaways-button-discard"),
        )
        said = "giveaways-preview-scheduled" if scheduled else "giveaways-preview"
        start = str(int(giveaway.started_at.timestamp()))
        text = self.text(said, channel=str(giveaway.channel_id), start=start, minutes=KEPT // timedelta(minutes=1))
        return Reply(text, post.embeds, [enter, choose])

    def _lines(self, seen: View) -> list[str]:
        giveaway = seen.giveaway
        when = {"timestamp": str(int(giveaway.ends_at.timestamp()))}
        ends = "giveaways-panel-ends" if giveaway.state is State.RUNNING else "giveaways-panel-ended"
        lines = [
            self.text(ends, **when),
            self.text("giveaways-panel-host", host=str(giveaway.host_id)),
            self.text("giveaways-panel-winners", count=giveaway.terms.winners),
        ]
        lines.extend(self._conditions(giveaway.terms))
        lines.append(self.text("giveaways-panel-entries", count=giveaway.entries))
        if seen.commitment:
            lines.append(self.text("giveaways-panel-commitment", hash=seen.commitment))
        if giveaway.state in (State.CLAIMING, State.CLOSED):
            lines.append("")
            lines.extend(self._claims(seen.claims, _NAMES))
            if not seen.claims:
                lines.append(self.text("giveaways-panel-nobody"))
        return lines

    def _conditions(self, terms: Terms) -> Iterator[str]:
        required = _roles(terms.required_roles)
        if len(terms.required_roles) == 1:
            yield self.text("giveaways-panel-role", role=str(*terms.required_roles))
        elif terms.required_roles:
            yield self.text(f"giveaways-panel-{'all-roles' if terms.required_all else 'any-role'}", roles=required)
        if terms.minimum_level:
            yield self.text("giveaways-panel-level", level=terms.minimum_level)
        if terms.minimum_account_age:
            yield self.text("giveaways-panel-account-age", span=self.span(terms.minimum_account_age))
        if terms.minimum_membership:
            yield self.text("giveaways-panel-membership", span=self.span(terms.minimum_membership))
        if terms.blacklisted_roles:
            yield self.text("giveaways-panel-not-for", roles=_roles(terms.blacklisted_roles))
        if terms.bonus:
            bonuses = ", ".join(f"<@&{role}> +{terms.bonus[role]}" for role in sorted(terms.bonus))
            yield self.text("giveaways-panel-bonus", bonuses=bonuses)
        if terms.claim_timeout is not None:
            yield self.text("giveaways-panel-claim-timeout", span=self.span(terms.claim_timeout))

    def _claims(self, claims: Sequence[PrizeClaim], names: int) -> list[str]:
        """What became of them: a sentence each, or where there are many one for each state, with so many names."""
        if len(claims) <= _SENTENCES:
            return [self.text(f"giveaways-claim-{_shown(each).value}", member=str(each.member_id)) for each in claims]
        of_state = {state: [each.member_id for each in claims if _shown(each) is state] for state in ClaimState}
        return [
            self.text(f"giveaways-claims-{state.value}", members=self.people(members, names))
            for state, members in of_state.items()
            if members
        ]

    def people(self, ids: Sequence[object], most: int = _NAMES) -> str:
        """Mentions, and how many there are more."""
        shown = ", ".join(f"<@{each}>" for each in ids[:most])
        return shown if len(ids) <= most else self.text("giveaways-people-more", people=shown, count=len(ids) - most)

    def announcement(self, seen: View, number: int) -> Post:
        """The message about one draw: who won and until when they can claim, or that nobody is left."""
        giveaway, claims = seen.giveaway, seen.of_round(number)
        if not claims:
            return self._nobody(seen, number)
        open_until = next((claim.deadline for claim in claims if claim.state is ClaimState.OPEN), None)
        lines = self._won(claims, giveaway.terms.prize, again=number > 0)
        can_claim = open_until is not None and giveaway.state is State.CLAIMING
        if open_until is not None and can_claim:
            lines.append(self.text("giveaways-claim-by", timestamp=str(int(open_until.timestamp()))))
        marker = custom_id(FEATURE, "claim", giveaway.id, number)
        over = "claimed" if all(claim.state is ClaimState.CLAIMED for claim in claims) else "over"
        label = self.text(f"giveaways-button-{'claim' if can_claim else over}")
        row = _row(marker, label, hikari.ButtonStyle.SUCCESS, disabled=not can_claim)
        return Post("\n".join(lines), [], [row], marker, tuple(claim.member_id for claim in claims))

    def _won(self, claims: Sequence[PrizeClaim], prize: str, *, again: bool) -> list[str]:
        """Who won, and what became of it. Where there are many nobody is named twice: fifty just fit."""
        settled = [claim for claim in claims if claim.state is not ClaimState.OPEN]
        named = claims if len(claims) <= _SENTENCES else [claim for claim in claims if claim not in settled]
        members = self.people([claim.member_id for claim in named], len(named))
        won = "giveaways-won-over" if not named else "giveaways-won-again" if again else "giveaways-won"
        return [self.text(won, members=members, prize=prize), *self._claims(settled, len(settled))]

    def _nobody(self, seen: View, number: int) -> Post:
        giveaway = seen.giveaway
        if not seen.claims:
            why = "giveaways-nobody-may-win" if seen.draw and seen.draw.entries else "giveaways-nobody-could-win"
        elif any(claim.state is ClaimState.CLAIMED for claim in seen.claims):
            why = "giveaways-some-unclaimed"
        else:
            why = "giveaways-nobody-claimed"
        text = self.text(why, prize=giveaway.terms.prize, host=str(giveaway.host_id))
        marker = custom_id(FEATURE, "over", giveaway.id, number)
        row = _row(marker, self.text("giveaways-button-over"), hikari.ButtonStyle.SECONDARY, disabled=True)
        return Post(text, [], [row], marker, (giveaway.host_id,))

    def closed(self, giveaway: Giveaway, draw: Draw) -> Post:
        """The message with the hash of the list, which is there before the draw."""
        how = "late" if draw.late else "drand" if draw.chain else "seed"
        lines = [self.text("giveaways-closed", prize=giveaway.terms.prize, entries=draw.entries)]
        if draw.tickets != draw.entries:
            lines.append(self.text("giveaways-closed-tickets", tickets=draw.tickets))
        if draw.left_out:
            lines.append(self.text("giveaways-closed-left-out", count=sum(draw.left_out.values())))
        lines += [self.text("giveaways-closed-hash", hash=draw.list_hash), self.text(f"giveaways-closed-{how}")]
        if draw.commitment:
            lines.append(self.text("giveaways-panel-commitment", hash=draw.commitment))
        marker = custom_id(FEATURE, "ticket", giveaway.id)
        row = _row(marker, self.text("giveaways-button-ticket"), hikari.ButtonStyle.SECONDARY, disabled=False)
        return Post("\n".join(lines), [], [row], marker)

    def about_record(self) -> tuple[str, ...]:
        """What the record of a draw says of itself to whoever opens it."""
        return tuple(self.text(f"giveaways-record-{name}") for name in ("what", "check", "proves", "proves-not"))

    def listing(self, found: Sequence[Giveaway]) -> hikari.Embed:
        """What runs in the guild."""
        lines = [
            self.text(
                f"giveaways-list-{giveaway.state.value}",
                number=str(giveaway.number),
                prize=_short(giveaway.terms.prize),
                channel=str(giveaway.channel_id),
                start=str(int(giveaway.started_at.timestamp())),
                timestamp=str(int(giveaway.ends_at.timestamp())),
                entries=giveaway.entries,
            )
            for giveaway in found
        ]
        return hikari.Embed(title=self.text("giveaways-list-title"), description="\n".join(lines), color=_PATINA)


def _row(marker: str, label: str, style: ButtonStyle, *, disabled: bool) -> hikari.impl.MessageActionRowBuilder:
    row = hikari.impl.MessageActionRowBuilder()
    row.add_interactive_button(
        hikari.ButtonStyle.SECONDARY if disabled else style, marker, label=label, is_disabled=disabled
    )
    return row


def sentence(writer: Writer, fact: Mapping[str, Any]) -> str:
    """What the log channel reads of a fact of `events.py`, as its job carries it."""
    number, prize = str(fact["number"]), fact["prize"]
    match fact["fact"]:
        case "GiveawayStarted":
            return writer.text(
                "giveaways-log-started", number=number, prize=prize, channel=fact["channel_id"], host=fact["host_id"]
            )
        case "GiveawayEnded":
            said = "giveaways-log-drawn" if fact["winner_ids"] else "giveaways-log-nobody"
            winners = writer.people(fact["winner_ids"])
            return writer.text(said, number=number, prize=prize, winners=winners, entries=fact["entries"])
        case "PrizeClaimed":
            return writer.text("giveaways-log-claimed", number=number, prize=prize, winner=fact["winner_id"])
        case "ClaimFailed":
            winner, reason = fact["winner_id"], fact["reason"].removeprefix("giveaways-refused-")
            return writer.text("giveaways-log-claim-failed", number=number, prize=prize, winner=winner, reason=reason)
        case "PrizeExpired":
            return _given_on(writer, fact, number, prize)
        case "PrizeRerolled":
            said = "giveaways-log-by-hand" if fact["winner_ids"] else "giveaways-log-by-hand-nobody"
            actor, winners = fact["actor_id"], writer.people(fact["winner_ids"])
            return writer.text(said, number=number, prize=prize, actor=actor, winners=winners)
        case other:
            raise ValueError(f"no sentence for the fact {other!r}")


def _given_on(writer: Writer, fact: Mapping[str, Any], number: str, prize: str) -> str:
    former, winners = writer.people(fact["former_ids"]), writer.people(fact["winner_ids"])
    # Of a claim that failed the log channel was told already.
    cause = "failed" if fact["former_ids"] == fact.get("failed_ids") else "expired"
    said = f"giveaways-log-{cause}{'-next' if winners else ''}"
    return writer.text(said, number=number, prize=prize, former=former, winners=winners)


def _roles(ids: Iterable[int]) -> str:
    return ", ".join(f"<@&{each}>" for each in sorted(ids))


def _shown(claim: PrizeClaim) -> ClaimState:
    return ClaimState.FAILED if claim.state is ClaimState.FAILING else claim.state


def _short(prize: str) -> str:
    return prize if len(prize) <= _LISTED_PRIZE else f"{prize[: _LISTED_PRIZE - 1]}…"
