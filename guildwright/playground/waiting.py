"""Who waits for the bot's answer to an interaction."""

import asyncio


class Waiting:
    """An event per interaction, set when its first answer is true."""

    def __init__(self) -> None:
        self._events: dict[int, asyncio.Event] = {}

    def expect(self, interaction_id: int) -> asyncio.Event:
        """An event to wait for."""
        return self._events.setdefault(interaction_id, asyncio.Event())

    def answered(self, interaction_id: int) -> None:
        """Wake who waits."""
        if event := self._events.get(interaction_id):
            event.set()

    def forget(self, interaction_id: int) -> None:
        """Nobody waits any more."""
        self._events.pop(interaction_id, None)
