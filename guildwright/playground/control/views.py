"""Reading: the state, messages, counters, traffic, sessions."""

import json
from collections import Counter

import msgspec

from guildwright.playground.bits import Permission
from guildwright.playground.control import models, oracle, show
from guildwright.playground.control.errors import invalid, snowflake
from guildwright.playground.control.lookup import Lookup
from guildwright.playground.playground import Playground
from guildwright.playground.recorder import masked
from guildwright.playground.records import Effect
from guildwright.playground.rest import unknown

MOST_MESSAGES = 200


class Views:
    """What there is to see."""

    def __init__(self, play: Playground) -> None:
        self._play = play
        self._find = Lookup(play)

    def state(self) -> models.StateView:
        """Everything but the messages."""
        play = self._play
        guilds = [show.guild(play, guild) for guild in play.memory.guilds.values()]
        return models.StateView(bot=show.bot(play), guilds=guilds, now=play.clock.now().isoformat())

    def guild(self, guild_id: str) -> models.GuildView:
        """One guild."""
        return show.guild(self._play, self._find.guild(guild_id))

    def messages(
        self,
        channel_id: str,
        as_user: str | None = None,
        limit: int = 50,
        after: str | None = None,
    ) -> models.MessagesView:
        """The newest messages (or the first ones after an id), with the private replies that `as_user` sees."""
        if not 1 <= limit <= MOST_MESSAGES:
            raise invalid("limit", f"{limit} is not between 1 and {MOST_MESSAGES}.")
        channel = self._find.channel(channel_id)
        viewer = self._find.user(as_user, "as_user") if as_user else None
        if viewer:
            needed = Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY
            channel = self._find.visible_channel(viewer, channel_id, needed)
        audience = {None, viewer.id} if viewer else {None}
        found = [
            message
            for message in self._play.memory.messages.get(channel.id, {}).values()
            if message.private_to in audience
        ]
        if after is not None:
            first = snowflake(after, "after")
            found = [message for message in found if message.id > first][:limit]
        return models.MessagesView(messages=[show.message(self._play, message) for message in found[-limit:]])

    def private(self, user_id: str, channel_id: str | None = None) -> models.MessagesView:
        """The private replies that a user sees, in one channel or in all."""
        user = self._find.user(user_id)
        memory = self._play.memory
        places = [self._find.channel(channel_id).id] if channel_id else list(memory.messages)
        found = [
            show.message(self._play, message)
            for place in places
            for message in memory.messages.get(place, {}).values()
            if message.private_to == user.id
        ]
        return models.MessagesView(messages=found)

    def interaction(self, interaction_id: str) -> models.InteractionResult:
        """How far an interaction is now."""
        return show.result(self._play, self._find.interaction(interaction_id))

    def effects(self, guild_id: str | None = None) -> oracle.EffectsView:
        """What the bot really did."""
        effects = self._play.memory.effects.values()
        places = sorted((e for e in effects if not e.name.startswith(unknown.EACH)), key=lambda effect: effect.key)
        if guild_id is not None:
            guild = self._find.guild(guild_id)
            places = [effect for effect in places if effect.guild_id == guild.id]
        totals: Counter[str] = Counter()
        for effect in places:
            totals[effect.name] += effect.count
        return oracle.EffectsView(totals=dict(totals), places=[_effect(effect) for effect in places])

    def unknown(self) -> oracle.UnknownView:
        """What was asked for and is not served."""
        found = [effect for effect in self._play.memory.effects.values() if effect.name.startswith(unknown.EACH)]
        ordered = sorted(found, key=lambda effect: (-effect.count, effect.name))
        routes = [oracle.UnknownRoute(route=e.name.removeprefix(unknown.EACH), count=e.count) for e in ordered]
        return oracle.UnknownView(routes=routes)

    def reset_effects(self) -> oracle.EffectsView:
        """Set every counter to nothing; returns what they were."""
        before = self.effects()
        with self._play.store.change() as change:
            for effect in self._play.memory.effects.values():
                change.drop(effect)
        return before

    def traffic(self, after: int = 0) -> oracle.TrafficView:
        """The newest exchanges on the wire."""
        entries = self._play.recorder.after(after)
        shown = [msgspec.convert(msgspec.structs.asdict(masked(entry)), oracle.TrafficEntry) for entry in entries]
        return oracle.TrafficView(entries=shown, last=entries[-1].number if entries else after)

    def gateway(self) -> oracle.GatewayView:
        """Who is connected."""
        memory = self._play.memory
        sessions = [
            oracle.SessionView(
                session_id=session.id,
                shard=session.shard,
                intents=int(session.intents),
                connected=session.wire is not None,
                sequence=session.sequence,
                guild_ids=[str(guild.id) for guild in memory.bot_guilds() if session.covers(guild.id)],
            )
            for session in self._play.hub.sessions.values()
        ]
        return oracle.GatewayView(sessions=sessions, starts_remaining=self._play.hub.start_limit()["remaining"])

    def processes(self) -> oracle.ProcessesView:
        """The present pids of what `guildwright up` runs."""
        file = self._play.options.processes_file
        try:
            known = json.loads(file.read_text()) if file else {}
        except (OSError, ValueError):
            known = {}
        pids = (
            {str(name): pid for name, pid in known.items() if isinstance(pid, int)} if isinstance(known, dict) else {}
        )
        return oracle.ProcessesView(pids=pids)


def _effect(effect: Effect) -> oracle.EffectView:
    return oracle.EffectView(
        kind=effect.name,
        guild_id=str(effect.guild_id) if effect.guild_id else None,
        channel_id=str(effect.channel_id) if effect.channel_id else None,
        count=effect.count,
    )
