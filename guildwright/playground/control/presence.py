"""Acting as a member without words: voice, presence, typing. And the gateway's limits."""

import secrets

import msgspec

from guildwright.playground import effects_presence
from guildwright.playground.bits import ChannelType, Permission
from guildwright.playground.control import gateway_requests as requests
from guildwright.playground.control import models, oracle
from guildwright.playground.control.errors import ControlError, forbidden, invalid
from guildwright.playground.control.lookup import Lookup
from guildwright.playground.gateway.arrival import guild_arrives
from guildwright.playground.gateway.voice import may_enter
from guildwright.playground.playground import Playground
from guildwright.playground.records import Channel, Guild, Presence, User, VoiceState

_STATUSES = ("online", "idle", "dnd", "offline")
_LONGEST_STATUS = 128
_CUSTOM_STATUS = 4
_LIMITS = {
    "max_concurrency": (1, 64),
    "starts_per_day": (1, 100_000),
    "starts_used": (0, 100_000),
    "shards": (1, 10_000),
}


class PresenceActs:
    """What a person does without writing."""

    def __init__(self, play: Playground) -> None:
        self._play = play
        self._find = Lookup(play)

    def voice(self, guild_id: str) -> models.VoiceView:
        """Who is in voice."""
        guild = self._find.guild(guild_id)
        states = self._play.memory.voice_states.get(guild.id, {}).values()
        return models.VoiceView(states=[self._shown(state) for state in states])

    def edit_voice(self, body: requests.EditVoice) -> models.VoiceView:
        """A member joins, moves, leaves, mutes or deafens."""
        user = self._find.person(body.user_id)
        channel = self._find.channel(body.channel_id) if isinstance(body.channel_id, str) else None
        guild = self._guild(body, channel)
        self._find.member(guild, body.user_id)
        with self._play.store.change() as change:
            if body.channel_id is None:
                effects_presence.voice_left(self._play, change, guild.id, user.id)
            else:
                effects_presence.voice_changed(self._play, change, self._state(body, guild, user, channel))
        return self.voice(str(guild.id))

    def _guild(self, body: requests.EditVoice, channel: Channel | None) -> Guild:
        if channel and channel.guild_id is None:
            raise invalid("channel_id", "That is a private channel; nobody speaks there.")
        if channel:
            return self._find.guild(str(channel.guild_id))
        if body.guild_id is None:
            raise invalid("guild_id", "Name the guild, or the channel to join.")
        return self._find.guild(body.guild_id)

    def _state(self, body: requests.EditVoice, guild: Guild, user: User, channel: Channel | None) -> VoiceState:
        known = self._play.memory.voice_states.get(guild.id, {}).get(user.id)
        if channel and channel.type != ChannelType.GUILD_VOICE:
            raise invalid("channel_id", f"{channel.name} is not a voice channel (type 2).")
        if channel and not may_enter(self._play, channel, user.id):
            raise forbidden(f"{user.username} may not connect to {channel.name}, or it is full.", "channel_id")
        if channel is None and known is None:
            raise ControlError(
                409, "not_in_voice", f"{user.username} is not in voice; name a channel_id.", "channel_id"
            )
        known = known or VoiceState(guild_id=guild.id, user_id=user.id, channel_id=0, session_id=secrets.token_hex(16))
        return msgspec.structs.replace(
            known,
            channel_id=channel.id if channel else known.channel_id,
            self_mute=known.self_mute if body.self_mute is None else body.self_mute,
            self_deaf=known.self_deaf if body.self_deaf is None else body.self_deaf,
        )

    def _shown(self, state: VoiceState) -> models.VoiceStateView:
        member = self._play.memory.member(state.guild_id, state.user_id)
        return models.VoiceStateView(
            user_id=str(state.user_id),
            channel_id=str(state.channel_id),
            self_mute=state.self_mute,
            self_deaf=state.self_deaf,
            mute=bool(member and member.mute),
            deaf=bool(member and member.deaf),
        )

    def presences(self, guild_id: str) -> models.PresencesView:
        """Who is there; whoever is not listed is offline."""
        guild = self._find.guild(guild_id)
        known = self._play.memory.presences
        members = self._play.memory.members.get(guild.id, {})
        listed = {str(user_id): known[user_id].status for user_id in members if user_id in known}
        return models.PresencesView(presences=listed)

    def edit_presence(self, body: requests.EditPresence) -> models.PresenceView:
        """A person comes, goes, or says what they do."""
        user = self._find.person(body.user_id)
        if body.status not in _STATUSES:
            raise invalid("status", f"{body.status[:40]!r} is not one of {', '.join(_STATUSES)}.")
        if body.activity and len(body.activity) > _LONGEST_STATUS:
            raise invalid("activity", f"A custom status has {_LONGEST_STATUS} characters at most.")
        custom = {
            "id": "custom",
            "name": "Custom Status",
            "type": _CUSTOM_STATUS,
            "state": body.activity,
            "created_at": int(self._play.clock.now().timestamp() * 1000),
        }
        activities = (custom,) if body.activity else ()
        presence = Presence(user_id=user.id, status=body.status, activities=activities)
        with self._play.store.change() as change:
            shown = None if body.status == "offline" else presence
            effects_presence.presence_changed(self._play, change, user.id, shown)
        return models.PresenceView(user_id=str(user.id), status=body.status, activity=body.activity)

    def typing(self, body: requests.Typing) -> None:
        """A member types."""
        user = self._find.person(body.user_id)
        channel = self._find.visible_channel(user, body.channel_id, Permission.SEND_MESSAGES)
        effects_presence.typing(self._play, channel, user.id)

    def edit_gateway(self, body: requests.EditGateway) -> oracle.GatewayLimitsView:
        """Other limits for the bot."""
        wished = {name: value for name, value in msgspec.structs.asdict(body).items() if value is not None}
        if body.shards is msgspec.UNSET:
            wished.pop("shards", None)
        for name, value in wished.items():
            low, high = _LIMITS[name]
            if not low <= value <= high:
                raise invalid(name, f"{value} is not between {low} and {high}.")
        if body.shards is None:
            wished["shards"] = None
        if "starts_used" in wished:
            wished["starts_since"] = self._play.clock.now().isoformat()
        with self._play.store.change() as change:
            change.put(msgspec.structs.replace(self._play.application, **wished))
        return self.gateway_limits()

    def outage(self, guild_id: str, body: requests.Outage) -> models.OutagesView:
        """A guild becomes unavailable, as in an outage of Discord's, or is there again."""
        guild = self._find.guild(guild_id)
        play = self._play
        if body.unavailable and guild.id not in play.hub.outages:
            play.tell("GUILD_DELETE", guild.id, {"id": str(guild.id), "unavailable": True})
            play.hub.outages.add(guild.id)
        elif not body.unavailable and guild.id in play.hub.outages:
            play.hub.outages.discard(guild.id)
            if play.memory.member(guild.id, play.application.id):
                play.hub.dispatch(guild_arrives(play, guild))
        return models.OutagesView(guild_ids=[str(known) for known in play.hub.outages])

    def gateway_limits(self) -> oracle.GatewayLimitsView:
        """The bot's limits."""
        limit = self._play.hub.start_limit()
        return oracle.GatewayLimitsView(
            max_concurrency=limit["max_concurrency"],
            starts_per_day=limit["total"],
            starts_remaining=limit["remaining"],
            reset_after_ms=limit["reset_after"],
            shards=self._play.application.shards,
        )
