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
    meant = await _named(ask, typed, states)
    if only or isinstance(meant, Giveaway) or meant.reason == _SEVERAL:
        return meant
    return await _named(ask, typed, tuple(state for state in State if state not in {*states, State.DELETED}))


async def _named(ask: Ask, typed: str, states: tuple[State, ...]) -> Giveaway | Refusal:
    """Only of those that fit it is asked who can view them: where a channel is gone, Discord is asked each time."""
    wanted, known = typed.casefold(), await _recent(ask, states)
    fitting = [each for each in known if wanted in {_label(ask, each).casefold(), each.terms.prize.casefold()}]
    return by_words(typed, {_label(ask, each): each for each in await _seen(ask, fitting)})


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
    return await _seen(ask, await _recent(ask, states))


async def _recent(ask: Ask, states: tuple[State, ...]) -> list[Giveaway]:
    newest = State.CLOSED in states  # of those that are over nobody means the first ones
    return await store.recent(ask.guild_id, states, _NEWEST if newest else _ALL, newest=newest)


async def _seen(ask: Ask, found: list[Giveaway]) -> list[Giveaway]:
    sees = {channel_id: await ask.can_view(channel_id) for channel_id in {each.channel_id for each in found}}
    return [each for each in found if sees[each.channel_id]]


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
