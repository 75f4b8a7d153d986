"""The TCP connections under the requests: some faults are none of HTTP's or WebSocket's, but of the wire below them."""

import asyncio
import contextlib
import os
import socket
import struct
from collections.abc import Iterable
from typing import Any

from litestar.types import Scope


class Connections:
    """Finds the transport of a request by its client's address, which is unique while the connection lasts."""

    def __init__(self) -> None:
        self._open: Iterable[Any] = ()

    def watch(self, connections: Iterable[Any]) -> None:
        """`connections` is the web server's own set of protocols, each with `client` and `transport`."""
        self._open = connections

    def under(self, scope: Scope) -> asyncio.Transport | None:
        """The transport; None when the client is gone."""
        client = scope["client"]
        found = (protocol for protocol in self._open if protocol.client and [*protocol.client] == [*(client or ())])
        transport: asyncio.Transport | None = next((protocol.transport for protocol in found), None)
        return transport

    def abort(self, scope: Scope) -> None:
        """Cut it: the client sees a connection reset."""
        transport = self.under(scope)
        if transport is None:
            return
        # uvloop hands out no socket of its own to set options on; a duplicate shares them.
        with (
            contextlib.suppress(OSError),
            socket.socket(fileno=os.dup(transport.get_extra_info("socket").fileno())) as s,
        ):
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
