"""How the playground itself is set, where that outlives the process."""

from datetime import datetime
from typing import ClassVar

from guildwright.playground.records.base import Record


class ClockSetting(Record, frozen=True, kw_only=True):
    """A moved clock: at the machine's moment `real` it showed `shown`; a second there is `speed` seconds here."""

    kind: ClassVar[str] = "clock"
    real: datetime
    shown: datetime
    speed: float = 1.0

    @property
    def key(self) -> str:
        """There is one."""
        return "clock"
