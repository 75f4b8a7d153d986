"""A playground in memory with its demo guild, its members, channels and messages by name."""

from dataclasses import dataclass

import msgspec

from guildwright.playground import effects, posting
from guildwright.playground.bodies.command import read as read_command
from guildwright.playground.bodies.message import read_new
from guildwright.playground.errors import Faults
from guildwright.playground.page.desk import Desk
from guildwright.playground.page.seat import Seat
from guildwright.playground.playground import Options, Playground
from guildwright.playground.records import Command, Json, Message


@dataclass
class Hall:
    """The Oak Hall."""

    play: Playground
    desk: Desk

    @classmethod
    def new(cls) -> "Hall":
        play = Playground(Options())
        return cls(play, Desk(play))

    def user_id(self, name: str) -> int:
        return next(user.id for user in self.play.memory.users.values() if user.username.lower() == name)

    def channel_id(self, name: str) -> int:
        return next(channel.id for channel in self.play.memory.channels.values() if channel.name == name)

    def seat(self, user: str = "ana", channel: str = "giveaways") -> Seat:
        return self.desk.seat(self.channel_id(channel), self.user_id(user))

    def write(self, user: str, channel: str = "giveaways", *, private_to: str | None = None, **body: object) -> Message:
        """A message appears, as if its author had sent it."""
        place = self.play.memory.channels[self.channel_id(channel)]
        message = posting.compose(self.play, place, self.user_id(user), read_new(dict(body)))
        if private_to:
            message = msgspec.structs.replace(message, private_to=self.user_id(private_to), flags=64)
        with self.play.store.change() as change:
            effects.message_created(self.play, change, message)
        return message

    def edit(self, message: Message, content: str) -> None:
        """A message changes."""
        edited = msgspec.structs.replace(message, content=content, edited_at=self.play.clock.now().isoformat())
        with self.play.store.change() as change:
            effects.message_edited(self.play, change, edited)

    def delete(self, message: Message) -> None:
        """A message goes."""
        with self.play.store.change() as change:
            effects.message_deleted(self.play, change, message, by_bot=False)

    def declare(self, *bodies: Json) -> None:
        """The bot declares commands."""
        with self.play.store.change() as change:
            for body in bodies:
                faults = Faults()
                command = read_command({"type": 1, "description": "What it does", **body}, faults)
                faults.check()
                change.put(Command(id=self.play.ids.next(), guild_id=None, version=1, body=command))
