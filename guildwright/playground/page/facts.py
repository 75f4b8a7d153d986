"""What really happened since a moment, as the guided tour asks: nothing is ticked because a button said so."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, takewhile
from typing import Any

from guildwright.playground.bits import ComponentType, InteractionType
from guildwright.playground.ids import made_when
from guildwright.playground.page.names import GuildNames
from guildwright.playground.page.story import LARGEST
from guildwright.playground.playground import Playground
from guildwright.playground.records import Interaction, Json, Message

# What a command leads to in public comes by then: the bot may do it by a job.
_EFFECT = timedelta(seconds=4)
_LATE_EFFECT = timedelta(seconds=20)  # on a busy machine; nobody waits for it
_LINK = 5
_LOOKED_AT = 1000  # the newest messages of a channel and interactions of all
_IDENTIFY, _RESUME = 2, 6
_LIVE = "live"


@dataclass(frozen=True)
class Document:
    """A guild's document as `guildwright up` notes it."""

    file: str
    generation: int
    state: str
    problems: tuple[str, ...]

    @property
    def refused(self) -> bool:
        """Whether what the file says now is not in force."""
        return self.state != _LIVE


class Facts:
    """One guild since `since`, the smallest id of that moment."""

    def __init__(self, play: Playground, guild_id: int, since: int) -> None:
        self._play = play
        self._guild_id = guild_id
        self._since = since
        self._names = GuildNames(play, guild_id)

    def command(self) -> str | None:
        """A member ran a command, and something came of it that others see."""
        ran = (one for one in self._commands() if one.callback is not None)
        found = next((one for one in ran if self._replied(one) or self._led_to_something(one, _LATE_EFFECT)), None)
        return f"{self._name(found.user_id)} ran /{found.command_name}." if found else None

    def refused(self) -> frozenset[str]:
        """The ids of the members whose last command was answered to them alone, and came to nothing."""
        last: dict[int, Interaction] = {}
        for one in self._commands():
            last.setdefault(one.user_id, one)
        vain = (one for one in last.values() if self._is_told_alone(one) and not self._led_to_something(one))
        return frozenset(str(one.user_id) for one in vain if self._age(one) > _EFFECT)

    def runs(self) -> bool:
        """Whether the bot has a button up that a member could press, outside of any answer."""
        return any(_can_be_pressed(message.components) for message in self._announcements())

    def win(self) -> str | None:
        """The bot, of its own accord, named a member who had pressed one of its buttons."""
        pressed = {one.user_id: one.id for one in self._interactions() if one.type == InteractionType.COMPONENT}
        for message in self._announcements():
            if message.id < self._since:
                continue
            for user_id in message.mentions:
                if pressed.get(user_id, message.id) < message.id:
                    return f"{self._name(user_id)} won."
        return None

    def rule(self) -> str | None:
        """A member tried what they may not, and it came to nothing."""
        for message in self._messages():
            if message.id > self._since and self._is_vain_ping(message):
                return f"{self._name(message.author_id)} wrote @everyone, and nobody was pinged."
        public = {one.command_name for one in self._commands(ever=True) if self._led_to_something(one)}
        for one in self._commands():
            if (
                one.command_name in public
                and self._age(one) > _EFFECT
                and self._is_told_alone(one)
                and not self._led_to_something(one)
            ):
                return f"{self._name(one.user_id)} was refused, and nobody else was told."
        return None

    def document(self) -> Document | None:
        """What `up` says of the guild's document; None where the playground runs alone."""
        noted = self._noted(str(self._guild_id))
        try:
            if not noted or not noted["file"]:
                return None
            return Document(noted["file"], noted["generation"], noted["state"], tuple(noted["problems"]))
        except (KeyError, TypeError):
            return None

    def directory(self) -> str | None:
        """Where `up` looks for documents; None where the playground runs alone."""
        noted = self._noted("directory")
        return str(noted["path"]) if noted else None

    def _noted(self, name: str) -> Json | None:
        file = self._play.options.processes_file
        try:
            known: Any = json.loads(file.with_name("documents.json").read_text()) if file else {}
        except (OSError, ValueError):
            return None
        found = known.get(name) if isinstance(known, dict) else None
        return found if isinstance(found, dict) else None

    def recovery(self, number: int, killed: datetime) -> str | None:
        """How the bot came back, after the exchange of that number."""
        for exchange in self._play.recorder.after(number, LARGEST):
            payload: Any = exchange.payload or {}
            if exchange.kind != "gateway_sent" or payload.get("op") not in {_IDENTIFY, _RESUME}:
                continue
            if not any(session.wire for session in self._play.hub.sessions.values()):
                return None
            seconds = (datetime.fromisoformat(exchange.at) - killed).total_seconds()
            how = "took its session up again: it missed nothing" if payload["op"] == _RESUME else "logged in anew"
            return f"Back after {seconds:.1f} s. It {how}."
        return None

    def _name(self, user_id: int) -> str:
        return self._names.user(str(user_id)) or "Somebody"

    def _interactions(self, *, ever: bool = False) -> Iterator[Interaction]:
        newest = islice(reversed(self._play.memory.interactions.values()), _LOOKED_AT)
        here = (one for one in newest if one.guild_id == self._guild_id)
        return here if ever else takewhile(lambda one: one.id > self._since, here)

    def _commands(self, *, ever: bool = False) -> Iterator[Interaction]:
        return (one for one in self._interactions(ever=ever) if one.type == InteractionType.COMMAND)

    def _messages(self) -> Iterator[Message]:
        memory = self._play.memory
        for channel_id in (*memory.channels_of[self._guild_id], *memory.threads_of[self._guild_id]):
            yield from islice(reversed(memory.messages.get(channel_id, {}).values()), _LOOKED_AT)

    def _announcements(self) -> Iterator[Message]:
        """What the bot says in public that answers no interaction."""
        bot = self._play.bot.id
        return (
            one
            for one in self._messages()
            if one.author_id == bot and one.private_to is None and one.interaction_id is None
        )

    def _age(self, command: Interaction) -> timedelta:
        return self._play.clock.now() - made_when(command.id, command.opened_at)

    def _replied(self, command: Interaction) -> bool:
        """Whether it was answered for all to see."""
        reply = self._play.memory.messages.get(command.channel_id, {}).get(command.reply_id or 0)
        return reply is not None and reply.private_to is None

    def _led_to_something(self, command: Interaction, within: timedelta = _EFFECT) -> bool:
        began = made_when(command.id, command.opened_at)
        return any(
            command.id < one.id and made_when(one.id, one.sent_at) - began <= within and not one.mentions
            for one in self._announcements()
        )

    def _is_told_alone(self, command: Interaction) -> bool:
        reply = self._play.memory.messages.get(command.channel_id, {}).get(command.reply_id or 0)
        return reply is not None and reply.private_to is not None

    def _is_vain_ping(self, message: Message) -> bool:
        return "@everyone" in message.content and not message.mention_everyone


def _can_be_pressed(components: Iterable[Json]) -> bool:
    """Whether there is a button among them, however deep, that is neither a link nor disabled."""
    for part in components:
        if part.get("type") == ComponentType.BUTTON and part.get("style") != _LINK and not part.get("disabled"):
            return True
        if _can_be_pressed(part.get("components") or ()):
            return True
    return False
