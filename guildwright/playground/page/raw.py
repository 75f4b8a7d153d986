"""One recorded exchange as it crossed the wire, to read: JSON with its secrets left out."""

import json
import re
from dataclasses import dataclass

from guildwright.playground.recorder import Exchange

_SECRET = "…"  # noqa: S105 - what stands in a token's place
_SECRETS = {"token", "session_id"}
_IN_PATH = re.compile(r"(/interactions/\d+/|/webhooks/\d+/)[^/]+")
_LONGEST = 20_000


@dataclass(frozen=True)
class Part:
    """A labelled block of JSON."""

    label: str
    text: str


@dataclass(frozen=True)
class Raw:
    """An exchange: a line that says what it is, and its parts."""

    number: int
    line: str
    parts: list[Part]


def raw(exchange: Exchange) -> Raw:
    """As it was, without tokens."""
    if exchange.kind == "rest":
        path = _IN_PATH.sub(rf"\1{_SECRET}", exchange.path or "") + (f"?{exchange.query}" if exchange.query else "")
        took = "" if exchange.took_ms is None else f", after {exchange.took_ms:.3g} ms"
        met = f", disturbed: {', '.join(exchange.faults)}" if exchange.faults else ""
        parts = [("Request", exchange.request), (f"Response {exchange.status}{took}{met}", exchange.response)]
        return Raw(
            exchange.number, f"{exchange.method} {path}", [_part(*part) for part in parts if part[1] is not None]
        )
    way = "Gateway, to the bot" if exchange.kind == "gateway_received" else "Gateway, from the bot"
    return Raw(exchange.number, way, [_part("Payload", exchange.payload)])


def _part(label: str, value: object) -> Part:
    text = json.dumps(_hidden(value), indent=2, ensure_ascii=False)
    return Part(label, text if len(text) <= _LONGEST else text[:_LONGEST] + "\n… and more: see /control/traffic")


def _hidden(value: object) -> object:
    if isinstance(value, dict):
        return {key: _SECRET if key in _SECRETS else _hidden(inner) for key, inner in value.items()}
    return [_hidden(one) for one in value] if isinstance(value, list) else value
