"""No byte of an answer leaves before what it may speak of is on disk."""

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from guildwright.playground.store import Store


def written_first(app: ASGIApp, store: Store) -> ASGIApp:
    """The application, with every part of its answers held back until the open transaction is committed."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def flushed(message: Message) -> None:
            store.flush()
            await send(message)

        await app(scope, receive, flushed)

    return wrapped
