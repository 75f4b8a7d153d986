"""Carries a script out, through the same doors that people use; whom a bot has put out or silenced stays so."""

from guildwright.playground import posting, writing
from guildwright.playground.bodies.message import read_new
from guildwright.playground.control import gateway_requests, requests
from guildwright.playground.control.chat import Chat
from guildwright.playground.control.errors import ControlError
from guildwright.playground.control.guilds import Guilds
from guildwright.playground.control.presence import PresenceActs
from guildwright.playground.errors import DiscordError
from guildwright.playground.generator.script import Act, Stage
from guildwright.playground.playground import Playground
from guildwright.playground.records import Channel


def stages(play: Playground, guild_ids: list[int]) -> tuple[Stage, ...]:
    """The cast: people who are no bots and own nothing, and the channels that the first of them may use."""
    found = (_stage(play, guild_id) for guild_id in guild_ids)
    return tuple(stage for stage in found if stage.people and stage.texts)


def _stage(play: Playground, guild_id: int) -> Stage:
    memory = play.memory
    owner = memory.guilds[guild_id].owner_id
    people = sorted(
        user_id for user_id in memory.members[guild_id] if user_id != owner and not memory.users[user_id].bot
    )
    plain = people[-1] if people else owner
    channels = memory.guild_channels(guild_id)
    return Stage(
        guild_id=guild_id,
        texts=tuple(one.id for one in channels if one.type == 0 and play.permissions.may_write(one, plain)),
        voices=tuple(one.id for one in channels if one.type == 2 and play.permissions.sees(one, plain)),  # noqa: PLR2004
        people=tuple(people),
    )


class Actor:
    """Does one act after the other; knows who the newcomers are."""

    def __init__(self, play: Playground, cast: tuple[Stage, ...]) -> None:
        self._play = play
        self._people = {stage.guild_id: dict(enumerate(stage.people)) for stage in cast}
        self._guilds, self._presence, self._chat = Guilds(play), PresenceActs(play), Chat(play)

    def act(self, act: Act) -> bool:
        """Whether it could be done."""
        try:
            self._act(act)
        except (ControlError, DiscordError):
            return False
        return True

    def _act(self, act: Act) -> None:
        if act.kind == "join":
            joined = self._guilds.add_member(str(act.guild_id), requests.NewMember(name=act.text))
            self._people[act.guild_id][act.person] = int(joined.user.id)
            return
        user_id = self._people[act.guild_id].get(act.person, 0)
        channel = self._play.memory.channels.get(act.channel_id or 0)
        match act.kind:
            case "chat":
                self._write(channel, user_id, act.text)
            case "react":
                self._react(channel, user_id, act.text)
            case "typing":
                self._presence.typing(gateway_requests.Typing(user_id=str(user_id), channel_id=str(act.channel_id)))
            case "leave":
                self._guilds.remove_member(str(act.guild_id), str(user_id))
            case "voice":
                wished = gateway_requests.EditVoice(
                    user_id=str(user_id),
                    guild_id=str(act.guild_id),
                    channel_id=str(act.channel_id) if act.channel_id else None,
                )
                self._presence.edit_voice(wished)

    def _write(self, channel: Channel | None, user_id: int, text: str) -> None:
        if channel is None or not self._play.permissions.may_write(channel, user_id):
            raise ControlError(403, "forbidden", "May not write here.")
        writing.check(self._play, channel, user_id)
        posting.publish(self._play, posting.compose(self._play, channel, user_id, read_new({"content": text})))

    def _react(self, channel: Channel | None, user_id: int, emoji: str) -> None:
        newest = self._play.memory.last_message_id(channel.id) if channel else None
        if newest is None:
            raise ControlError(404, "unknown_message", "Nothing to react to.")
        self._chat.react(str(newest), requests.React(user_id=str(user_id), emoji=emoji))
