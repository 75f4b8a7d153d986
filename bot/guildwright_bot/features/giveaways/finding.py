"""Which giveaway somebody means in a command, among those that they can see."""

from collections.abc import Mapping

from guildwright_bot.ask import Ask
from guildwright_bot.features.giveaways import store
from guildwright_bot.features.giveaways.domain import Giveaway, State
from guildwright_bot.references import number_or_message
from guildwright_bot.refusal import Refusal

EDITABLE = (State.SCHEDULED, State.RUNNING)
ENDABLE = (State.RUNNING,)
REROLLABLE = (State.CLAIMING, State.CLOSED)
CHOICE_TEXT = 100
_SEVERAL = "giveaways-refused-several"
_CHOICES = 25  # Discord shows no more suggestions
_LONGEST_QUOTE = 40
_ALL, _NEWEST = 1000, 100  # read at every keystroke; what is over for longer has a number


async def find(ask: Ask, typed: str, states: tuple[State, ...], *, only: bool = False) -> Giveaway | Refusal:
    """The giveaway that somebody means, among those that they can see.

    By its prize one in another state than `states` is found too, where there is none in these: whoever is asked for it
    says why it cannot be. `only`: not so, since nobody would say no.
    """
    typed = " ".join(typed.split())
    named = number_or_message(typed, ask.guild_id)
    found = await store.find(ask.guild_id, named) if named is not None else None
    if found is not None and await ask.can_view(found.channel_id):
        return found
    meant = by_words(typed, {_label(ask, giveaway): giveaway for giveaway in await visible(ask, states)})
    if only or isinstance(meant, Giveaway) or meant.reason == _SEVERAL:
        return meant
    others = tuple(state for state in State if state not in {*states, State.DELETED})
    other = by_words(typed, {_label(ask, giveaway): giveaway for giveaway in await visible(ask, others)})
    return meant if isinstance(other, Refusal) else other


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
        return Refusal(_SEVERAL, {"typed": typed[:_LONGEST_QUOTE], "numbers": numbers})
    return named[0]


async def visible(ask: Ask, states: tuple[State, ...]) -> list[Giveaway]:
    """The giveaways in channels that the member can view: a suggestion or a list must not tell of the others."""
    newest = State.CLOSED in states  # of those that are over nobody means the first ones
    found = await store.recent(ask.guild_id, states, _NEWEST if newest else _ALL, newest=newest)
    return [giveaway for giveaway in found if await ask.can_view(giveaway.channel_id)]


def _label(ask: Ask, giveaway: Giveaway) -> str:
    return ask.text("giveaways-choice", number=str(giveaway.number), prize=giveaway.terms.prize)[:CHOICE_TEXT]


class SuggestGiveaways:
    """Suggests the giveaways that a command can be used on."""

    def __init__(self, states: tuple[State, ...]) -> None:
        self._states = states

    async def __call__(self, ask: Ask, typed: str) -> Mapping[str, str]:
        """What is shown, and the number that is sent for it."""
        shown = {_label(ask, giveaway): str(giveaway.number) for giveaway in await visible(ask, self._states)}
        fitting = [label for label in shown if typed.casefold() in label.casefold()]
        return {label: shown[label] for label in fitting[:_CHOICES]}
