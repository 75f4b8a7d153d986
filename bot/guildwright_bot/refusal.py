"""What a rule answers when it says no: shared, so that every feature's no is shown, logged and counted alike."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Refusal:
    """A no with its reason.

    `reason` is the id of a message in the catalogue, and what logs and metrics name. `args` fills the message; Discord
    ids in it are strings, as the catalogue wants them.
    """

    reason: str
    args: Mapping[str, str | float] = field(default_factory=dict)
