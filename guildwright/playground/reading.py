"""Reading JSON that anybody may have sent: msgspec follows nesting with the C stack, so the depth is bounded first."""

import re
from typing import Any

import msgspec

DEEPEST = 100
_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_NO_BRACKET = bytes(set(range(256)) - set(b"[]{}"))


def too_deep(raw: bytes) -> bool:
    """Whether the JSON nests deeper than anything of Discord's does."""
    if raw.count(b"[") + raw.count(b"{") <= DEEPEST:
        return False
    depth = 0
    for bracket in _TEXT.sub(b"", raw).translate(None, _NO_BRACKET):
        depth += 1 if bracket in b"[{" else -1
        if depth > DEEPEST:
            return True
    return False


def decode[T](raw: bytes, kind: type[T] | Any = Any) -> T | Any:  # noqa: ANN401 - a body may be anything
    """The value.

    Raises:
        msgspec.DecodeError: not JSON, not UTF-8, nested too deep, or not of the type.
    """
    if too_deep(raw):
        raise msgspec.DecodeError(f"JSON is nested deeper than {DEEPEST} levels")
    try:
        return msgspec.json.decode(raw, type=kind)
    except UnicodeDecodeError as fault:  # which msgspec lets through
        raise msgspec.DecodeError(f"JSON is UTF-8: {fault.reason}") from None
