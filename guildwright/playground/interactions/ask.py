"""Opening an interaction: keep it, send it to the bot, and wait for the first answer within Discord's three seconds."""

import asyncio
import secrets
from datetime import timedelta

import msgspec

from guildwright.playground.bits import InteractionType
from guildwright.playground.gateway.session import Dispatch
from guildwright.playground.ids import made_when
from guildwright.playground.interactions import payload
from guildwright.playground.playground import Playground
from guildwright.playground.records import Channel, Interaction, Json

ANSWER_WITHIN = timedelta(seconds=3)
TOKEN_LASTS = timedelta(minutes=15)


class Origin:
    """Who does it, where, and from which message."""

    def __init__(self, user_id: int, channel: Channel, source: int | None = None, parent: int | None = None) -> None:
        self.user_id = user_id
        self.channel = channel
        self.source = source
        self.parent = parent


def age(play: Playground, interaction: Interaction) -> timedelta:
    """How long ago it was opened."""
    return play.clock.now() - made_when(interaction.id, interaction.opened_at)


def answerable(play: Playground, interaction: Interaction) -> bool:
    """Whether the first answer would still be in time."""
    return not interaction.expired and age(play, interaction) < ANSWER_WITHIN


def token_alive(play: Playground, interaction: Interaction) -> bool:
    """Whether the webhook of the interaction still works."""
    return age(play, interaction) <= TOKEN_LASTS


async def ask(
    play: Playground,
    kind: InteractionType,
    origin: Origin,
    data: Json,
    command: str | None = None,
) -> Interaction:
    """Open an interaction and return it as it is after the bot's first answer, or after three seconds."""
    interaction = Interaction(
        id=play.ids.next(),
        token=secrets.token_urlsafe(48),
        type=kind,
        guild_id=origin.channel.guild_id,
        channel_id=origin.channel.id,
        user_id=origin.user_id,
        data=data,
        command_name=command,
        source_message_id=origin.source,
        parent_id=origin.parent,
        opened_at=play.clock.now().isoformat(),
    )
    answered = play.waiting.expect(interaction.id)
    with play.store.change() as change:
        change.put(interaction)
        change.announce(lambda: _send(play, interaction))
    waiter = asyncio.ensure_future(answered.wait())
    patience = asyncio.ensure_future(play.clock.sleep(ANSWER_WITHIN.total_seconds()))
    await asyncio.wait({waiter, patience}, return_when=asyncio.FIRST_COMPLETED)
    waiter.cancel()
    patience.cancel()
    play.waiting.forget(interaction.id)
    return _settle(play, play.memory.interactions[interaction.id])


def _settle(play: Playground, interaction: Interaction) -> Interaction:
    """Nobody answers any more once the member was told that nobody did."""
    if interaction.callback is not None:
        return interaction
    with play.store.change() as change:
        return change.put(msgspec.structs.replace(interaction, expired=True))


def _send(play: Playground, interaction: Interaction) -> None:
    data = payload.build(play, interaction)
    play.hub.dispatch(Dispatch(name="INTERACTION_CREATE", data=lambda _: data, guild_id=interaction.guild_id))
    place = {"interaction_id": str(interaction.id), "channel_id": str(interaction.channel_id)}
    play.feed.publish("interaction", place | {"user_id": str(interaction.user_id)})
