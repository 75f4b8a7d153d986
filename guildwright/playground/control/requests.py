"""What the control API takes. Ids are snowflakes as strings."""

from collections.abc import Mapping

import msgspec

from guildwright.playground.control.models import CommandKind, Value


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of every request body: unknown fields are refused."""


class NewFile(Body, frozen=True, kw_only=True):
    """A file that a member uploads; `content` is base64. Without `content_type` the name decides."""

    filename: str
    content: bytes
    content_type: str = ""
    description: str | None = None


class WriteMessage(Body, frozen=True, kw_only=True):
    """A member writes a message, with files as attachments."""

    user_id: str
    content: str = ""
    reply_to: str | None = None
    files: list[NewFile] = []


class RunCommand(Body, frozen=True, kw_only=True):
    """A member runs a command: `command` as it is typed, without the slash. `options` by name; ids as strings.

    `target_id` is the user or message of a context menu command. A slash and a user command may share a name: `kind`
    (`slash`, `user` or `message`) says which is meant; without it a `target_id` means one of the context menu. An
    option that takes a file takes its place in `files`, from 0.
    """

    user_id: str
    channel_id: str
    command: str
    kind: CommandKind | None = None
    options: dict[str, Value] = {}
    target_id: str | None = None
    files: list[NewFile] = []


class Autocomplete(Body, frozen=True, kw_only=True):
    """A member types in the `focused` option of a command; the other options as far as they are filled in."""

    user_id: str
    channel_id: str
    command: str
    focused: str
    options: dict[str, Value] = {}


class UseComponent(Body, frozen=True, kw_only=True):
    """A member clicks a button, or chooses `values` of a select (ids as strings).

    Without `values` a select sends what it shows as chosen already: its default options or default values.
    """

    user_id: str
    message_id: str
    custom_id: str
    values: list[str] | None = None


class SubmitModal(Body, frozen=True, kw_only=True):
    """A member sends a modal: `values` by the inputs' custom_id.

    A value is a text, for a select or a group of checkboxes a list, for a single checkbox true or false. An input that
    is not named is sent as the modal shows it: its value, its default options or default values. An input that takes
    files takes a list of places in `files`, from "0".
    """

    user_id: str
    modal_id: str
    values: Mapping[str, str | bool | list[str]] = {}
    files: list[NewFile] = []


class NewGuild(Body, frozen=True, kw_only=True):
    """A new guild; the owner is an existing user, or a new one by this name. The bot is invited by default."""

    name: str
    owner_id: str | None = None
    owner_name: str | None = None
    invite_bot: bool = True
    locale: str = "en-US"


class NewOverwrite(Body, frozen=True, kw_only=True):
    """What a channel allows or denies: type 0 to a role, type 1 to a member; bits as decimal strings."""

    id: str
    type: int = 0
    allow: str = "0"
    deny: str = "0"


class NewChannel(Body, frozen=True, kw_only=True):
    """A new channel: type 0 text, 2 voice, 4 category, 5 announcements. `private` hides it from @everyone."""

    name: str
    type: int = 0
    topic: str | None = None
    private: bool = False
    overwrites: list[NewOverwrite] = []


class NewRole(Body, frozen=True, kw_only=True):
    """A new role at the top of the hierarchy, or at `position` (1 is the lowest), with no permissions of its own."""

    name: str
    permissions: str = "0"
    color: int = 0
    position: int | None = None
    mentionable: bool = False


class NewMember(Body, frozen=True, kw_only=True):
    """A new user who joins, or an existing one by `user_id`. `created_at` (ISO 8601) makes an old or new account."""

    name: str | None = None
    user_id: str | None = None
    roles: list[str] = []
    created_at: str | None = None


class PrivilegedIntents(Body, frozen=True, kw_only=True):
    """The switches of the developer portal's page "Bot". A client that asks for one that is off is closed with 4014."""

    members: bool = True
    presences: bool = True
    message_content: bool = True


class InviteBot(Body, frozen=True, kw_only=True):
    """The permissions that the invite link asks for, as a decimal string; absent: those of the demo guild."""

    permissions: str | None = None


class EditMember(Body, frozen=True, kw_only=True):
    """A moderator's doing: time a member out until a moment (ISO 8601), or set a nickname; null takes it away."""

    timeout_until: str | msgspec.UnsetType | None = msgspec.UNSET
    nick: str | msgspec.UnsetType | None = msgspec.UNSET


class As(Body, frozen=True, kw_only=True):
    """Who does it."""

    user_id: str


class EditMessage(Body, frozen=True, kw_only=True):
    """A member changes what they wrote."""

    user_id: str
    content: str


class React(Body, frozen=True, kw_only=True):
    """A member's reaction: an emoji itself, or `name:id` of a server's own. `remove` takes it away."""

    user_id: str
    emoji: str
    remove: bool = False


class Pin(Body, frozen=True, kw_only=True):
    """A member pins a message, or with `remove` takes the pin away."""

    user_id: str
    remove: bool = False


class StartThread(Body, frozen=True, kw_only=True):
    """A member starts a thread in a channel: from a message, without one, `private`, or a forum's post (`content`)."""

    user_id: str
    name: str
    message_id: str | None = None
    private: bool = False
    content: str = ""


class EditThread(Body, frozen=True, kw_only=True):
    """What is absent stays. `member` joins (true) or leaves (false) as the one who acts."""

    user_id: str
    name: str | None = None
    archived: bool | None = None
    locked: bool | None = None
    member: bool | None = None
