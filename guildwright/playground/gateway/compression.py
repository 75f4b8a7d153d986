"""The gateway's two transport compressions: one stream per connection, flushed at every payload."""

import zlib
from typing import Protocol

from backports import zstd


class Stream(Protocol):
    """Compresses payload after payload."""

    def pack(self, payload: bytes) -> bytes:
        """The bytes that make the other side see the whole payload."""
        ...


class ZlibStream:
    """`compress=zlib-stream`."""

    def __init__(self) -> None:
        self._stream = zlib.compressobj()

    def pack(self, payload: bytes) -> bytes:
        """Ends in 00 00 FF FF."""
        return self._stream.compress(payload) + self._stream.flush(zlib.Z_SYNC_FLUSH)


class ZstdStream:
    """`compress=zstd-stream`, which hikari takes where it can."""

    def __init__(self) -> None:
        self._stream = zstd.ZstdCompressor()

    def pack(self, payload: bytes) -> bytes:
        """One flushed block."""
        return self._stream.compress(payload, mode=zstd.ZstdCompressor.FLUSH_BLOCK)


_STREAMS: dict[str, type[Stream]] = {"zlib-stream": ZlibStream, "zstd-stream": ZstdStream}


def stream_for(name: str | None) -> Stream | None:
    """The stream that the client asked for; Discord ignores names that it does not know."""
    kind = _STREAMS.get(name or "")
    return kind() if kind else None
