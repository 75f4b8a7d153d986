"""What the control API takes about accounts: private messages, applications, purchases. Ids are strings of digits."""

from guildwright.playground.control.requests import Body


class PrivateMessages(Body, frozen=True, kw_only=True):
    """The switch "Direct messages" of a person's privacy settings."""

    closed: bool
