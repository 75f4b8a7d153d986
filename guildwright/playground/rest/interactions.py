"""Interaction callbacks, and the webhook that belongs to each interaction for fifteen minutes."""

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.params import FromPath

from guildwright.playground import effects, errors, posting, render_message
from guildwright.playground.bits import CallbackType, MessageFlag
from guildwright.playground.bodies import message as bodies
from guildwright.playground.errors import DiscordError
from guildwright.playground.interactions import answer as answers
from guildwright.playground.interactions.ask import token_alive
from guildwright.playground.records import Interaction, Message
from guildwright.playground.rest import webhook_messages
from guildwright.playground.rest.call import BotCall, Call, answer, nothing

_WEBHOOK = "/webhooks/{application_id:int}/{token:str}"
_ORIGINAL = _WEBHOOK + "/messages/@original"
_ONE = _WEBHOOK + "/messages/{message_id:int}"


@post("/interactions/{interaction_id:int}/{token:str}/callback", status_code=200)
async def answer_interaction(call: BotCall, interaction_id: FromPath[int], token: FromPath[str]) -> Response[object]:
    """POST callback: 204, or with `with_response=true` what came of it."""
    interaction = call.memory.interactions.get(interaction_id)
    if interaction is None or interaction.token != token:
        raise errors.unknown_interaction()
    answered = answers.take(call.play, interaction, await call.body(), await call.files())
    if call.query_flag("with_response"):
        return answer(answers.described(call.play, answered))
    return Response(None, status_code=204)


def _interaction(call: Call, application_id: int, token: str) -> Interaction:
    interaction = call.memory.interactions.get(call.memory.interaction_tokens.get(token, 0))
    if interaction is None or application_id != call.own_id:
        raise errors.unknown_webhook()
    if not token_alive(call.play, interaction):
        raise DiscordError(401, 50027, "Invalid Webhook Token")
    return interaction


def _original(call: Call, interaction: Interaction) -> Message:
    if interaction.reply_id is None:
        raise errors.unknown_message()
    return _owned(call, interaction, interaction.reply_id)


def _owned(call: Call, interaction: Interaction, message_id: int) -> Message:
    message = call.memory.messages.get(interaction.channel_id, {}).get(message_id)
    if message is None or (message.interaction_id != interaction.id and message_id != interaction.reply_id):
        raise errors.unknown_message()
    return message


async def _edit(call: Call, interaction: Interaction, message: Message) -> Response[object]:
    draft = bodies.read(await call.body(), await call.files(), private=True, present_flags=message.flags)
    revised = posting.revise(call.play, message, draft)
    if message.flags & MessageFlag.LOADING:
        revised = msgspec.structs.replace(revised, edited_at=None)  # to fill a deferral is not to edit
    with call.play.store.change() as change:
        effects.message_edited(call.play, change, revised)
        if message.id == interaction.reply_id and not interaction.settled:
            change.put(msgspec.structs.replace(interaction, settled=True))
            change.announce(lambda: answers.announce(call.play, interaction))
    return answer(render_message.message(call.memory, revised))


def _delete(call: Call, interaction: Interaction, message: Message) -> Response[None]:
    with call.play.store.change() as change:
        effects.message_deleted(call.play, change, message, by_bot=True)
        if message.id == interaction.reply_id and not interaction.settled:
            change.put(msgspec.structs.replace(interaction, settled=True))
            change.announce(lambda: answers.announce(call.play, interaction))
    return nothing()


@get(_ORIGINAL)
async def get_original(call: BotCall, application_id: FromPath[int], token: FromPath[str]) -> Response[object]:
    """GET the first reply, or the message that was updated."""
    interaction = _interaction(call, application_id, token)
    return answer(render_message.message(call.memory, _original(call, interaction)))


@patch(_ORIGINAL)
async def edit_original(call: BotCall, application_id: FromPath[int], token: FromPath[str]) -> Response[object]:
    """PATCH the first reply; this is how a deferral ends."""
    interaction = _interaction(call, application_id, token)
    return await _edit(call, interaction, _original(call, interaction))


@delete(_ORIGINAL, status_code=204)
async def delete_original(call: BotCall, application_id: FromPath[int], token: FromPath[str]) -> Response[None]:
    """DELETE the first reply."""
    interaction = _interaction(call, application_id, token)
    return _delete(call, interaction, _original(call, interaction))


@post(_WEBHOOK, status_code=200)
async def follow_up(call: BotCall, application_id: FromPath[int], token: FromPath[str]) -> Response[object]:
    """POST a follow-up; after a deferred reply the first one fills it. With a webhook's own id: its message."""
    if application_id != call.own_id:
        return await webhook_messages.execute(call, application_id, token)
    interaction = _interaction(call, application_id, token)
    if interaction.callback is None:
        raise errors.unknown_webhook()
    draft = bodies.read_new(await call.body(), await call.files(), private=True)
    if interaction.callback == CallbackType.DEFERRED_MESSAGE and not interaction.settled:
        return await _edit(call, interaction, _original(call, interaction))
    message = answers.compose(call.play, interaction, draft)
    with call.play.store.change() as change:
        effects.message_created(call.play, change, message)
        change.count("follow_ups_sent", interaction.guild_id, interaction.channel_id)
        change.announce(lambda: answers.announce(call.play, interaction))
    return answer(render_message.message(call.memory, message))


@get(_ONE)
async def get_follow_up(
    call: BotCall, application_id: FromPath[int], token: FromPath[str], message_id: FromPath[int]
) -> Response[object]:
    """GET a follow-up, or a webhook's message."""
    if application_id != call.own_id:
        return webhook_messages.fetch(call, application_id, token, message_id)
    interaction = _interaction(call, application_id, token)
    return answer(render_message.message(call.memory, _owned(call, interaction, message_id)))


@patch(_ONE)
async def edit_follow_up(
    call: BotCall, application_id: FromPath[int], token: FromPath[str], message_id: FromPath[int]
) -> Response[object]:
    """PATCH a follow-up, or a webhook's message."""
    if application_id != call.own_id:
        return await webhook_messages.edit(call, application_id, token, message_id)
    interaction = _interaction(call, application_id, token)
    return await _edit(call, interaction, _owned(call, interaction, message_id))


@delete(_ONE, status_code=204)
async def delete_follow_up(
    call: BotCall, application_id: FromPath[int], token: FromPath[str], message_id: FromPath[int]
) -> Response[None]:
    """DELETE a follow-up, or a webhook's message."""
    if application_id != call.own_id:
        return webhook_messages.remove(call, application_id, token, message_id)
    interaction = _interaction(call, application_id, token)
    return _delete(call, interaction, _owned(call, interaction, message_id))


ROUTES = (
    answer_interaction,
    get_original,
    edit_original,
    delete_original,
    follow_up,
    get_follow_up,
    edit_follow_up,
    delete_follow_up,
)
