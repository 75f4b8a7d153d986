"""Where the published configuration lies in Redis, and the form of what announces it."""

import json
from dataclasses import asdict, dataclass
from typing import Self

CONFIG = "guildwright:config"
"""Hash: guild id to compiled record."""
COMPLETE = "guildwright:config:complete"
"""String, written last: only while it stands, a guild without a record has no document."""
CHANGED = "guildwright:config:changed"
"""Channel: {"guild", "generation", "uid"}, with nulls where the document is gone, or {"all": true}."""
PUBLISHING = "guildwright:config:publishing"
"""String: the token of whoever is writing everything anew; gone, what was written so far may be gone too."""
ERRORS = "guildwright:errors:config"
"""Hash: guild id, or a file whose guild nobody can tell, to a JSON list of problems."""
SHARDS = "guildwright:shards"
"""Hash: shard id to its JSON status; `guilds` in it lists the ids of the guilds that the bot is in."""

LIVE = "guildwright:config:live"
"""Hash: guild id to the `InMemory` of its shard, while the bot is in the guild. The channel of the same name carries
JSON lists of the guild ids whose field was written or taken away, and null when a shard has written everything."""


def live_marker(shard: int) -> str:
    """String: stands while `LIVE` has all that the shard has to say; without it an absent guild means nothing.

    It begins with `BEGUN` while the shard is still at it.
    """
    return f"{LIVE}:shard:{shard}"


BEGUN = "?"


@dataclass(frozen=True)
class InMemory:
    """Which document a shard has in memory for a guild; uid "" and generation 0 are the defaults."""

    uid: str
    generation: int
    shard: int

    def to_json(self) -> str:
        """The field as it is written."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | bytes) -> Self | None:
        """Read a field; None for what is none."""
        try:
            said = json.loads(text)
            return cls(str(said["uid"]), int(said["generation"]), int(said["shard"]))
        except (ValueError, TypeError, KeyError):
            return None


@dataclass(frozen=True)
class Marker:
    """What the completeness marker says. `revision` rises with every publication of the publisher `epoch`."""

    published_at: str
    count: int
    epoch: str
    revision: int

    def to_json(self) -> str:
        """The marker as it is written."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | bytes) -> Self | None:
        """Read a marker; None for what is none."""
        try:
            said = json.loads(text)
            return cls(str(said["published_at"]), int(said["count"]), str(said["epoch"]), int(said["revision"]))
        except (ValueError, TypeError, KeyError):
            return None


def as_text(value: str | bytes) -> str:
    """What Redis gave, whether or not the connection decodes."""
    return value.decode(errors="replace") if isinstance(value, bytes) else value
