"""What a stock client library sends that the schemas do not know, though Discord takes it: each by name, and no more.

These are hikari 2.7's own doings, beyond our code; anything else that is off stays a violation.
"""

from typing import Any

type Json = dict[str, Any]

_IDENTIFY, _PRESENCE = 2, 3


def without_quirks(payload: Json) -> Json:
    """The payload as the schemas would have it."""
    data = payload.get("d")
    if not isinstance(data, dict):
        return payload
    if payload.get("op") == _PRESENCE:
        return payload | {"d": _presence(data)}
    if payload.get("op") == _IDENTIFY and isinstance(data.get("presence"), dict):
        return payload | {"d": data | {"presence": _presence(data["presence"])}}
    return payload


def _presence(presence: Json) -> Json:
    """Hikari sends the one activity as `game`, which API v6 called it."""
    if "activities" in presence or "game" not in presence:
        return presence
    game = presence["game"]
    rest = {name: value for name, value in presence.items() if name != "game"}
    return rest | {"activities": [game] if game else []}
