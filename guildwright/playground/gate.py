"""The door in front of everything: who may come in from a browser, and how much may be brought.

A web page anywhere can send requests to localhost. Names that are not ours are refused, since a name that an attacker
resolves to this machine (DNS rebinding) makes their page same-origin with us; and so is every Origin but our own.
Clients that are no browser send no Origin. Litestar's own allowed-hosts middleware compares the port as well, knows
no IPv6 and runs behind the router, so it is not used.
"""

import ipaddress
import json
from collections.abc import Iterable
from urllib.parse import urlsplit

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPReceiveMessage, Receive, Scope, Send

from guildwright.playground.reading import DEEPEST, too_deep

# Ten MiB of files and what is around them.
LARGEST_BODY = 11 * 1024 * 1024
# A client that still sends would not read the answer: what is too large is heard to its end, within reason.
_MOST_HEARD = 256 * 1024 * 1024
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_WILDCARD = {"", "0.0.0.0", "::"}
_OLD = {"/api/v9/": "/api/v10/", "/api/oauth2/": "/api/v10/oauth2/"}
_NO_BODY = {"GET", "HEAD", "OPTIONS"}


class Refused(Exception):  # noqa: N818 - a way out, with the answer
    """Answer this instead."""

    def __init__(self, status: int, code: str, message: str, discord: tuple[int, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.discord = discord

    def body(self, path: str) -> bytes:
        """In the shape of the API that was meant."""
        if path.startswith("/api/"):
            code, message = self.discord or (0, self.message)
            return json.dumps({"message": message, "code": code}).encode()
        return json.dumps({"error": {"code": self.code, "message": self.message, "field": None}}).encode()


class Gate:
    """An ASGI application around another."""

    def __init__(self, app: ASGIApp, host: str, extra: Iterable[str] = ()) -> None:
        """`host` is what the playground listens on, `extra` further names that it goes by."""
        self._app = app
        self._extra = {name.strip().strip("[]").casefold() for name in extra} - {""}
        self._names = _LOOPBACK | self._extra | {host.strip("[]").casefold()}
        self._anywhere = host in _WILDCARD

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let in or refuse."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            self._check(headers)
            if scope["type"] == ScopeType.HTTP and scope["method"] not in _NO_BODY:
                receive = await _heard(scope["path"], headers, receive)
        except Refused as refusal:
            await _answer(scope, send, refusal)
            return
        await self._app(_present(scope), receive, send)

    def _check(self, headers: dict[str, str]) -> None:
        host = headers.get("host", "")
        if not self._ours(_name(host)):
            words = f"This playground does not go by the name {host[:100]!r}; add it to GUILDWRIGHT_PLAYGROUND_HOSTS."
            raise Refused(421, "foreign_host", words)
        origin = headers.get("origin")
        # The browser itself vouches for sec-fetch-site; a page cannot set it. Without a referrer, Origin is "null".
        if origin is None or headers.get("sec-fetch-site") == "same-origin":
            return
        place = urlsplit(origin).netloc if "://" in origin else origin
        if place.casefold() != host.casefold() and _name(place) not in self._extra:
            words = f"Pages of {origin[:100]!r} may not use this playground; only its own page may."
            raise Refused(403, "foreign_origin", words)

    def _ours(self, name: str) -> bool:
        return name in self._names or (self._anywhere and _is_address(name))


def _present(scope: Scope) -> Scope:
    """Version 9, which some libraries still ask for, and OAuth2 without a version, as Discord's documents write it.

    Neither differs from version 10 in anything that is served here.
    """
    path = scope["path"]
    old = next((prefix for prefix in _OLD if path.startswith(prefix)), None)
    if old is None:
        return scope
    present = path.replace(old, _OLD[old], 1)
    raw_path = scope["raw_path"].replace(old.encode(), _OLD[old].encode(), 1)
    return {**scope, "path": present, "raw_path": raw_path}  # type: ignore[return-value]  # a copy of the same kind


def _name(place: str) -> str:
    """The host of `host:port`, in small letters, IPv6 without its brackets."""
    if place.startswith("["):
        return place[1:].partition("]")[0].casefold()
    return place.partition(":")[0].casefold()


def _is_address(name: str) -> bool:
    """An address cannot be rebound: no name server is asked for it."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


async def _heard(path: str, headers: dict[str, str], receive: Receive) -> Receive:
    """The whole body, checked, as if it was still to come."""
    body = await _body(receive)
    kind = headers.get("content-type", "").partition(";")[0].strip().casefold()
    if path.startswith("/control") and body:
        if kind != "application/json":
            raise Refused(415, "not_json", f"Send the body as application/json, not as {kind[:100] or 'nothing'!r}.")
        if too_deep(body):
            raise Refused(400, "bad_request", f"The JSON is nested deeper than {DEEPEST} levels.")
        if not _is_text(body):
            raise Refused(400, "bad_request", "The JSON is not UTF-8.")
    whole: HTTPReceiveMessage | None = {"type": "http.request", "body": body, "more_body": False}

    async def again() -> object:
        nonlocal whole
        first, whole = whole, None
        return first or await receive()

    return again  # type: ignore[return-value]  # the union of both kinds of messages, which is what it hands on


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


async def _body(receive: Receive) -> bytes:
    body, size = bytearray(), 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(body)
        size += len(message["body"])
        if size <= LARGEST_BODY:
            body += message["body"]
        if not message["more_body"] or size > _MOST_HEARD:
            break
    if size > LARGEST_BODY:
        words = f"The body is larger than {LARGEST_BODY} bytes."
        larger = "Request entity too large. Try sending something smaller in size."
        raise Refused(413, "too_large", words, (40005, larger))
    return bytes(body)


async def _answer(scope: Scope, send: Send, refusal: Refused) -> None:
    prefix = ""
    if scope["type"] == ScopeType.WEBSOCKET:
        if "websocket.http.response" not in (scope.get("extensions") or {}):
            await send({"type": "websocket.close", "code": 1008, "reason": refusal.message})
            return
        prefix = "websocket."
    body = refusal.body(scope["path"])
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": f"{prefix}http.response.start", "status": refusal.status, "headers": headers})  # type: ignore[misc,arg-type]  # the prefix of the websocket extension
    await send({"type": f"{prefix}http.response.body", "body": body, "more_body": False})  # type: ignore[misc,arg-type]  # the same
