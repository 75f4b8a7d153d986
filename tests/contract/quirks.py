"""What a stock client library sends that the schemas do not know, though Discord takes it: each by name, and no more.

These are the doings of hikari 2.7, discord.py 2.7 and discord.js 14, beyond our code; anything else that is off stays
a violation.
"""

from typing import Any

type Json = dict[str, Any]

_IDENTIFY, _PRESENCE = 2, 3
_UPDATE_MESSAGE = 7


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


def without_request_quirks(method: str, body: object) -> object:
    """The body of a request as the document would have it.

    discord.py sends `flags: 0` in every embed, and `tts: false` also when it edits a message (or has an interaction's
    answer edit one); discord.js sends `enforce_nonce: false` wherever there is a message, also where there is no nonce.
    """
    if not isinstance(body, dict):
        return body
    if isinstance(body.get("data"), dict):
        kind = "PATCH" if body.get("type") == _UPDATE_MESSAGE else method
        body = body | {"data": without_request_quirks(kind, body["data"])}
    for name in ("tts", "enforce_nonce") if method == "PATCH" else ("enforce_nonce",):
        body = _without(body, name) if body.get(name) is False else body
    if isinstance(body.get("embeds"), list):
        embeds = [_without(embed, "flags") if _unflagged(embed) else embed for embed in body["embeds"]]
        body = body | {"embeds": embeds}
    return body


def _unflagged(embed: object) -> bool:
    return isinstance(embed, dict) and embed.get("flags") == 0


def _without(body: Json, name: str) -> Json:
    return {key: value for key, value in body.items() if key != name}
