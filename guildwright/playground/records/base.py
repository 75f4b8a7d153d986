"""What every record has: a kind, and the key it is stored under."""

from typing import Any, ClassVar

import msgspec

type Json = dict[str, Any]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A thing that is kept."""

    kind: ClassVar[str]

    @property
    def key(self) -> str:
        """Where the store keeps it; unique within its kind."""
        raise NotImplementedError


class Thing(Record, frozen=True, kw_only=True):
    """A record that has a snowflake of its own."""

    id: int

    @property
    def key(self) -> str:
        """The snowflake."""
        return str(self.id)
