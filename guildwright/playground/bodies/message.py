"""A message body: content, embeds, components, flags, mentions, nonce and reference, within Discord's limits."""

import msgspec

from guildwright.playground.bits import MessageFlag
from guildwright.playground.bodies import attachments, components, embeds
from guildwright.playground.bodies.attachments import Upload, Wanted
from guildwright.playground.bodies.fields import Fields
from guildwright.playground.bodies.mentions import AllowedMentions
from guildwright.playground.errors import DiscordError, Faults, empty_message
from guildwright.playground.records import Json

LONGEST_CONTENT = 2000
LONGEST_NONCE = 25
LEGACY_FIELDS = "The 'content' and 'embeds' fields cannot be used when using MessageFlags.IS_COMPONENTS_V2"
_REPLY, _FORWARD = 0, 1
_SETTABLE = MessageFlag.SUPPRESS_EMBEDS | MessageFlag.SUPPRESS_NOTIFICATIONS | MessageFlag.IS_COMPONENTS_V2


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a message is."""

    channel_id: int
    message_id: int


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A checked body. None means that the body did not mention the part."""

    content: str | None
    embeds: tuple[Json, ...] | None
    components: tuple[Json, ...] | None
    flags: int | None
    allowed: AllowedMentions
    nonce: str | int | None = None
    enforce_nonce: bool = False
    reply_to: int | None = None
    reply_must_exist: bool = True
    forward: Place | None = None
    tts: bool = False
    attachments: tuple[Wanted, ...] | None = None
    uploads: tuple[Upload, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.content or self.embeds or self.components or self.uploads or self.forward)

    @property
    def says_something(self) -> bool:
        """Whether it touches more than flags: then an edit is marked as one."""
        return any(part is not None for part in (self.content, self.embeds, self.components, self.attachments))

    @property
    def text(self) -> str:
        """All text in which mentions count."""
        return "\n".join([self.content or "", *components.texts(self.components or ())])


def read(body: Json, uploads: tuple[Upload, ...] = (), *, private: bool = False, present_flags: int = 0) -> Draft:
    """Check a body with its `Call.files()`.

    `private` allows the ephemeral flag; `present_flags` are those of a message being edited.
    """
    faults = Faults()
    fields = Fields(body, faults)
    settable = int(_SETTABLE | MessageFlag.EPHEMERAL) if private else int(_SETTABLE)
    flags = fields.number("flags", 0, (1 << 53) - 1)
    _refuse_flags(fields, (flags or 0) & ~(settable | present_flags))
    version_two = bool(((flags or 0) | present_flags) & MessageFlag.IS_COMPONENTS_V2)
    draft = Draft(
        content=_content(fields),
        embeds=embeds.read(fields),
        components=components.read(fields, version_two=version_two),
        flags=flags & settable if flags is not None else None,
        allowed=AllowedMentions.read(fields),
        nonce=_nonce(fields),
        enforce_nonce=fields.flag("enforce_nonce"),
        tts=fields.flag("tts"),
        attachments=attachments.read(fields, uploads),
        uploads=uploads,
        reply_to=_reply(fields),
        reply_must_exist=_reply_must_exist(fields),
        forward=_forward(fields),
    )
    if draft.forward and (draft.content or draft.embeds or draft.components or draft.uploads):
        raise DiscordError(400, 160011, "Forward messages cannot have additional content")
    fields.unsupported("sticker_ids", "poll")
    if version_two and (draft.content or draft.embeds):
        fields.fault("content" if draft.content else "embeds", "MESSAGE_CANNOT_USE_LEGACY_FIELDS", LEGACY_FIELDS)
    faults.check()
    return draft


def read_new(body: Json, uploads: tuple[Upload, ...] = (), *, private: bool = False) -> Draft:
    """Check the body of a new message, which must show something."""
    draft = read(body, uploads, private=private)
    if draft.empty:
        raise empty_message()
    return draft


def _content(fields: Fields) -> str | None:
    if "content" not in fields.body:
        return None
    value = fields.body["content"]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return (fields.text("content", LONGEST_CONTENT) or "").strip()


def _nonce(fields: Fields) -> str | int | None:
    nonce = fields.body.get("nonce")
    if isinstance(nonce, int) and not isinstance(nonce, bool):
        return nonce
    return fields.text("nonce", LONGEST_NONCE)


def _reply(fields: Fields) -> int | None:
    reference = fields.object("message_reference")
    if reference is None:
        return None
    if reference.choice("type", {_REPLY, _FORWARD}) == _FORWARD:
        return None
    return reference.snowflake("message_id", needed=True)


def _forward(fields: Fields) -> Place | None:
    reference = fields.object("message_reference")
    if reference is None or reference.body.get("type") != _FORWARD:
        return None
    channel = reference.snowflake("channel_id", needed=True)
    message = reference.snowflake("message_id", needed=True)
    return Place(channel_id=channel or 0, message_id=message or 0)


def _reply_must_exist(fields: Fields) -> bool:
    reference = fields.object("message_reference")
    return reference is None or reference.flag("fail_if_not_exists", default=True)


def _refuse_flags(fields: Fields, left: int) -> None:
    if left & MessageFlag.IS_VOICE_MESSAGE:
        fields.fault("flags", "PLAYGROUND_UNSUPPORTED", "The playground does not support voice messages yet.")
    elif left:
        fields.fault("flags", "MESSAGE_FLAGS_INVALID", f"The flags {left} cannot be set here.")
