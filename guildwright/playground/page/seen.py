"""How far each member has read each channel, so that a channel's name can say how much is new in it."""

from guildwright.playground.memory import Memory
from guildwright.playground.records import User


class Seen:
    """Kept for as long as the playground runs; what was there at the start counts as read."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._start = memory.largest_id
        self._newest: dict[tuple[int, int], int] = {}

    def read(self, user: User, channel_id: int) -> None:
        """The member has the channel open."""
        messages = self._memory.messages.get(channel_id)
        if messages:
            self._newest[user.id, channel_id] = max(messages)

    def unread(self, user: User, channel_id: int) -> int:
        """How many public messages the member has not had before their eyes."""
        newest = self._newest.get((user.id, channel_id), self._start)
        unread = 0
        for message in reversed(self._memory.messages.get(channel_id, {}).values()):
            if message.id <= newest:
                break
            unread += message.private_to is None and message.author_id != user.id
        return unread
