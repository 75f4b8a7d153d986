"""Where one can go: channels by category with their threads, voice with who is in it, the bot's private channel."""

from dataclasses import dataclass, field, replace

from guildwright.playground.bits import ChannelType, Permission
from guildwright.playground.page import seat as seats
from guildwright.playground.page.names import GuildNames
from guildwright.playground.page.seat import Seat
from guildwright.playground.page.seen import Seen
from guildwright.playground.playground import Playground
from guildwright.playground.records import Channel, VoiceState

_ARCHIVED_SHOWN = 3
_ICONS = {
    ChannelType.DM: "at-sign",
    ChannelType.GUILD_VOICE: "volume-2",
    ChannelType.GUILD_ANNOUNCEMENT: "megaphone",
    ChannelType.GUILD_FORUM: "messages-square",
}


@dataclass(frozen=True)
class Voice:
    """Somebody in a voice channel; `mute` and `deaf` also where a moderator did it."""

    id: str
    name: str
    mute: bool = False
    deaf: bool = False


@dataclass(frozen=True)
class Place:
    """A channel or thread in the list. `unread` is what it holds unseen, `joined` that the member is in its voice."""

    id: str
    name: str
    icon: str = "hash"
    kind: str = "text"
    topic: str | None = None
    unread: int = 0
    archived: bool = False
    threads: list["Place"] = field(default_factory=list)
    voices: list[Voice] = field(default_factory=list)
    joined: bool = False

    @property
    def sign(self) -> str:
        """What stands before its name in a text."""
        return "" if self.kind == "private" else "#"


@dataclass(frozen=True)
class Post:
    """A forum's thread, with how many answers its first message has."""

    place: Place
    author: str
    answers: int


@dataclass(frozen=True)
class PlaceGroup:
    """A category, or the channels without one (no id)."""

    id: str
    name: str
    places: list[Place]


class Places:
    """As one seat sees them."""

    def __init__(self, play: Playground, at: Seat, seen: Seen, names: GuildNames) -> None:
        self._play = play
        self._at = at
        self._seen = seen
        self._names = names

    def here(self) -> Place:
        """The channel that is open, as it is now."""
        return self._place(self._play.memory.channels.get(self._at.channel.id, self._at.channel))

    def listed(self) -> list[Place]:
        """All that can be opened, threads after their channel."""
        return [one for group in self.groups() for place in group.places for one in (place, *place.threads)]

    def groups(self) -> list[PlaceGroup]:
        """By category, as the server orders them."""
        everything = self._play.memory.guild_channels(self._at.guild.id)
        visible = seats.channels(self._play, self._at.guild, self._at.user)
        threads = self._threads()
        categories = [one for one in everything if one.type == ChannelType.GUILD_CATEGORY]
        known = {category.id for category in categories}
        loose = [one for one in visible if one.parent_id not in known]
        groups = [PlaceGroup("", "Channels", self._places(loose, threads))]
        for category in categories:
            inside = self._places([one for one in visible if one.parent_id == category.id], threads)
            if inside or seats.sees(self._play, category, self._at.user):
                groups.append(PlaceGroup(str(category.id), category.name, inside))
        return groups

    def _places(self, channels: list[Channel], threads: dict[int, list[Channel]]) -> list[Place]:
        # Voice comes last, as one is used to.
        ordered = sorted(channels, key=lambda channel: channel.type == ChannelType.GUILD_VOICE)
        return [replace(self._place(one), threads=self._shown(threads.get(one.id, []))) for one in ordered]

    def _threads(self) -> dict[int, list[Channel]]:
        found: dict[int, list[Channel]] = {}
        for thread in self._play.memory.guild_threads(self._at.guild.id):
            if thread.parent_id and seats.sees(self._play, thread, self._at.user):
                found.setdefault(thread.parent_id, []).append(thread)
        return found

    def _shown(self, threads: list[Channel]) -> list[Place]:
        """Those that are open, and the last few of the archived ones."""
        live = [one for one in threads if one.thread and not one.thread.archived]
        past = [one for one in threads if one.thread and one.thread.archived]
        here = [one for one in past[:-_ARCHIVED_SHOWN] if one.id == self._at.channel.id]
        return [self._place(one) for one in (*live, *here, *past[-_ARCHIVED_SHOWN:])]

    def _place(self, channel: Channel) -> Place:
        unread = 0 if channel.id == self._at.channel.id else self._seen.unread(self._at.user, channel.id)
        states = self._play.memory.voice_states.get(self._at.guild.id, {}).values()
        here = [state for state in states if state.channel_id == channel.id]
        return Place(
            id=str(channel.id),
            name=self._play.bot.username if channel.recipient_id else channel.name,
            icon=_icon(channel),
            kind=_kind(channel),
            topic=channel.topic,
            unread=unread,
            archived=bool(channel.thread and channel.thread.archived),
            voices=[self._voice(state) for state in here],
            joined=any(state.user_id == self._at.user.id for state in here),
        )

    def _voice(self, state: VoiceState) -> Voice:
        member = self._play.memory.member(state.guild_id, state.user_id)
        return Voice(
            id=str(state.user_id),
            name=self._names.user(str(state.user_id)) or "somebody",
            mute=state.self_mute or bool(member and member.mute),
            deaf=state.self_deaf or bool(member and member.deaf),
        )

    def posts(self) -> list[Post]:
        """The open forum's posts, the newest first and the archived ones last."""
        threads = self._threads().get(self._at.channel.id, [])
        ordered = sorted(threads, key=lambda one: (bool(one.thread and one.thread.archived), -one.id))
        return [
            Post(
                place=self._place(one),
                author=self._names.user(str(one.owner_id)) or "somebody",
                answers=max(0, len(list(self._play.memory.public_messages(one.id))) - 1),
            )
            for one in ordered
        ]

    def own_voice(self) -> tuple[Place, VoiceState] | None:
        """Where the member is in voice."""
        state = self._play.memory.voice_states.get(self._at.guild.id, {}).get(self._at.user.id)
        channel = self._play.memory.channels.get(state.channel_id) if state else None
        return (self._place(channel), state) if state and channel else None

    def private(self) -> Place | None:
        """The private channel with the bot, once it was opened."""
        channel = self._play.memory.direct_channel(self._at.user.id)
        return self._place(channel) if channel else None


def _kind(channel: Channel) -> str:
    if channel.recipient_id:
        return "private"
    if channel.thread:
        return "thread"
    return {ChannelType.GUILD_VOICE: "voice", ChannelType.GUILD_FORUM: "forum"}.get(ChannelType(channel.type), "text")


def _icon(channel: Channel) -> str:
    if channel.thread:
        secret = channel.type == ChannelType.PRIVATE_THREAD
        return "archive" if channel.thread.archived else "lock" if secret else "corner-down-right"
    everyone = next((entry for entry in channel.overwrites if entry.id == channel.guild_id), None)
    denied = Permission(everyone.deny) if everyone else Permission(0)
    if denied & Permission.VIEW_CHANNEL:
        return "lock"
    quiet = denied & Permission.SEND_MESSAGES and channel.type == ChannelType.GUILD_TEXT
    return "megaphone" if quiet else _ICONS.get(ChannelType(channel.type), "hash")
