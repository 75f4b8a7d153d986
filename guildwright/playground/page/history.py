"""A channel's messages, a page at a time: however long a channel is, a page and its window hold few of them."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

from guildwright.playground.records import Message

PAGE = 50

type Visible = Callable[[Message], bool]


@dataclass(frozen=True)
class Stretch:
    """Messages in a row, oldest first, and whether there are more at either end."""

    messages: list[Message]
    older: bool = False
    newer: bool = False


class History:
    """One channel as one member sees it."""

    def __init__(self, held: dict[int, Message], visible: Visible) -> None:
        self._held = held
        self._visible = visible

    def newest(self) -> Stretch:
        """The last page, without looking at all the others."""
        found, more = self._taken(reversed(self._held.values()))
        return Stretch(found[::-1], older=more)

    def before(self, message_id: int) -> Stretch:
        """The page above a message."""
        ids = sorted(self._held)
        found, more = self._taken(self._held[one] for one in reversed(ids[: bisect_left(ids, message_id)]))
        return Stretch(found[::-1], older=more, newer=True)

    def after(self, message_id: int) -> Stretch:
        """The page below a message."""
        ids = sorted(self._held)
        found, more = self._taken(self._held[one] for one in ids[bisect_right(ids, message_id) :])
        return Stretch(found, older=True, newer=more)

    def around(self, message_id: int) -> Stretch:
        """A page with the message in its middle."""
        above, below = self.before(message_id), self.after(message_id)
        own = self._held.get(message_id)
        middle = [own] if own and self._visible(own) else []
        half = PAGE // 2
        return Stretch(
            above.messages[-half:] + middle + below.messages[:half],
            older=above.older or len(above.messages) > half,
            newer=below.newer or len(below.messages) > half,
        )

    def _taken(self, messages: Iterable[Message]) -> tuple[list[Message], bool]:
        found = list(islice(filter(self._visible, messages), PAGE + 1))
        return found[:PAGE], len(found) > PAGE
