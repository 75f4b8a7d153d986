"""What the bot's callback does: a reply, a deferral, an update, choices or a modal."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from guildwright.playground import component_things, effects, errors, posting, render_message
from guildwright.playground.bits import CallbackType, InteractionType, MessageFlag
from guildwright.playground.bodies import message as bodies
from guildwright.playground.bodies import modal as modals
from guildwright.playground.bodies.attachments import Upload
from guildwright.playground.bodies.choices import focused_type
from guildwright.playground.bodies.choices import read as read_choices
from guildwright.playground.errors import DiscordError
from guildwright.playground.interactions.ask import answerable
from guildwright.playground.playground import Playground
from guildwright.playground.records import Interaction, Json, Message
from guildwright.playground.store import Change

_PLAIN, _REPLY, _CHAT_INPUT, _CONTEXT_MENU = 0, 19, 20, 23  # message types
_SLASH = 1
_ALLOWED = {
    InteractionType.COMMAND: {CallbackType.MESSAGE, CallbackType.DEFERRED_MESSAGE, CallbackType.MODAL},
    InteractionType.COMPONENT: set(CallbackType) - {CallbackType.PONG, CallbackType.AUTOCOMPLETE},
    InteractionType.AUTOCOMPLETE: {CallbackType.AUTOCOMPLETE},
    InteractionType.MODAL: set(CallbackType) - {CallbackType.PONG, CallbackType.AUTOCOMPLETE, CallbackType.MODAL},
}
_REFUSED = {
    10: "PREMIUM_REQUIRED is no more; reply with a premium button (style 6) instead.",
    12: "The playground has no activities to launch.",
    13: "The playground has no social layer.",
}
_NEEDS_SOURCE = {CallbackType.UPDATE, CallbackType.DEFERRED_UPDATE}


def take(play: Playground, interaction: Interaction, body: Json, uploads: tuple[Upload, ...] = ()) -> Interaction:
    """Apply a callback; returns the answered interaction.

    Raises:
        DiscordError: too late (10062), twice (40060), or a body that Discord refuses.
    """
    if interaction.callback is not None:
        raise errors.already_acknowledged()
    if not answerable(play, interaction):
        raise errors.unknown_interaction()
    kind = _kind(interaction, body)
    data = body.get("data")
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise errors.invalid("data", "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
    with play.store.change() as change:
        with _within_data():
            answered = _apply(play, change, interaction, kind, (data, uploads))
        change.put(answered)
        change.count("interactions_answered", interaction.guild_id, interaction.channel_id)
        change.announce(lambda: play.waiting.answered(interaction.id))
        change.announce(lambda: announce(play, answered))
    return answered


def announce(play: Playground, interaction: Interaction) -> None:
    """Tell watchers how far the interaction is."""
    place = {"interaction_id": str(interaction.id), "channel_id": str(interaction.channel_id)}
    play.feed.publish("interaction", place | {"user_id": str(interaction.user_id)})


def _kind(interaction: Interaction, body: Json) -> CallbackType:
    asked = body.get("type")
    allowed = _ALLOWED[InteractionType(interaction.type)]
    if interaction.source_message_id is None:
        allowed = allowed - _NEEDS_SOURCE
    if asked is None:
        raise errors.required("type")
    if isinstance(asked, bool) or not isinstance(asked, int) or asked not in {int(kind) for kind in allowed}:
        if asked in _REFUSED:
            raise errors.invalid("type", "PLAYGROUND_UNSUPPORTED", _REFUSED[asked])
        known = ", ".join(str(int(kind)) for kind in sorted(allowed))
        raise errors.invalid("type", "BASE_TYPE_CHOICES", f"Value must be one of {{{known}}}.")
    return CallbackType(asked)


@contextmanager
def _within_data() -> Iterator[None]:
    """A message's faults are those of the callback's `data`."""
    try:
        yield
    except DiscordError as refusal:
        if not refusal.errors or "data" in refusal.errors:
            raise
        raise DiscordError(refusal.status, refusal.code, refusal.message, {"data": refusal.errors}) from None


def _apply(
    play: Playground,
    change: Change,
    interaction: Interaction,
    kind: CallbackType,
    sent: tuple[Json, tuple[Upload, ...]],
) -> Interaction:
    replace = msgspec.structs.replace
    data, uploads = sent
    answered = replace(interaction, callback=int(kind))
    match kind:
        case CallbackType.MESSAGE:
            reply = compose(play, interaction, bodies.read_new(data, uploads, private=True))
            effects.message_created(play, change, reply)
            return replace(answered, reply_id=reply.id, settled=True)
        case CallbackType.DEFERRED_MESSAGE:
            draft = bodies.read({"flags": data.get("flags", 0)}, private=True)
            reply = compose(play, interaction, draft)
            effects.message_created(play, change, replace(reply, flags=reply.flags | MessageFlag.LOADING))
            return replace(answered, reply_id=reply.id)
        case CallbackType.DEFERRED_UPDATE:
            return replace(answered, reply_id=interaction.source_message_id)
        case CallbackType.UPDATE:
            source = source_message(play, interaction)
            revised = posting.revise(play, source, bodies.read(data, uploads, private=True, present_flags=source.flags))
            effects.message_edited(play, change, revised)
            return replace(answered, reply_id=source.id, settled=True)
        case CallbackType.AUTOCOMPLETE:
            choices = read_choices(data, focused_type(interaction.data.get("options", ())))
            return replace(answered, choices=choices, settled=True)
        case _:
            modal = modals.read(data)
            component_things.check(play.memory, modal["components"], "data.components")
            return replace(answered, modal=modal, settled=True)


def source_message(play: Playground, interaction: Interaction) -> Message:
    """The message whose component was used."""
    source = play.memory.messages.get(interaction.channel_id, {}).get(interaction.source_message_id or 0)
    if source is None:
        raise errors.unknown_message()
    return source


def compose(play: Playground, interaction: Interaction, draft: bodies.Draft) -> Message:
    """The first reply, or a follow-up that replies to it; not yet stored."""
    channel = play.memory.channels[interaction.channel_id]
    message = posting.compose(play, channel, play.application.id, draft)
    private = bool(message.flags & MessageFlag.EPHEMERAL)
    kind, replied = _form(play, interaction, private=private)
    return msgspec.structs.replace(
        message,
        type=kind,
        reply_to=replied,
        interaction_id=interaction.id,
        private_to=interaction.user_id if private else None,
    )


def _form(play: Playground, interaction: Interaction, *, private: bool) -> tuple[int, int | None]:
    """The message type, and to which message it is a reply; what others see never quotes what they do not."""
    follow_up = interaction.callback is not None
    target = interaction.reply_id if follow_up else interaction.source_message_id
    if target is not None:
        replied = play.memory.messages.get(interaction.channel_id, {}).get(target)
        return (_REPLY, replied.id) if replied and (private or replied.private_to is None) else (_PLAIN, None)
    opener = interaction
    while opener.type != InteractionType.COMMAND and opener.parent_id in play.memory.interactions:
        opener = play.memory.interactions[opener.parent_id]
    return (_CHAT_INPUT if opener.data.get("type", _SLASH) == _SLASH else _CONTEXT_MENU), None


def described(play: Playground, interaction: Interaction) -> Json:
    """The body that `with_response=true` asks for."""
    body: Json = {"id": str(interaction.id), "type": interaction.type, "channel_id": str(interaction.channel_id)}
    if interaction.guild_id:
        body["guild_id"] = str(interaction.guild_id)
    messages = play.memory.messages.get(interaction.channel_id, {})
    message = messages.get(interaction.reply_id or 0)
    if message is None:
        return {"interaction": body}
    body |= {
        "response_message_id": str(message.id),
        "response_message_loading": bool(message.flags & MessageFlag.LOADING),
        "response_message_ephemeral": message.private_to is not None,
    }
    if interaction.callback not in {CallbackType.MESSAGE, CallbackType.UPDATE}:
        return {"interaction": body}
    resource = {"type": interaction.callback, "message": render_message.message(play.memory, message)}
    return {"interaction": body, "resource": resource}
