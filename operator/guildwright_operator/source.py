"""The documents as the publisher wants them told: everything, then whatever changes."""

import asyncio
from collections.abc import AsyncGenerator

from guildwright.platform.config.record import Known, News
from guildwright_operator.documents import Documents


class Feed:
    """Tells one publisher at a time."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._changed: set[str] = set()
        self._due = asyncio.Event()

    def changed(self, name: str) -> None:
        """The document changed, or is gone."""
        self._changed.add(name)
        self._due.set()

    async def news(self) -> AsyncGenerator[News]:
        """Everything there is; then every change, those that come together in one."""
        self._changed.clear()
        yield News({one.name: one.known for one in self._documents}, complete=True)
        while True:
            await self._due.wait()
            self._due.clear()
            changed, self._changed = self._changed, set()
            if changed:
                yield News({name: self._known(name) for name in changed})

    def _known(self, name: str) -> Known | None:
        document = self._documents.get(name)
        return None if document is None else document.known

    async def outgrow(self, guild_id: str, published: int) -> Known | None:
        """The same generation says something else where this program fills in other defaults: ours is written.

        A higher one was published from what the watch has yet to tell: it stands.
        """
        known = self._known(guild_id)
        return known if known is not None and published <= known.generation else None
