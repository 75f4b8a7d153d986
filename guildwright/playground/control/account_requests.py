"""What the control API takes about accounts: private messages, sign-in, purchases. Ids are snowflakes as strings."""

from guildwright.playground.control.requests import Body


class PrivateMessages(Body, frozen=True, kw_only=True):
    """The switch "Direct messages" of a person's privacy settings."""

    closed: bool


class Redirects(Body, frozen=True, kw_only=True):
    """Where people may be sent after they authorised: whole addresses, compared to the letter."""

    redirect_uris: list[str]


class Authorise(Body, frozen=True, kw_only=True):
    """A person follows an authorisation link, `url`, and answers it. `guild_id` is where the bot is to go."""

    user_id: str
    url: str
    guild_id: str | None = None
    approve: bool = True


class CommandEntry(Body, frozen=True, kw_only=True):
    """Whether a role (type 1), a user (2) or a channel (3) may use a command.

    The guild's id as a role is everybody, the guild's id less one as a channel is every channel.
    """

    id: str
    type: int
    permission: bool


class CommandDecision(Body, frozen=True, kw_only=True):
    """What a member who manages the guild decides about a command; replaces what was decided before."""

    user_id: str
    permissions: list[CommandEntry]
