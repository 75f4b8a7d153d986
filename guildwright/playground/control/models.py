"""What the control API says. Ids are snowflakes as strings; moments are ISO 8601 in UTC; bits are decimal strings."""

from typing import Any, Literal

import msgspec

type Value = str | int | float | bool
type CommandKind = Literal["slash", "user", "message"]
type Status = Literal["pending", "replied", "deferred", "updated", "modal", "failed"]


class View(msgspec.Struct, frozen=True, kw_only=True):
    """The base of everything that is shown."""


class UserView(View, frozen=True, kw_only=True):
    """A person or bot. `name` is what others see. `dms_closed`: private messages of the bot are refused (50007)."""

    id: str
    username: str
    name: str
    bot: bool
    created_at: str
    dms_closed: bool = False


class RoleView(View, frozen=True, kw_only=True):
    """A role. `color` 0 means none; the role whose id is the guild's is @everyone."""

    id: str
    name: str
    color: int
    position: int
    permissions: str
    mentionable: bool
    managed: bool


class OverwriteView(View, frozen=True, kw_only=True):
    """What a channel allows or denies: type 0 to a role, type 1 to a member."""

    id: str
    type: int
    allow: str
    deny: str


class ChannelView(View, frozen=True, kw_only=True):
    """A guild's channel. `private`: @everyone does not see it."""

    id: str
    name: str
    type: int
    topic: str | None
    position: int
    private: bool
    overwrites: list[OverwriteView]


class MemberView(View, frozen=True, kw_only=True):
    """A member. `permissions` are those in the guild, before any channel's overwrites."""

    user: UserView
    nick: str | None
    roles: list[str]
    joined_at: str
    timeout_until: str | None
    owner: bool
    permissions: str


class GuildView(View, frozen=True, kw_only=True):
    """A guild with all that is in it. Roles are highest first."""

    id: str
    name: str
    owner_id: str
    locale: str
    bot_present: bool
    roles: list[RoleView]
    channels: list[ChannelView]
    members: list[MemberView]


class VoiceStateView(View, frozen=True, kw_only=True):
    """Where somebody is in voice. `self_` is their own doing, the others a moderator's."""

    user_id: str
    channel_id: str
    self_mute: bool
    self_deaf: bool
    mute: bool
    deaf: bool


class VoiceView(View, frozen=True, kw_only=True):
    """Who is in a guild's voice."""

    states: list[VoiceStateView]


class OutagesView(View, frozen=True, kw_only=True):
    """The guilds that are unavailable now."""

    guild_ids: list[str]


class PresenceView(View, frozen=True, kw_only=True):
    """How a person appears."""

    user_id: str
    status: str
    activity: str | None


class PresencesView(View, frozen=True, kw_only=True):
    """Status by user id; whoever is not listed is offline."""

    presences: dict[str, str]


class BotView(View, frozen=True, kw_only=True):
    """The application's bot. `connected_shards` is 0 while it is away."""

    user: UserView
    application_id: str
    token: str
    connected_shards: int
    activity: str | None
    privileged_intents: int
    client_secret: str = ""
    redirect_uris: list[str] = []


class CommandDecisionView(View, frozen=True, kw_only=True):
    """What a guild decided about a command (or all, under the application's id), as Discord's API has it."""

    id: str
    application_id: str
    guild_id: str
    permissions: list[dict[str, Any]]


class AuthorizationView(View, frozen=True, kw_only=True):
    """Where a person is sent after the answer; null when the link named no address."""

    location: str | None


class StateView(View, frozen=True, kw_only=True):
    """Everything but the messages."""

    bot: BotView
    guilds: list[GuildView]
    now: str


class MessageView(View, frozen=True, kw_only=True):
    """A message as Discord's API has it (message object), reduced to what the playground fills in.

    `flags` 64 marks a private reply, 128 "the bot is thinking". `embeds` and `components` are Discord's own objects.
    """

    id: str
    channel_id: str
    type: int
    author: dict[str, Any]
    content: str
    timestamp: str
    edited_timestamp: str | None
    flags: int
    mention_everyone: bool
    mentions: list[dict[str, Any]]
    mention_roles: list[str]
    embeds: list[dict[str, Any]]
    components: list[dict[str, Any]]
    attachments: list[dict[str, Any]]
    pinned: bool
    tts: bool
    reactions: list[dict[str, Any]] = []
    application_id: str | None = None
    webhook_id: str | None = None
    message_reference: dict[str, Any] | None = None
    referenced_message: dict[str, Any] | None = None
    interaction_metadata: dict[str, Any] | None = None
    interaction: dict[str, Any] | None = None


class ChoiceView(View, frozen=True, kw_only=True):
    """A choice of an option or of an autocompletion."""

    name: str
    value: Value


class OptionView(View, frozen=True, kw_only=True):
    """An option of a command. Ids (user, role, channel, mentionable) are given as strings."""

    name: str
    description: str
    type: Literal[
        "string",
        "integer",
        "boolean",
        "user",
        "channel",
        "role",
        "mentionable",
        "number",
        "attachment",
    ]
    required: bool
    autocomplete: bool = False
    choices: list[ChoiceView] = []
    min_value: float | None = None
    max_value: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    channel_types: list[int] = []


class CommandView(View, frozen=True, kw_only=True):
    """A command as it is typed: a sub-command is an entry of its own, for instance `giveaway start`."""

    id: str
    command: str
    kind: CommandKind
    description: str
    options: list[OptionView]
    allowed: bool
    reason: str | None
    default_member_permissions: str | None
    guild_id: str | None


class ModalView(View, frozen=True, kw_only=True):
    """A modal to fill in. Send it back with `POST /control/modals` and this `modal_id`."""

    modal_id: str
    custom_id: str
    title: str
    components: list[dict[str, Any]]


class FailureView(View, frozen=True, kw_only=True):
    """Why an interaction failed, as the member sees it."""

    code: Literal["no_answer", "bot_absent"]
    message: str


class InteractionResult(View, frozen=True, kw_only=True):
    """How far an interaction is.

    `pending`: not answered yet. `replied`: `message` is the bot's reply. `deferred`: the bot is thinking, look again at
    `GET /control/interactions/{id}`. `updated`: `message` is the message whose component was used. `modal`: fill in
    `modal`. `failed`: see `error`. `follow_ups` are further messages of the bot.
    """

    interaction_id: str
    status: Status
    message: MessageView | None = None
    modal: ModalView | None = None
    error: FailureView | None = None
    follow_ups: list[MessageView] = []


class AutocompleteResult(View, frozen=True, kw_only=True):
    """The bot's proposals for the focused option."""

    interaction_id: str
    status: Literal["choices", "failed"]
    choices: list[ChoiceView]
    error: FailureView | None = None


class MessagesView(View, frozen=True, kw_only=True):
    """Messages, oldest first."""

    messages: list[MessageView]


class CommandsView(View, frozen=True, kw_only=True):
    """The commands that the member finds in the channel."""

    commands: list[CommandView]


def encode(data: object) -> str:
    """As JSON text, for server-sent events."""
    return msgspec.json.encode(data).decode()
