"""Messages as Discord's JSON, with where they came from; see `render` for everything else."""

from guildwright.playground import media, render_channel
from guildwright.playground.bits import InteractionType, MessageFlag
from guildwright.playground.ids import made_when
from guildwright.playground.memory import Memory
from guildwright.playground.records import Interaction, Json, Message, Reaction
from guildwright.playground.render import bare_member, user

_STARTER = 21


def interaction_metadata(memory: Memory, record: Interaction) -> Json:
    """What a reply remembers of the interaction it answers."""
    owners = {"0": str(record.guild_id or 0)}
    metadata: Json = {
        "id": str(record.id),
        "type": record.type,
        "user": user(memory.users[record.user_id]),
        "authorizing_integration_owners": owners,
    }
    if record.type == InteractionType.COMMAND:
        metadata |= _target(memory, record)
    if record.type == InteractionType.COMPONENT:
        metadata["interacted_message_id"] = str(record.source_message_id)
    parent = memory.interactions.get(record.parent_id or 0)
    if record.type == InteractionType.MODAL and parent:
        metadata["triggering_interaction_metadata"] = interaction_metadata(memory, parent)
    return metadata


def _target(memory: Memory, record: Interaction) -> Json:
    """Whom or what a command of the context menu was about."""
    target = record.data.get("target_id")
    if target is None:
        return {}
    person = memory.users.get(int(target))
    return {"target_user": user(person)} if person else {"target_message_id": target}


def message(memory: Memory, record: Message, *, quoted: bool = False) -> Json:
    """A message object; `quoted` is the one level deep copy inside a reply."""
    body: Json = {
        "id": str(record.id),
        "channel_id": str(record.channel_id),
        "type": record.type,
        "author": author(memory, record),
        "content": record.content,
        "timestamp": made_when(record.id, record.sent_at).isoformat(),
        "edited_timestamp": record.edited_at,
        "tts": record.tts,
        "mention_everyone": record.mention_everyone,
        "mentions": [user(memory.users[user_id]) for user_id in record.mentions],
        "mention_roles": [str(role_id) for role_id in record.mention_roles],
        **_contents(memory, record),
        "pinned": record.pinned,
        "flags": record.flags,
    }
    if _is_own(memory, record):
        body["application_id"] = str(memory.application.id)
    if record.webhook_id:
        body["webhook_id"] = str(record.webhook_id)
    if record.reactions:
        body["reactions"] = [_reaction(memory, entry) for entry in record.reactions]
    _add_origin(memory, record, body)
    if not quoted:
        _add_referenced(memory, record, body)
    if record.snapshots:
        body["message_snapshots"] = [{"message": _snapshot(memory, entry["message"])} for entry in record.snapshots]
    thread = memory.channels.get(record.thread_id or 0)
    if thread and thread.thread:
        body["thread"] = render_channel.thread(memory, thread)
    return body


def author(memory: Memory, record: Message) -> Json:
    """Who wrote it. A webhook is no user: it looks as it did when it wrote."""
    if record.webhook_id is None:
        return user(memory.users[record.author_id])
    return {
        "id": str(record.webhook_id),
        "username": record.webhook_name,
        "discriminator": "0000",
        "global_name": None,
        "avatar": record.webhook_avatar,
        "public_flags": 0,
        "flags": 0,
        "bot": True,
        "primary_guild": None,
    }


def _is_own(memory: Memory, record: Message) -> bool:
    """Whether the application sent it, itself or through a webhook that it made."""
    if record.webhook_id is None:
        return memory.users[record.author_id].bot
    webhook = memory.webhooks.get(record.webhook_id)
    return webhook is not None and webhook.application_id is not None


def _add_referenced(memory: Memory, record: Message, body: Json) -> None:
    """What a reply, or the first message of a thread, points to; null when it is gone."""
    place, number = record.channel_id, record.reply_to
    if record.type == _STARTER and record.reference:
        place, number = int(record.reference["channel_id"]), int(record.reference["message_id"])
    if number:
        found = memory.messages.get(place, {}).get(number)
        body["referenced_message"] = message(memory, found, quoted=True) if found else None


def _contents(memory: Memory, record: Message) -> Json:
    """Embeds, components and attachments; what the former show is not listed again."""
    embeds, components = list(record.embeds), list(record.components)
    if record.flags & MessageFlag.SUPPRESS_EMBEDS:
        embeds = []
    return {
        "attachments": media.attachments(memory.origin, record.attachments, embeds, components),
        "embeds": media.rendered(memory.origin, embeds),
        "components": media.rendered(memory.origin, components),
    }


def _snapshot(memory: Memory, said: Json) -> Json:
    """A forwarded message as it was."""
    embeds, components = said["embeds"], said["components"]
    return said | {
        "mentions": [user(memory.users[int(user_id)]) for user_id in said["mentions"] if int(user_id) in memory.users],
        "attachments": media.attachments(memory.origin, said["attachments"], embeds, components),
        "embeds": media.rendered(memory.origin, embeds),
        "components": media.rendered(memory.origin, components),
    }


def _add_origin(memory: Memory, record: Message, body: Json) -> None:
    interaction = memory.interactions.get(record.interaction_id or 0)
    if interaction:
        body["webhook_id"] = str(memory.application.id)
        metadata = interaction_metadata(memory, interaction)
        if interaction.reply_id not in {None, record.id}:
            metadata["original_response_message_id"] = str(interaction.reply_id)
        body["interaction_metadata"] = metadata
        if interaction.command_name:
            body["interaction"] = {
                "id": str(interaction.id),
                "type": interaction.type,
                "name": interaction.command_name,
                "user": user(memory.users[interaction.user_id]),
            }
    if record.reference:
        body["message_reference"] = record.reference
    if record.reply_to:
        reference = {"type": 0, "channel_id": str(record.channel_id), "message_id": str(record.reply_to)}
        if record.guild_id:
            reference["guild_id"] = str(record.guild_id)
        body["message_reference"] = reference


def gateway_message(memory: Memory, record: Message) -> Json:
    """A message object as MESSAGE_CREATE carries it: with guild, member and the nonce."""
    body = message(memory, record) | {"channel_type": memory.channels[record.channel_id].type}
    if record.nonce is not None:
        body["nonce"] = record.nonce
    if record.guild_id is None:
        return body
    body["guild_id"] = str(record.guild_id)
    author = memory.member(record.guild_id, record.author_id)
    if author:
        body["member"] = bare_member(author)
    for mention in body["mentions"]:
        mentioned = memory.member(record.guild_id, int(mention["id"]))
        if mentioned:
            mention["member"] = bare_member(mentioned)
    return body


def _reaction(memory: Memory, entry: Reaction) -> Json:
    known = memory.emojis.get(entry.id or 0)
    emoji = {"id": str(entry.id) if entry.id else None, "name": known.name if known else entry.name}
    return {
        "emoji": emoji | ({"animated": True} if known and known.animated else {}),
        "count": len(entry.users),
        "count_details": {"burst": 0, "normal": len(entry.users)},
        "burst_colors": [],
        "me": memory.application.id in entry.users,
        "me_burst": False,
        "burst_me": False,
        "burst_count": 0,
    }
