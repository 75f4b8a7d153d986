"""What a renderer must be told to turn ids into words: messages carry ids, people read names."""

from typing import Protocol


class Names(Protocol):
    """Looks up what a mention shows; None means that it is not known here (left the guild, deleted, hidden)."""

    def user(self, user_id: str) -> str | None:
        """The display name of a user in this guild."""

    def role(self, role_id: str) -> str | None:
        """The name of a role."""

    def channel(self, channel_id: str) -> str | None:
        """The name of a channel, without its sign."""

    def colour(self, user_id: str) -> int | None:
        """The colour of a user's highest role that has one."""


class NoNames:
    """Knows nobody: for previews without a guild."""

    def user(self, user_id: str) -> str | None:  # noqa: ARG002 - the Protocol's signature
        """Nobody."""
        return None

    def role(self, role_id: str) -> str | None:  # noqa: ARG002 - the Protocol's signature
        """Nothing."""
        return None

    def channel(self, channel_id: str) -> str | None:  # noqa: ARG002 - the Protocol's signature
        """Nowhere."""
        return None

    def colour(self, user_id: str) -> int | None:  # noqa: ARG002 - the Protocol's signature
        """None."""
        return None
