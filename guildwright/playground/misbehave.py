"""What a fault does to a REST request, around whatever would have answered it."""

import asyncio
from collections.abc import Awaitable, Callable
from math import ceil

import msgspec
from litestar.types import HTTPScope, Message, Receive, Send

from guildwright.playground.faults import PREFIX, Rule
from guildwright.playground.playground import Playground
from guildwright.playground.rest.buckets import bucket_of, headers_of, limit_of

type Answering = Callable[[Receive, Send], Awaitable[None]]

_WORDS = {500: "500: Internal Server Error", 502: "502: Bad Gateway", 503: "503: Service Unavailable"}


class Trouble:
    """One request and the rules that it meets."""

    def __init__(self, rules: list[Rule], play: Playground, scope: HTTPScope) -> None:
        self._clock = play.clock
        self._connections = play.connections
        self._scope = scope
        self._before = sum(rule.seconds for rule in rules if rule.effect == "delay")
        self._after = sum(rule.seconds for rule in rules if rule.effect == "delay_answer")
        self._rule = next((rule for rule in rules if rule.effect not in {"delay", "delay_answer"}), None)

    async def meet(self, answering: Answering, receive: Receive, way: tuple[Send, Callable[[Send], Send]]) -> None:
        """Let the request be answered as the rules want it. `way` is how to answer, and what records answers."""
        send, recorded = way
        if self._before:
            await self._clock.sleep(self._before)
        rule = self._rule
        if rule is None:
            await answering(receive, recorded(self._late(send)))
            return
        match rule.effect:
            case "lose_answer":
                await answering(receive, recorded(_nowhere))
                self._connections.abort(self._scope)
            case "reset":
                await _read(receive)
                self._connections.abort(self._scope)
            case "stall":
                await self._stall(rule, receive)
            case _:
                await _read(receive)
                await _refuse(rule, recorded(self._late(send)), self._bucket(rule))

    def _late(self, send: Send) -> Send:
        async def speak(message: Message) -> None:
            if self._after and message["type"] == "http.response.start":
                await self._clock.sleep(self._after)
            await send(message)

        return speak

    def _bucket(self, rule: Rule) -> list[tuple[bytes, bytes]]:
        """The headers of the limit that is told."""
        if rule.effect != "rate_limit":
            return []
        scope = [(b"x-ratelimit-scope", rule.scope.encode())]
        if rule.scope == "global":
            return [*scope, (b"x-ratelimit-global", b"true")]
        route = self._scope["method"], self._scope["path"].removeprefix(PREFIX)
        return [*scope, *headers_of(bucket_of(*route), (limit_of(*route), 0), rule.seconds, self._clock)]

    async def _stall(self, rule: Rule, receive: Receive) -> None:
        """Hold it until the client goes or the rule is lifted."""
        await _read(receive)
        gone = asyncio.ensure_future(_leaving(receive))
        lifted = asyncio.ensure_future(rule.lifted.wait())
        await asyncio.wait({gone, lifted}, return_when=asyncio.FIRST_COMPLETED)
        gone.cancel()
        lifted.cancel()
        self._connections.abort(self._scope)


async def _nowhere(_: Message) -> None:
    """Where a lost answer goes."""


async def _read(receive: Receive) -> None:
    """Take the whole body in, so that the record of a request is whole too."""
    while (message := await receive())["type"] == "http.request" and message["more_body"]:
        pass


async def _leaving(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _refuse(rule: Rule, send: Send, limit: list[tuple[bytes, bytes]]) -> None:
    headers = [(b"content-type", b"application/json"), *limit]
    body: dict[str, object] = {"message": _WORDS.get(rule.status, f"{rule.status}: Server Error"), "code": 0}
    if limit:
        whole = rule.scope == "global"
        body = {"message": "You are being rate limited.", "retry_after": rule.seconds, "global": whole, "code": 0}
        headers += [(b"retry-after", str(ceil(rule.seconds)).encode()), (b"via", b"1.1 google")]
    await send({"type": "http.response.start", "status": rule.status, "headers": headers})
    await send({"type": "http.response.body", "body": msgspec.json.encode(body), "more_body": False})
