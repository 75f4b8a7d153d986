"""One message's own story: how the bot came to it, what it was told of it, and all it did with it since."""

from dataclasses import dataclass, field
from datetime import datetime

from guildwright.platform.markup.names import Names
from guildwright.playground.page.story import LARGEST, Group, Step, grouped, with_cause
from guildwright.playground.page.telling import Told, cause, hearing
from guildwright.playground.page.touching import messages_of
from guildwright.playground.playground import Playground
from guildwright.playground.recorder import Exchange
from guildwright.playground.records import Message

_LATEST = 15
_STEPS = 40
_S = "\N{RIGHT SINGLE QUOTATION MARK}s"
ABOUT_IT = "About this message"
FORGOTTEN = "This message is older than what the record of traffic still holds."
PRIVATE = "Discord does not tell a bot of private replies, not even of its own."
ABSENT = "No bot was connected that could have been told."
NOTHING = "The bot was not told of it: it asked for no messages, or may not see this channel."


@dataclass(frozen=True)
class Trace:
    """What the panel shows. `took` is milliseconds from the first interaction to the last thing done for it.

    `earlier` is how many groups in between are left out, `note` why there are none.
    """

    message_id: str
    title: str
    at: datetime
    took: int | None = None
    groups: list[Group] = field(default_factory=list)
    earlier: int = 0
    note: str | None = None


class Tracer:
    """Looks at what the recorder still holds."""

    def __init__(self, play: Playground, names: Names) -> None:
        self._play = play
        self._names = names
        self._memory = play.memory

    def owner(self, told: Told) -> str | None:
        """The interaction of a step: the one it names, or whose token it used."""
        number = self._memory.interaction_tokens.get(told.token or "")
        return told.answers or (str(number) if number else None)

    def trace(self, message: Message) -> Trace:
        """Everything about one message, oldest first."""
        kept = self._play.recorder.after(0, LARGEST)
        touching = {one.number for one in kept if str(message.id) in messages_of(one, self._memory)}
        groups = self._groups(message, kept, touching)
        shown = groups[:1] + groups[1:][-_LATEST:]
        return Trace(
            message_id=str(message.id),
            title=self._title(message),
            at=datetime.fromisoformat(message.sent_at),
            took=_took(groups),
            groups=shown,
            earlier=len(groups) - len(shown),
            note=None if groups else self._why_nothing(message, kept),
        )

    def _groups(self, message: Message, kept: list[Exchange], touching: set[int]) -> list[Group]:
        found: list[Group] = []
        loose = self._heard(kept, touching)
        for group in grouped(kept, self._names, self.owner, reading=True):
            touched = [one for one in group.steps if one.number in touching]
            if group.cause is None or (touched and self._is_elsewhere(group, message)):
                loose += touched
            elif touched or group.number in touching or group.cause == str(message.interaction_id):
                found.append(with_cause(group))
        if loose:
            loose.sort(key=lambda one: one.number)
            found.append(Group(loose[0].at, ABOUT_IT, steps=loose[-_STEPS:], number=loose[0].number))
        return sorted(found, key=lambda group: group.number)

    def _is_elsewhere(self, group: Group, message: Message) -> bool:
        """Whether it is a press on another message: what soon followed need not have come of it."""
        interaction = self._memory.interactions.get(int(group.cause or 0))
        source = interaction.source_message_id if interaction else None
        return source not in (None, message.id) and message.interaction_id != int(group.cause or 0)

    def _heard(self, kept: list[Exchange], touching: set[int]) -> list[Step]:
        """Events but interactions, each once, however many sessions heard it."""
        steps: dict[tuple[str, str], Step] = {}
        for exchange in kept:
            told = hearing(exchange, self._names) if exchange.number in touching else None
            if told and cause(exchange, self._names) is None:
                at = datetime.fromisoformat(exchange.at)
                step = Step(at, told.what, told.detail, number=exchange.number, heard=True)
                steps.setdefault((told.what, told.detail), step)
        return list(steps.values())

    def _title(self, message: Message) -> str:
        interaction = self._memory.interactions.get(message.interaction_id or 0)
        if interaction is None:
            author = self._names.user(str(message.author_id)) or message.webhook_name or "somebody"
            return f"{author}{_S} message"
        who = self._names.user(str(interaction.user_id)) or "somebody"
        return f"{who}{_S} /{interaction.command_name}" if interaction.command_name else f"{who}{_S} press"

    def _why_nothing(self, message: Message, kept: list[Exchange]) -> str:
        if not kept or message.sent_at < kept[0].at:
            return FORGOTTEN
        if message.private_to is not None:
            return PRIVATE
        return NOTHING if any(session.wire for session in self._play.hub.sessions.values()) else ABSENT


def _took(groups: list[Group]) -> int | None:
    """How long the first interaction kept the bot busy."""
    first = next((group for group in groups if group.cause), None)
    gaps = [step.gap for step in first.steps if step.gap] if first else []
    return max(gaps, default=None)
