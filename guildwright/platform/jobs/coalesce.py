"""Makes one statement of what many tasks ask for at the same moment, as one commit costs as much as a hundred.

Nobody waits for others to come: while one statement is under way, the next one's items gather.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context

type Flush[Item, Answer] = Callable[[list[Item]], Awaitable[list[Answer]]]


class Coalescer[Item, Answer]:
    """Gathers items and hands them on in lists."""

    def __init__(self, flush: Flush[Item, Answer], *, apart: Callable[[Exception], bool], most: int = 1000) -> None:
        """Nothing is started yet.

        Args:
            flush: Answers a list of items with a list as long. Not called again before it returned.
            apart: Whether an exception of `flush` is the fault of some item: then each is tried by itself, so that
                one bad item fails alone.
            most: No list is longer.
        """
        self._flush = flush
        self._apart = apart
        self._most = most
        self._waiting: list[tuple[Item, asyncio.Future[Answer]]] = []
        self._task: asyncio.Task[None] | None = None

    async def ask(self, item: Item) -> Answer:
        """What `flush` answers for this item, or the exception it raised."""
        return await self._enqueue(item)

    async def ask_all(self, items: list[Item]) -> list[Answer | BaseException]:
        """What `flush` answers for each of these items, or the exception it raised."""
        return await asyncio.gather(*[self._enqueue(item) for item in items], return_exceptions=True)

    def _enqueue(self, item: Item) -> asyncio.Future[Answer]:
        loop = asyncio.get_running_loop()
        if self._task is None or self._task.done() or self._task.get_loop() is not loop:
            self._waiting = [(one, future) for one, future in self._waiting if future.get_loop() is loop]
            # What the one caller has bound (its transaction, its log) is not everybody's.
            self._task = loop.create_task(self._work(), context=Context())
        future: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((item, future))
        return future

    async def _work(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            await self._settle(batch)

    async def _settle(self, batch: list[tuple[Item, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self._flush([item for item, _ in batch])
        except Exception as error:  # noqa: BLE001  it is raised again in whoever asked
            if len(batch) > 1 and self._apart(error):
                for one in batch:
                    await self._settle([one])
            else:
                for future in _open(batch):
                    future.set_exception(error)
        except BaseException:
            for future in _open(batch):
                future.cancel()
            raise
        else:
            for (_, future), answer in zip(batch, answers, strict=True):
                if not future.done():
                    future.set_result(answer)


def _open[Item, Answer](batch: list[tuple[Item, asyncio.Future[Answer]]]) -> list[asyncio.Future[Answer]]:
    """Whoever has not left meanwhile."""
    return [future for _, future in batch if not future.done()]
